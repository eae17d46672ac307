/** Entities by their keys, and pages of those that match a filter. */
import {
  decodeTableCursor,
  encodeTableCursor,
  type EntityPage,
  formatFilter,
  type GetEntityOptions,
  type QueryPageOptions,
  type StoredEntity,
  tableLimits,
  type TableScope,
} from '@aos-storage/core/backend'
import { entitiesPath, entityPath } from './addresses.ts'
import { backendName, type TableCalls } from './calls.ts'
import { decodeEntity, type EntityJson } from './entity-json.ts'
import { jsonOf, type TableAnswer } from './service.ts'

/** @throws StorageError as the contract's `get`. */
export function get(
  calls: TableCalls,
  table: string,
  keys: { readonly partitionKey: string; readonly rowKey: string },
  { select, signal }: GetEntityOptions,
): Promise<StoredEntity> {
  return calls.send({
    operation: 'get',
    signal,
    table,
    ...keys,
    request: {
      method: 'GET',
      path: entityPath(table, keys.partitionKey, keys.rowKey),
      query: { $select: selectText(select) },
    },
    read: (answer) => decodeEntity(jsonOf(answer), answer.header('etag')),
  })
}

/** @throws StorageError as the contract's `query`. */
export function query(
  calls: TableCalls,
  table: string,
  { filter, select, limit, cursor, signal }: QueryPageOptions,
): Promise<EntityPage> {
  const { queryPageMax } = tableLimits
  const scope = { table, filter, select }
  const [, partition, row] = cursor === undefined ? [] : decodeTableCursor(cursor, scope, 3)
  return calls.send({
    operation: 'query',
    signal,
    table,
    request: {
      method: 'GET',
      path: entitiesPath(table),
      query: {
        $filter: filter === undefined ? undefined : formatFilter(filter),
        $select: selectText(select),
        $top: String(Math.min(limit ?? queryPageMax, queryPageMax)),
        NextPartitionKey: partition,
        NextRowKey: row === '' ? undefined : row,
      },
    },
    read: (answer) => {
      const { value } = jsonOf(answer)
      const entities = Array.isArray(value) ? (value as EntityJson[]) : []
      return {
        entities: entities.map((entity) => decodeEntity(entity)),
        cursor: nextCursor(answer, scope),
      }
    },
  })
}

/**
 * One of the two may be missing: an empty key, or a page that begins with its partition. They are
 * the service's own words and no keys, so that engines that page by keys must not take them: the
 * name in front is one part more.
 */
function nextCursor(answer: TableAnswer, scope: TableScope): string | undefined {
  const partition = answer.header('x-ms-continuation-nextpartitionkey')
  const row = answer.header('x-ms-continuation-nextrowkey')
  if (partition === undefined && row === undefined) return undefined
  return encodeTableCursor([backendName, partition ?? '', row ?? ''], scope)
}

/** Keys and time are always wanted; a selection of nothing else would be one of everything. */
function selectText(select: readonly string[] | undefined): string | undefined {
  return select && ['PartitionKey', 'RowKey', 'Timestamp', ...select].join(',')
}
