/** Entities as the page lists them. */
import type { StoredEntity, TableStore } from '@aos-storage/core'
import { isMissingEntity } from '@aos-storage/core'
import { matches, parseFilter } from '@aos-storage/core/backend'
import { cellOf, wireOf } from './value-text.ts'
import type { EntityCount, RowPage, WireCell, WireKeys, WireRow } from './wire.ts'

/** Entities of a page. */
const pageRowsMax = 200
/** A count is given up after so long. */
const countMsMax = 1500

export interface Query {
  readonly filter?: string | undefined
  /** Only these properties. */
  readonly select?: readonly string[] | undefined
}

/** A page of entities in the order of their keys; values are cut. */
export async function rowPage(
  tables: TableStore,
  table: string,
  { filter, select }: Query,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<RowPage> {
  const options = { filter, select, cursor, limit: pageRowsMax, signal }
  const page = await tables.queryPage(table, options)
  return { rows: page.entities.map((stored) => rowOf(stored, cellOf)), cursor: page.cursor }
}

/** The entity of each of the keys where it is there and satisfies the filter; values are cut. */
export async function lookedUp(
  tables: TableStore,
  table: string,
  { filter, select }: Query,
  keys: readonly WireKeys[],
  signal: AbortSignal,
): Promise<(WireRow | null)[]> {
  const wanted = filter === undefined ? undefined : parseFilter(filter)
  return Promise.all(
    keys.map(async ({ partitionKey, rowKey }) => {
      // Whole: the filter may name what is not selected.
      const stored = await tables.find(table, partitionKey, rowKey, { signal })
      if (stored === undefined) return null
      const isWanted = wanted === undefined || matches(stored.entity, stored.modifiedAt, wanted)
      return isWanted ? rowOf(stored, cellOf, select && new Set(select)) : null
    }),
  )
}

/** An entity with its whole values. @throws StorageError `NOT_FOUND`. */
export async function wholeRow(
  tables: TableStore,
  table: string,
  { partitionKey, rowKey }: WireKeys,
  signal?: AbortSignal,
): Promise<WireRow> {
  return rowOf(await tables.get(table, partitionKey, rowKey, { signal }), wireOf)
}

/** As {@link wholeRow}, null when there is none. */
export async function wholeRowOrNull(
  tables: TableStore,
  table: string,
  keys: WireKeys,
): Promise<WireRow | null> {
  try {
    return await wholeRow(tables, table, keys)
  } catch (error) {
    if (isMissingEntity(error)) return null
    throw error
  }
}

/** How many entities there are, or so many at least. */
export async function entityCount(
  tables: TableStore,
  table: string,
  nowMs: () => number,
  signal: AbortSignal,
): Promise<EntityCount> {
  const startedMs = nowMs()
  let count = 0
  let cursor: string | undefined
  do {
    const page = await tables.queryPage(table, { select: [], cursor, signal })
    count += page.entities.length
    cursor = page.cursor
  } while (cursor !== undefined && nowMs() - startedMs < countMsMax)
  return { count, isMore: cursor !== undefined }
}

function rowOf(
  { entity, etag, modifiedAt }: StoredEntity,
  textOf: (value: NonNullable<StoredEntity['entity'][string]>) => WireCell,
  select?: ReadonlySet<string>,
): WireRow {
  const { partitionKey, rowKey, ...properties } = entity
  const cells: [string, WireCell][] = []
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || select?.has(name) === false) continue
    cells.push([name, textOf(value)])
  }
  return {
    ...{ partitionKey, rowKey, etag, modifiedAt: modifiedAt.getTime() },
    properties: Object.fromEntries(cells),
  }
}
