/** Listings as the page shows them: batches of rows, the first small so that it comes at once. */
import {
  compareKeys,
  isStorageError,
  type ListedObject,
  type ListPage,
  type StorageManager,
} from '@aos-storage/core'
import { eachOf } from './pool.ts'
import type { EntriesLine, ObjectRow, Prefixes, Row } from './wire.ts'

const firstRows = 100
const prefixesMax = 1000
const statsAtOnce = 16

interface EntriesScope {
  readonly prefix: string
  /** Undefined: all keys, not rolled up. */
  readonly delimiter: string | undefined
  /** Rows at most. */
  readonly limit: number
}

/** The rows under a prefix, page by page, and how many they were. */
export async function* entryLines(
  storage: StorageManager,
  { prefix, delimiter, limit }: EntriesScope,
  signal: AbortSignal,
): AsyncGenerator<EntriesLine, void, undefined> {
  const { listPageMax } = storage.capabilities
  let count = 0
  let cursor: string | undefined
  do {
    const size = count === 0 ? firstRows : listPageMax
    const page = await storage.listPage({
      ...{ prefix, delimiter, cursor, signal },
      limit: Math.min(size, listPageMax, limit - count),
    })
    const rows = rowsOf(page)
    if (rows.length > 0) yield { rows }
    count += rows.length
    cursor = page.cursor
  } while (cursor !== undefined && count < limit)
  yield { end: { count, isTruncated: cursor !== undefined } }
}

/** The folders right under a prefix. */
export async function prefixesUnder(
  storage: StorageManager,
  prefix: string,
  signal: AbortSignal,
): Promise<Prefixes> {
  const prefixes: string[] = []
  let cursor: string | undefined
  do {
    const page = await storage.listPage({ prefix, delimiter: '/', fields: 'key', cursor, signal })
    for (const each of page.prefixes) {
      if (prefixes.length === prefixesMax) return { prefixes, isTruncated: true }
      prefixes.push(each)
    }
    cursor = page.cursor
  } while (cursor !== undefined)
  return { prefixes, isTruncated: false }
}

/** What these keys hold now; null for those that hold nothing. */
export async function currentRows(
  storage: StorageManager,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<(ObjectRow | null)[]> {
  const rows: (ObjectRow | null)[] = keys.map(() => null)
  await eachOf(keys.entries(), statsAtOnce, signal, async ([place, key]) => {
    try {
      rows[place] = rowOf(await storage.stat(key, { foreign: true, signal }))
    } catch (error) {
      if (!isStorageError(error, 'NOT_FOUND')) throw error
    }
  })
  return rows
}

function rowOf({ key, size, modifiedAt, contentType, etag }: ListedObject): ObjectRow {
  return { kind: 'object', key, size, modifiedAt: modifiedAt.getTime(), contentType, etag }
}

/** Objects and prefixes of a page in one order. */
function rowsOf({ objects, prefixes }: ListPage): Row[] {
  const rows: Row[] = []
  let at = 0
  for (const object of objects) {
    while (at < prefixes.length && compareKeys(prefixes[at]!, object.key) < 0) {
      rows.push({ kind: 'prefix', prefix: prefixes[at++]! })
    }
    rows.push(rowOf(object))
  }
  for (; at < prefixes.length; at++) rows.push({ kind: 'prefix', prefix: prefixes[at]! })
  return rows
}
