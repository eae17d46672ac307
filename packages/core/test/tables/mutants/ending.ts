/** Mutants of tables, aborts, close, capabilities, errors, and of what lasts. */
import {
  isStorageError,
  MemoryTableBackend,
  StorageError,
  type TableBackend,
  type TablePage,
} from '../../../src/index.ts'
import { keysOf } from '../../../src/tables/change-check.ts'
import { handleOn, sharedHarness, tableMethods, withTableMethods } from '../memory-handles.ts'
import { mutant, soon, type TableMutant } from './mutant.ts'

type Method = (...call: never[]) => Promise<unknown>

/** The table's name, the first of a call, through `map`, in every method that takes one. */
function nameMutant(name: string, map: (table: string) => string): TableMutant {
  const taking = ['createTable', 'deleteTable', 'get', 'query', 'change', 'transact'] as const
  return mutant(name, (inner) =>
    Object.fromEntries(
      taking.map((method) => [
        method,
        (table: string, ...rest: never[]) =>
          (inner[method] as unknown as (...call: unknown[]) => unknown)(map(table), ...rest),
      ]),
    ),
  )
}

/** What each method rejects with, through `map`. */
function errorMutant(
  name: string,
  map: (error: unknown, call: readonly unknown[]) => unknown,
): TableMutant {
  return mutant(name, (inner) =>
    Object.fromEntries(
      tableMethods.map((method) => [
        method,
        (...call: never[]) =>
          (inner[method] as Method)(...call).catch((error: unknown) => {
            throw map(error, call)
          }),
      ]),
    ),
  )
}

/** Lists all names, `choose`s, and pages by counting. */
function listMutant(
  name: string,
  choose: (all: string[], prefix: string) => string[],
): TableMutant {
  return mutant(name, (inner) => ({
    listTables: async ({ prefix = '', limit = 1000, cursor, signal } = {}): Promise<TablePage> => {
      const { tables } = await inner.listTables({ signal })
      const chosen = choose([...tables], prefix)
      const at = Number(cursor ?? 0)
      const end = at + limit
      return {
        tables: chosen.slice(at, end),
        cursor: end < chosen.length ? String(end) : undefined,
      }
    },
  }))
}

const withoutSignal = (options: object | undefined): object => ({ ...options, signal: undefined })

