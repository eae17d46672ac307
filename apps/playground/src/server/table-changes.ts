/** Tells which entities and tables changed, so that open pages show it. */
import type { TableBackend, TableChange } from '@aos-storage/core/backend'
import { type Live, topic } from './live.ts'

/** Of a transaction, which has no more. */
const toldEntitiesMax = 100

/** What changed in a table through the shared store. */
export type TableEvent =
  | { readonly table: string; readonly kind: 'created' | 'deleted' }
  | {
      readonly table: string
      readonly kind: 'changed'
      readonly entities: readonly ChangedKeys[]
    }

interface ChangedKeys {
  readonly partitionKey: string
  readonly rowKey: string
  readonly isDeleted: boolean
}

const tableChanges = topic<TableEvent>('table-changes')

/** The backend, which publishes on `table-changes` what succeeded in changing. */
export function tellingTables(inner: TableBackend, live: Live): TableBackend {
  const tell = (event: TableEvent): void => live.publish(tableChanges, event)
  return {
    name: inner.name,
    capabilities: inner.capabilities,
    listTables: (options) => inner.listTables(options),
    get: (...args) => inner.get(...args),
    query: (table, options) => inner.query(table, options),
    health: (options) => inner.health(options),
    close: () => inner.close(),
    async createTable(table, options) {
      const isCreated = await inner.createTable(table, options)
      if (isCreated) tell({ table, kind: 'created' })
      return isCreated
    },
    async deleteTable(table, options) {
      const isDeleted = await inner.deleteTable(table, options)
      if (isDeleted) tell({ table, kind: 'deleted' })
      return isDeleted
    },
    async change(table, change, options) {
      const outcome = await inner.change(table, change, options)
      tell({ table, kind: 'changed', entities: [keysOf(change)] })
      return outcome
    },
    async transact(table, changes, options) {
      const outcomes = await inner.transact(table, changes, options)
      tell({ table, kind: 'changed', entities: changes.slice(0, toldEntitiesMax).map(keysOf) })
      return outcomes
    },
  }
}

function keysOf(change: TableChange): ChangedKeys {
  const { partitionKey, rowKey } = change.type === 'delete' ? change : change.entity
  return { partitionKey, rowKey, isDeleted: change.type === 'delete' }
}
