/** One entity by its keys. */
import type { EntityKeys } from '@aos-storage/core'
import type { StoredEntity } from '@aos-storage/core/backend'
import type { Connection } from '../sqlite/connection.ts'
import { keyBytes } from './key-bytes.ts'
import { tableId } from './named-tables.ts'
import { decodeEntity, selectProperties } from './properties.ts'
import { etagColumn } from './version.ts'

interface Row {
  readonly etag: string
  readonly modified_ms: number
  readonly properties: string
}

/** Undefined when there is none. @throws StorageError `NOT_FOUND` for a missing table. */
export function getEntity(
  connection: Connection,
  table: string,
  keys: EntityKeys,
  select: readonly string[] | undefined,
): StoredEntity | undefined {
  const row = connection
    .prepare(
      `SELECT ${etagColumn}, modified_ms, properties FROM entities ` +
        'WHERE table_id = ? AND partition_key = ? AND row_key = ?',
    )
    .get(tableId(connection, table), keyBytes(keys.partitionKey), keyBytes(keys.rowKey)) as
    | Row
    | undefined
  if (row === undefined) return undefined
  const entity = decodeEntity(table, keys, row.properties)
  return {
    entity: selectProperties(entity, select === undefined ? undefined : new Set(select)),
    etag: row.etag,
    modifiedAt: new Date(row.modified_ms),
  }
}
