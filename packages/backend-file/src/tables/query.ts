/**
 * Pages of a query: the range of keys that the filter leaves, and the filter itself on each row.
 *
 * Invariant: a page shows one state of the table, so that a transaction is seen whole in it.
 */
import type { Clock } from '@aos-storage/core'
import {
  compareEntityKeys,
  decodeTableCursor,
  encodeTableCursor,
  type EntityPage,
  keyRange,
  type KeyRange,
  matches,
  type QueryPageOptions,
  type StoredEntity,
  tableLimits,
  throwIfAborted,
} from '@aos-storage/core/backend'
import type { StoreDatabase } from '../sqlite/database.ts'
import { type KeyPair, type ScannedRow, type ScanRange, scanEntities } from './entity-scan.ts'
import { tableId } from './named-tables.ts'
import { decodeEntity, selectProperties } from './properties.ts'

/** Characters of properties that one page holds, but for its last entity. */
const pageUnitsMax = 8 * 1024 * 1024

/** @throws StorageError `NOT_FOUND` (table), `INVALID_ARGUMENT` (cursor), `ABORTED`. */
export async function queryPage(
  database: StoreDatabase,
  clock: Clock,
  table: string,
  options: QueryPageOptions,
): Promise<EntityPage> {
  const { filter, select, cursor, signal } = options
  const scope = { table, filter, select }
  const range = keyRange(filter)
  const after = cursor === undefined ? undefined : positionOf(decodeTableCursor(cursor, scope, 2))
  const { entities, end } = await database.read(signal, (connection) => {
    // Anew each time that this is tried.
    const page = new Page(table, options)
    // Looked for also when nothing can match.
    const id = tableId(connection, table)
    const rows = range.isEmpty ? undefined : scanRange(id, range, after)
    const last = rows && scanEntities(connection, clock, rows, (row) => page.take(row))
    return { entities: page.entities, end: last }
  })
  throwIfAborted(signal)
  if (end === undefined) return { entities, cursor: undefined }
  return { entities, cursor: encodeTableCursor([end.partitionKey, end.rowKey], scope) }
}

function positionOf([partitionKey, rowKey]: readonly string[]): KeyPair {
  return { partitionKey: partitionKey!, rowKey: rowKey! }
}

/** The rows that are left behind a position. Whether a bound is included, the filter tells. */
function scanRange(
  id: number,
  { partitionKey, rowKey }: KeyRange,
  after: KeyPair | undefined,
): ScanRange {
  const bounds = {
    tableId: id,
    toPartition: partitionKey.to?.key,
    fromRow: rowKey.from?.key,
    toRow: rowKey.to?.key,
  }
  const first = {
    partitionKey: partitionKey.from?.key ?? '',
    rowKey: rowKey.from?.key ?? '',
  }
  const isBehind = after !== undefined && compareEntityKeys(after, first) >= 0
  return { ...bounds, from: isBehind ? after : first, isAfter: isBehind }
}

/** A page that is being filled. */
class Page {
  readonly entities: StoredEntity[] = []
  readonly #table: string
  readonly #filter: QueryPageOptions['filter']
  readonly #select: ReadonlySet<string> | undefined
  readonly #limit: number
  #units = 0

  constructor(table: string, { filter, select, limit }: QueryPageOptions) {
    const { queryPageMax } = tableLimits
    this.#table = table
    this.#filter = filter
    this.#select = select === undefined ? undefined : new Set(select)
    this.#limit = Math.min(limit ?? queryPageMax, queryPageMax)
  }

  /** Takes a row if it matches. @returns True when the page is full. */
  take(row: ScannedRow): boolean {
    const modifiedAt = new Date(row.modifiedMs)
    const entity = decodeEntity(this.#table, row, row.properties)
    if (this.#filter === undefined || matches(entity, modifiedAt, this.#filter)) {
      this.#units += row.properties.length
      this.entities.push({
        entity: selectProperties(entity, this.#select),
        etag: row.etag,
        modifiedAt,
      })
    }
    return this.entities.length >= this.#limit || this.#units >= pageUnitsMax
  }
}
