/** Mutants of changes, transactions and versions. */
import { isStorageError, StorageError, type TableChange } from '../../../src/index.ts'
import { keysOf } from '../../../src/tables/change-check.ts'
import { changeMutant, mutant, noOutcome, soon, type TableMutant } from './mutant.ts'

const withMode = (change: TableChange, mode: 'merge' | 'replace'): TableChange =>
  change.type === 'upsert' || change.type === 'update' ? { ...change, mode } : change

const withoutMatch = (change: TableChange): TableChange =>
  change.type === 'update' || change.type === 'delete' ? { ...change, ifMatch: undefined } : change

export const changingMutants: readonly TableMutant[] = [
  changeMutant('inserts over what is there', (change) =>
    change.type === 'insert' ? { type: 'upsert', mode: 'replace', entity: change.entity } : change,
  ),
  changeMutant('creates what an update misses', (change) =>
    change.type === 'update'
      ? { type: 'upsert', mode: change.mode, entity: change.entity }
      : change,
  ),
  changeMutant('replaces where it should merge', (change) => withMode(change, 'replace')),
  changeMutant('merges where it should replace', (change) => withMode(change, 'merge')),
  changeMutant('ignores ifMatch', withoutMatch),
  changeMutant('ignores ifMatch of deletes', (change) =>
    change.type === 'delete' ? withoutMatch(change) : change,
  ),
  changeMutant('loses one property', (change) => {
    if (change.type === 'delete') return change
    const { partitionKey, rowKey, ...rest } = change.entity
    const kept = Object.fromEntries(Object.entries(rest).slice(0, 250))
    return { ...change, entity: { partitionKey, rowKey, ...kept } }
  }),
  mutant('makes transactions one change after the other', (inner) => ({
    transact: async (table, changes, options) => {
      const outcomes = []
      for (const change of changes) {
        outcomes.push(await inner.change(table, change, options))
        await soon()
      }
      return outcomes
    },
  })),
  mutant('undoes nothing when a transaction fails', (inner) => ({
    transact: async (table, changes, options) => {
      try {
        return await inner.transact(table, changes, options)
      } catch (error) {
        for (const change of changes) await inner.change(table, change).catch(() => undefined)
        throw error
      }
    },
  })),
  mutant('gives outcomes in reverse', (inner) => ({
    transact: async (...call) => (await inner.transact(...call)).toReversed(),
  })),
  mutant('tells no place in a transaction', (inner) => ({
    transact: (...call) =>
      inner.transact(...call).catch((error: unknown) => {
        throw isStorageError(error) ? error.with({ message: 'failed' }) : error
      }),
  })),
  mutant('takes 50 changes at once', (inner) => ({
    transact: (table, changes, options) => inner.transact(table, changes.slice(0, 50), options),
  })),
  mutant('takes transactions of 1 MiB', (inner) => ({
    transact: async (table, changes, options) => {
      if (
        JSON.stringify(changes, (_, v: unknown) => (typeof v === 'bigint' ? '' : v)).length > 1e6
      ) {
        throw new StorageError('QUOTA_EXCEEDED', 'too large')
      }
      return inner.transact(table, changes, options)
    },
  })),
  mutant('changes the partition that comes first', (inner) => ({
    transact: async (table, changes, options) => {
      const { partitionKey } = keysOf(changes[0]!)
      const others = await inner.query(table, { select: [] })
      const first = others.entities.at(-1)?.entity.partitionKey
      const wrong = changes.every(({ type }) => type === 'delete') ? first : partitionKey
      return inner.transact(
        table,
        changes.map((change) =>
          change.type === 'delete' ? { ...change, partitionKey: wrong ?? partitionKey } : change,
        ),
        options,
      )
    },
  })),
  mutant('gives one etag for equal content', (inner) => {
    const shown = new Map<string, string>()
    const hash = (entity: object): string =>
      JSON.stringify(entity, (_, v: unknown) => (typeof v === 'bigint' ? `${v}` : v))
    return {
      change: async (table, change, options) => {
        const outcome = await inner.change(table, change, options)
        if (change.type === 'delete' || outcome.etag === undefined) return outcome
        const etag = hash(change.entity)
        shown.set(outcome.etag, etag)
        return { etag }
      },
      get: async (...call) => {
        const stored = await inner.get(...call)
        return { ...stored, etag: shown.get(stored.etag) ?? stored.etag }
      },
    }
  }),
  mutant('takes any etag that it ever gave', (inner) => {
    const given = new Set<string | undefined>()
    return {
      change: async (table, change, options) => {
        const isGiven = 'ifMatch' in change && given.has(change.ifMatch)
        const outcome = await inner.change(table, isGiven ? withoutMatch(change) : change, options)
        given.add(outcome.etag)
        return outcome
      },
    }
  }),
  mutant('decides conditions apart from the change', (inner) => ({
    change: async (table, change, options) => {
      const { partitionKey, rowKey } = keysOf(change)
      const found = await inner.get(table, partitionKey, rowKey).catch(() => undefined)
      await soon()
      if (change.type === 'insert' && found === undefined) {
        return inner.change(table, { type: 'upsert', mode: 'replace', entity: change.entity })
      }
      const isMet = 'ifMatch' in change && change.ifMatch === found?.etag
      if (!isMet) return inner.change(table, change, options)
      if (change.type === 'delete') {
        return inner.change(table, withoutMatch(change)).catch(() => noOutcome)
      }
      return inner.change(table, withoutMatch(change), options)
    },
  })),
  mutant('lets two transactions insert one entity', (inner) => ({
    transact: async (table, changes, options) => {
      const found = await Promise.all(
        changes.map((change) => {
          const { partitionKey, rowKey } = keysOf(change)
          return inner.get(table, partitionKey, rowKey).catch(() => undefined)
        }),
      )
      await soon()
      const eased = changes.map((change, at): TableChange =>
        change.type === 'insert' && found[at] === undefined
          ? { type: 'upsert', mode: 'replace', entity: change.entity }
          : change,
      )
      return inner.transact(table, eased, options)
    },
  })),
  mutant('loses single changes during transactions', (inner) => {
    let running = 0
    return {
      transact: async (...call) => {
        running++
        await soon()
        running--
        return inner.transact(...call)
      },
      change: async (table, change, options) => {
        await soon()
        return running > 3 ? { etag: 'x' } : inner.change(table, change, options)
      },
    }
  }),
  mutant('gives an etag for a delete', (inner) => ({
    change: async (...call) => ({ etag: (await inner.change(...call)).etag ?? 'gone' }),
  })),
  mutant('deletes without a word what is not there', (inner) => ({
    change: (table, change, options) =>
      inner.change(table, change, options).catch((error: unknown) => {
        if (change.type === 'delete' && isStorageError(error, 'NOT_FOUND')) return noOutcome
        throw error
      }),
  })),
  mutant('tells a missing version as a conflict of versions', (inner) => ({
    change: (table, change, options) =>
      inner.change(table, change, options).catch((error: unknown) => {
        const hasMatch = 'ifMatch' in change && change.ifMatch !== undefined
        if (!hasMatch || !isStorageError(error, 'NOT_FOUND')) throw error
        throw new StorageError('PRECONDITION_FAILED', error.message, { key: error.key })
      }),
  })),
  mutant('merges over the limits', (inner) => ({
    change: (table, change, options) =>
      inner.change(table, change, options).catch((error: unknown) => {
        if (isStorageError(error, 'QUOTA_EXCEEDED')) return { etag: 'x' }
        throw error
      }),
  })),
]
