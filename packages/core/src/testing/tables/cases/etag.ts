/** Versions: conditions on them, and races for them. */
import assert from 'node:assert/strict'
import { isStorageError } from '../../../errors.ts'
import type { TableBackend } from '../../../tables/backend.ts'
import { nameOf } from '../../conformance/expectations.ts'
import { turn } from '../../conformance/objects.ts'
import { winnersOf, wins } from '../../conformance/racing.ts'
import { defineTableCases, type TableCase } from '../case.ts'
import type { TableCaseContext } from '../context.ts'
import {
  counterKeys,
  entityOf,
  etagOf,
  increment,
  insert,
  put,
  remove,
  update,
} from '../entities.ts'
import { expectEntity, expectNoEntity, expectRefused } from '../expectations.ts'

/** Handles on one store: a second one where the harness has it. */
async function handlesOf(context: TableCaseContext): Promise<TableBackend[]> {
  if (!context.has('reopen')) return [context.backend]
  return [context.backend, await context.reopen()]
}

export const etagGroup: readonly TableCase[] = defineTableCases('etag', [
  {
    name: 'update',
    title: 'ifMatch updates this version only, in both modes',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      for (const mode of ['merge', 'replace'] as const) {
        const entity = (a: number) => entityOf('p', mode, { a })
        const first = await insert(backend, table, entity(1))
        const second = etagOf(await backend.change(table, update(entity(2), first, mode)))
        const third = etagOf(await backend.change(table, update(entity(3), second, mode)))
        for (const stale of [first, second]) {
          const doing = `update, ${mode}, of a version that is gone`
          await expectRefused('PRECONDITION_FAILED', [table, 'p', mode], doing, () =>
            backend.change(table, update(entity(9), stale, mode)),
          )
        }
        await expectEntity(backend, table, entity(3), 'after refused updates', third)
      }
    },
  },
  {
    name: 'delete',
    title: 'ifMatch deletes this version only',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const first = await insert(backend, table, entityOf('p', 'r', { a: 1 }))
      const second = await put(backend, table, entityOf('p', 'r', { a: 2 }))
      await expectRefused('PRECONDITION_FAILED', [table, 'p', 'r'], 'delete, stale', () =>
        backend.change(table, remove('p', 'r', first)),
      )
      await expectEntity(backend, table, entityOf('p', 'r', { a: 2 }), 'after a refused delete')
      await backend.change(table, remove('p', 'r', second))
      await expectNoEntity(backend, table, 'p', 'r', 'after delete with ifMatch')
    },
  },
  {
    name: 'missing',
    title: 'ifMatch on a missing entity is NOT_FOUND and creates nothing',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const etag = await insert(backend, table, entityOf('p', 'r', { a: 1 }))
      await backend.change(table, remove('p', 'r'))
      const changes = [update(entityOf('p', 'r', { a: 2 }), etag), remove('p', 'r', etag)]
      for (const change of changes) {
        const doing = `${change.type} with ifMatch of a missing entity`
        await expectRefused('NOT_FOUND', [table, 'p', 'r'], doing, () =>
          backend.change(table, change),
        )
      }
      await expectNoEntity(backend, table, 'p', 'r', 'after refused changes')
    },
  },
  {
    name: 'foreign',
    title: 'the version of another entity is no version of this one',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      await insert(backend, table, entityOf('p', 'r', { a: 1 }))
      await new Promise((resolve) => setTimeout(resolve, 5))
      const other = await insert(backend, table, entityOf('p', 'other', { a: 1 }))
      await expectRefused('PRECONDITION_FAILED', [table, 'p', 'r'], 'update, foreign etag', () =>
        backend.change(table, update(entityOf('p', 'r', { a: 2 }), other)),
      )
    },
  },
  {
    name: 'new-each-time',
    title: 'each change gives a new version, also of identical content, also after a delete',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const entity = entityOf('p', 'r', { a: 1 })
      const seen = new Set<string>()
      for (let at = 0; at < context.count(200); at++) {
        const change =
          at % 3 === 0
            ? ({ type: 'insert', entity } as const)
            : update(entity, undefined, at % 3 === 1 ? 'merge' : 'replace')
        const etag = etagOf(await backend.change(table, change))
        assert.ok(!seen.has(etag), `change ${at} repeats the etag ${etag}`)
        seen.add(etag)
        assert.equal((await backend.get(table, 'p', 'r')).etag, etag, 'etag that get() tells')
        if (at % 3 === 2) await backend.change(table, remove('p', 'r'))
      }
    },
  },
  {
    name: 'inserters',
    title: 'of many that insert one entity, exactly one wins, and its entity stays',
    timeFactor: 2,
    async run(context) {
      const handles = await handlesOf(context)
      const table = await context.newTable()
      for (let round = 0; round < context.count(20); round++) {
        const racers = Array.from({ length: 12 }, (_, at) => {
          const entity = entityOf('p', `r${round}`, { at })
          return wins(insert(handles[at % handles.length]!, table, entity), 'ALREADY_EXISTS')
        })
        const winners = await winnersOf(racers)
        assert.equal(winners.length, 1, `winners of 12 inserts: ${winners.join()}`)
        const expected = entityOf('p', `r${round}`, { at: winners[0]! })
        await expectEntity(context.backend, table, expected, 'is that of the winner')
      }
    },
  },
  {
    name: 'swappers',
    title: 'of many updates of one version, exactly one wins',
    timeFactor: 2,
    async run(context) {
      const handles = await handlesOf(context)
      const table = await context.newTable()
      let etag = await insert(context.backend, table, entityOf('p', 'r', { at: -1 }))
      for (let round = 0; round < context.count(20); round++) {
        const racers = Array.from({ length: 10 }, (_, at) => {
          const change = update(entityOf('p', 'r', { at }), etag, at % 2 ? 'merge' : 'replace')
          return wins(handles[at % handles.length]!.change(table, change), 'PRECONDITION_FAILED')
        })
        const winners = await winnersOf(racers)
        assert.equal(winners.length, 1, `winners of 10 updates in round ${round}`)
        const expected = entityOf('p', 'r', { at: winners[0]! })
        ;({ etag } = await expectEntity(context.backend, table, expected, 'is the winner’s'))
      }
    },
  },
  {
    name: 'counter',
    title: '5 workers add 10 each by compare and swap: the sum is 50',
    timeFactor: 2,
    async run(context) {
      const handles = await handlesOf(context)
      const table = await context.newTable()
      const { partitionKey, rowKey } = counterKeys
      await insert(context.backend, table, entityOf(partitionKey, rowKey, { count: 0 }))
      const workers = Array.from({ length: 5 }, async (_, at) => {
        for (let done = 0; done < 10;) {
          // A turn, so that a store where nobody ever wins runs into the time limit.
          await turn()
          context.signal.throwIfAborted()
          if (await increment(handles[at % handles.length]!, table)) done++
        }
      })
      await Promise.all(workers)
      const sum = entityOf(partitionKey, rowKey, { count: 50 })
      await expectEntity(context.backend, table, sum, 'after all workers')
    },
  },
  {
    name: 'swap-or-delete',
    title: 'an update and a delete of one version do not both win',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      for (let round = 0; round < context.count(30); round++) {
        const etag = await put(backend, table, entityOf('p', 'r', { round }))
        const racers = [update(entityOf('p', 'r', { a: 1 }), etag), remove('p', 'r', etag)]
        if (round % 2 === 1) racers.reverse()
        const outcomes = await Promise.all(
          racers.map((change) =>
            backend.change(table, change).then(
              () => true,
              (error: unknown) => {
                const isLost = isStorageError(error, 'PRECONDITION_FAILED', 'NOT_FOUND', 'CONFLICT')
                assert.ok(isLost, `a lost race gave ${nameOf(error)}`)
                return false
              },
            ),
          ),
        )
        assert.equal(outcomes.filter(Boolean).length, 1, `winners in round ${round}`)
      }
    },
  },
])