export const endingMutants: readonly TableMutant[] = [
  mutant('says that it created what was there', (inner) => ({
    createTable: async (...call) => {
      await inner.createTable(...call)
      return true
    },
  })),
  mutant('empties a table that is created again', (inner) => ({
    createTable: async (table, options) => {
      if (await inner.createTable(table, options)) return true
      await inner.deleteTable(table)
      await inner.createTable(table)
      return false
    },
  })),
  mutant('keeps what was in a deleted table', (inner) => {
    const hidden = new Set<string>()
    return {
      deleteTable: async (table, options) => {
        await inner.query(table, options).catch(() => undefined)
        if (hidden.has(table)) return false
        hidden.add(table)
        return true
      },
      createTable: async (table, options) => {
        if (!hidden.delete(table)) return inner.createTable(table, options)
        return true
      },
    }
  }),
  mutant('creates tables when they are missed', (inner) => {
    const made = async <T>(table: string, call: () => Promise<T>): Promise<T> => {
      try {
        return await call()
      } catch (error) {
        if (!isStorageError(error, 'NOT_FOUND') || error.key !== table) throw error
        await inner.createTable(table)
        return call()
      }
    }
    return {
      change: (table, ...call) => made(table, () => inner.change(table, ...call)),
      query: (table, ...call) => made(table, () => inner.query(table, ...call)),
    }
  }),
  nameMutant('keeps all tables in one', () => 'theOnlyOne'),
  nameMutant('cuts names of tables at 40', (table) => table.slice(0, 40)),
  nameMutant('takes the case of names for a difference', (table) =>
    table.replace(/[A-Z]/g, (letter) => `${letter}${letter}`).slice(0, 63),
  ),
  listMutant('lists in the order of ASCII', (all, prefix) =>
    all.filter((name) => name.toLowerCase().startsWith(prefix.toLowerCase())).sort(),
  ),
  listMutant('lists what holds the prefix anywhere', (all, prefix) =>
    all.filter((name) => name.toLowerCase().includes(prefix.toLowerCase().slice(1))),
  ),
  listMutant('lists everything', (all) => all),
  listMutant('lists backwards', (all, prefix) =>
    all.filter((name) => name.toLowerCase().startsWith(prefix.toLowerCase())).toReversed(),
  ),
  mutant('lists the tables that there are twice', (inner) => ({
    listTables: async (options) => {
      const page = await inner.listTables(options)
      return { ...page, tables: page.tables.flatMap((name) => [name, name]) }
    },
  })),
  errorMutant('tells no keys', (error) =>
    isStorageError(error) ? error.with({ key: undefined }) : error,
  ),
  errorMutant('throws plain errors', (error) =>
    isStorageError(error) ? new Error(error.message) : error,
  ),
  errorMutant('quotes what it was given', (error, call) => {
    if (!isStorageError(error)) return error
    const given = JSON.stringify(call, (_, v: unknown) => (typeof v === 'bigint' ? '' : v))
    return error.with({ message: `${error.message}: ${given}` })
  }),
  errorMutant('takes refusals for outages', (error) =>
    isStorageError(error) && error.code !== 'CLOSED' && error.code !== 'ABORTED'
      ? error.with({ retryable: 'yes' })
      : error,
  ),
  mutant('breaks at the hundredth refusal', (inner) => {
    let refused = 0
    return {
      query: async (table, options) => {
        if (refused > 90) throw new StorageError('LOCKED', 'x')
        return inner.query(table, options).catch((error: unknown) => {
          refused++
          throw error
        })
      },
    }
  }),
  mutant('hears no signal', (inner) => ({
    get: (table, pk, rk, options) => inner.get(table, pk, rk, withoutSignal(options)),
    change: (table, change, options) => inner.change(table, change, withoutSignal(options)),
  })),
  mutant('ends with the reason of the signal as it is', (inner) => ({
    get: async (table, pk, rk, options) => {
      if (options?.signal?.aborted === true) throw options.signal.reason
      return inner.get(table, pk, rk, options)
    },
  })),
  mutant('makes half a transaction when it is aborted', (inner) => ({
    transact: async (table, changes, options) => {
      const outcomes = []
      for (const change of changes) {
        outcomes.push(await inner.change(table, change, options))
        await soon()
      }
      return outcomes
    },
  })),
  mutant('closes twice only with an error', (inner) => {
    let closed = 0
    return {
      close: async () => {
        if (closed++ > 0) throw new StorageError('CLOSED', 'x')
        await inner.close()
      },
    }
  }),
  mutant('lives on after close', () => ({ close: async () => undefined })),
  mutant('fails with something else during close', (inner) => {
    let isClosing = false
    return {
      query: async (...call) => {
        await soon()
        await soon()
        if (isClosing) throw new StorageError('UNAVAILABLE', 'x')
        return inner.query(...call)
      },
      close: async () => {
        isClosing = true
        await soon()
        await soon()
        await soon()
        await inner.close()
      },
    }
  }),
  mutant('is ill', (inner) => ({
    health: async (options) => ({ ...(await inner.health(options)), ok: false }),
  })),
  mutant('has capabilities that can be changed', (inner) => ({
    capabilities: { ...inner.capabilities },
  })),
  {
    name: 'lasts, and cannot be opened again',
    harness: {
      name: 'lasts, and cannot be opened again',
      open: async () => ({ backend: handleOn(new MemoryTableBackend()) }),
    },
  },
  mutant('keeps a copy of its own', (inner) => {
    const seen = new Map<string, Awaited<ReturnType<TableBackend['get']>>>()
    return {
      get: async (table, partitionKey, rowKey, options) => {
        const path = `${table}/${partitionKey}/${rowKey}`
        const found = seen.get(path) ?? (await inner.get(table, partitionKey, rowKey, options))
        seen.set(path, found)
        return structuredCloneOf(found)
      },
      change: async (table, change, options) => {
        const { partitionKey, rowKey } = keysOf(change)
        seen.delete(`${table}/${partitionKey}/${rowKey}`)
        return inner.change(table, change, options)
      },
    }
  }),
  {
    name: 'writes when it is closed',
    harness: sharedHarness('writes when it is closed', (shared) => {
      const inner = handleOn(shared)
      const late: (() => Promise<unknown>)[] = []
      return withTableMethods(inner, {
        transact: async (table, changes, options) => {
          const outcomes = await inner.transact(table, changes, options)
          late.push(() => shared.deleteTable(table))
          return outcomes
        },
        close: async () => {
          for (const write of late) await write()
          await inner.close()
        },
      })
    }),
  },
  {
    name: 'closes all handles with one',
    harness: sharedHarness('closes all handles with one', (shared) =>
      withTableMethods(handleOn(shared), { close: () => shared.close() }),
    ),
  },
  mutant('ties cursors to the handle', (inner) => {
    const own = new Set<string>()
    return {
      query: async (table, options) => {
        const { cursor } = options ?? {}
        if (cursor !== undefined && cursor.length > 30 && !own.has(cursor)) {
          throw new StorageError('INVALID_ARGUMENT', 'x')
        }
        const page = await inner.query(table, options)
        if (page.cursor !== undefined) own.add(page.cursor)
        return page
      },
    }
  }),
  mutant('counts versions anew in each handle', (inner) => {
    const shown = new Map<string, string>()
    let count = 0
    return {
      change: async (table, change, options) => {
        const real = [...shown].find(([, etag]) => 'ifMatch' in change && etag === change.ifMatch)
        const own = real === undefined ? change : { ...change, ifMatch: real[0] }
        const { etag } = await inner.change(table, own, options)
        if (etag === undefined) return { etag }
        shown.set(etag, `v${++count}`)
        return { etag: `v${count}` }
      },
    }
  }),
]

/** Without the classes that structuredClone does not know: there are none in these cases. */
function structuredCloneOf<T>(value: T): T {
  return structuredClone(value)
}
