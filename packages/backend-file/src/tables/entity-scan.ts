/**
 * Entities in the order of their keys, from a position on, of one state of the table.
 *
 * A scan is one statement on this thread, so it ends after some rows, bytes or milliseconds; the
 * next one goes on behind the row that was seen last.
 */
import type { Clock } from '@aos-storage/core'
import type { Connection } from '../sqlite/connection.ts'
import { keyBytes, keyOfHex } from './key-bytes.ts'
import { etagColumn } from './version.ts'

/** Rows that one scan looks at, and its time. */
const scanRowsMax = 20_000
const scanMsMax = 25
/** Rows, and characters of them, after which it asks for the time: fewer are always in one scan. */
const lookRows = 1000
const lookUnits = 1024 * 1024

export interface ScannedRow {
  readonly partitionKey: string
  readonly rowKey: string
  readonly etag: string
  readonly modifiedMs: number
  readonly properties: string
}

/** Which rows are looked at. All bounds are part of the range. */
export interface ScanRange {
  readonly tableId: number
  /** The first row, or the one behind which to begin. */
  readonly from: KeyPair
  readonly isAfter: boolean
  /** The last partition; undefined for no end. */
  readonly toPartition: string | undefined
  readonly fromRow: string | undefined
  readonly toRow: string | undefined
}

export interface KeyPair {
  readonly partitionKey: string
  readonly rowKey: string
}

interface Row {
  readonly partition_hex: string
  readonly row_hex: string
  readonly etag: string
  readonly modified_ms: number
  /** Null for a row key out of the range. */
  readonly properties: string | null
}

/**
 * Hands rows to `take` until it has enough, which it says with `true`, or the scan took too long.
 *
 * @returns The last row that was seen, when there may be others behind it.
 */
export function scanEntities(
  connection: Connection,
  clock: Clock,
  range: ScanRange,
  take: (row: ScannedRow) => boolean,
): KeyPair | undefined {
  const endMs = clock.monotonicMs() + scanMsMax
  let rows = 0
  let units = 0
  // The same for many rows.
  let partition = { hex: '', key: '' }
  for (const row of rowsOf(connection, range)) {
    const { partition_hex: hex, etag, modified_ms: modifiedMs, properties } = row
    if (hex !== partition.hex) partition = { hex, key: keyOfHex(hex) }
    const keys = { partitionKey: partition.key, rowKey: keyOfHex(row.row_hex) }
    if (properties !== null) {
      if (take({ ...keys, etag, modifiedMs, properties })) return keys
      units += properties.length
    }
    if (++rows % lookRows !== 0 && units < lookUnits) continue
    units = 0
    if (rows >= scanRowsMax || clock.monotonicMs() >= endMs) return keys
  }
  return undefined
}

/**
 * Rows between the first and the last pair of keys, one after the other. SQLite passes over none by
 * itself, which would take as long as it likes: what only a row key rules out comes without its
 * properties. Ends its statement also when the caller stops early.
 */
function rowsOf(connection: Connection, range: ScanRange): Iterable<Row> {
  const { tableId, from, isAfter, toPartition, fromRow, toRow } = range
  const within = [
    ...(fromRow === undefined ? [] : ['row_key >= ?']),
    ...(toRow === undefined ? [] : ['row_key <= ?']),
  ]
  const properties =
    within.length === 0 ? 'properties' : `iif(${within.join(' AND ')}, properties, NULL)`
  const isToRow = toPartition !== undefined && toRow !== undefined
  const end = isToRow ? ' AND (partition_key, row_key) <= (?, ?)' : ' AND partition_key <= ?'
  const statement = connection.prepare(
    'SELECT hex(partition_key) AS partition_hex, hex(row_key) AS row_hex, ' +
      `${etagColumn}, modified_ms, ${properties} AS properties FROM entities WHERE table_id = ? ` +
      `AND (partition_key, row_key) ${isAfter ? '>' : '>='} (?, ?)` +
      `${toPartition === undefined ? '' : end} ORDER BY partition_key, row_key`,
  )
  const bytes = (...keys: (string | undefined)[]): Uint8Array[] =>
    keys.filter((key) => key !== undefined).map(keyBytes)
  return statement.iterate(
    ...bytes(fromRow, toRow),
    tableId,
    ...bytes(from.partitionKey, from.rowKey, toPartition, isToRow ? toRow : undefined),
  ) as unknown as Iterable<Row>
}
