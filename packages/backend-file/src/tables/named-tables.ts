/**
 * Tables by their names.
 *
 * A table is deleted by taking its name away, in one small transaction; what was in it is removed
 * later in small ones. Invariant: a number is never used again, so that rows of a deleted table are
 * nobody's.
 */
import { foldTableName, tableNotFound } from '@aos-storage/core/backend'
import type { Connection } from '../sqlite/connection.ts'

/** Rows that one transaction removes at most. */
const removedRowsMax = 500
/** Bytes of properties that it removes at most, but for its last row. */
const removedBytesMax = 8 * 1024 * 1024

/** The number of a table. @throws StorageError `NOT_FOUND`. */
export function tableId(connection: Connection, table: string): number {
  const row = connection
    .prepare('SELECT id FROM tables WHERE folded_name = ? AND dropped = 0')
    .get(foldTableName(table)) as { id: number } | undefined
  if (row === undefined) throw tableNotFound(table)
  return row.id
}

/** False when there is one of this name, in any case. */
export function createTable(connection: Connection, table: string): boolean {
  const { changes } = connection
    .prepare('INSERT INTO tables (name, folded_name) VALUES (?, ?) ON CONFLICT DO NOTHING')
    .run(table, foldTableName(table))
  return changes === 1
}

/** False when there is none. What it held is left to {@link removeDropped}. */
export function dropTable(connection: Connection, table: string): boolean {
  const { changes } = connection
    .prepare('UPDATE tables SET dropped = 1 WHERE folded_name = ? AND dropped = 0')
    .run(foldTableName(table))
  return changes === 1
}

/** Removes some rows of a deleted table; false when nothing is left of any. */
export function removeDropped(connection: Connection): boolean {
  const row = connection.prepare('SELECT id FROM tables WHERE dropped = 1 LIMIT 1').get() as
    | { id: number }
    | undefined
  if (row === undefined) return false
  const end = connection
    .prepare(
      'SELECT partition_key, row_key FROM entities WHERE table_id = ? ' +
        'ORDER BY partition_key, row_key LIMIT 1 OFFSET ?',
    )
    .get(row.id, removableRows(connection, row.id)) as
    | { partition_key: Uint8Array; row_key: Uint8Array }
    | undefined
  if (end === undefined) {
    connection.prepare('DELETE FROM entities WHERE table_id = ?').run(row.id)
    connection.prepare('DELETE FROM tables WHERE id = ?').run(row.id)
  } else {
    connection
      .prepare('DELETE FROM entities WHERE table_id = ? AND (partition_key, row_key) < (?, ?)')
      .run(row.id, end.partition_key, end.row_key)
  }
  return true
}

/** How many rows go together. Of large texts SQLite looks at the length only. */
function removableRows(connection: Connection, id: number): number {
  const sizes = connection
    .prepare(
      'SELECT octet_length(properties) AS bytes FROM entities WHERE table_id = ? ' +
        `ORDER BY partition_key, row_key LIMIT ${removedRowsMax}`,
    )
    .iterate(id) as unknown as Iterable<{ bytes: number }>
  let rows = 0
  let total = 0
  for (const { bytes } of sizes) {
    rows++
    total += bytes
    if (total >= removedBytesMax) break
  }
  return rows
}

/** Names that begin with `prefix`, behind `after`, both folded, in order. */
export function listNames(
  connection: Connection,
  { prefix, after, limit }: { prefix: string; after: string; limit: number },
): string[] {
  const rows = connection
    .prepare(
      'SELECT name FROM tables WHERE dropped = 0 AND folded_name > ?2 AND folded_name >= ?1 ' +
        'AND substr(folded_name, 1, length(?1)) = ?1 ORDER BY folded_name LIMIT ?3',
    )
    .all(prefix, after, limit) as unknown as { name: string }[]
  return rows.map(({ name }) => name)
}
