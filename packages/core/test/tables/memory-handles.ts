/**
 * A harness with handles that share one store in memory, so that the cases about a second handle
 * and about what survives close can run (and fail) without a disk.
 */
import { MemoryTableBackend, StorageError, type TableBackend } from '../../src/index.ts'
import type { TableHarness } from '../../src/testing/index.ts'

export const tableMethods = [
  ...(['createTable', 'deleteTable', 'listTables', 'get', 'query', 'change'] as const),
  ...(['transact', 'health', 'close'] as const),
]

/** A backend with some methods replaced. */
export function withTableMethods(
  inner: TableBackend,
  replace: Partial<TableBackend>,
): TableBackend {
  const own = Object.fromEntries(
    tableMethods.map((name) => [name, (inner[name] as () => unknown).bind(inner)]),
  )
  const { name, capabilities } = inner
  return { name, capabilities, ...own, ...replace } as TableBackend
}

/** A handle of its own: closing it closes nothing else. */
export function handleOn(shared: TableBackend): TableBackend {
  let isClosed = false
  const guarded = tableMethods.slice(0, 7).map((name) => [
    name,
    async (...args: never[]) => {
      if (isClosed) throw new StorageError('CLOSED', 'This handle was closed')
      return (shared[name] as (...call: never[]) => Promise<unknown>)(...args)
    },
  ])
  return withTableMethods(shared, {
    capabilities: Object.freeze({ ...shared.capabilities, durability: 'process' as const }),
    ...(Object.fromEntries(guarded) as Partial<TableBackend>),
    health: async (options) => ({ ...(await shared.health(options)), ok: !isClosed }),
    close: async () => {
      isClosed = true
    },
  })
}

/** @param wrap Makes the handles; by default those that are right. */
export function sharedHarness(
  name: string,
  wrap: (shared: TableBackend) => TableBackend = handleOn,
): TableHarness {
  return {
    name,
    async open() {
      const shared = new MemoryTableBackend()
      return { backend: wrap(shared), reopen: async () => wrap(shared) }
    },
  }
}
