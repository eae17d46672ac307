/** Listings page by page, joined: lazily, objects and common prefixes merged in UTF-8 order. */
import type { ListOptions, ListPage } from '../backend.ts'
import { compareKeys } from '../keys.ts'
import { CircleWatch } from '../listing.ts'
import type { Access } from './access.ts'
import type { ListAllOptions, ListEntry, ListKeysOptions } from './options.ts'

/** The pages of a listing, until its end. */
export async function* eachPage(access: Access, options: ListOptions): AsyncGenerator<ListPage> {
  const watch = new CircleWatch()
  let cursor: string | undefined
  do {
    const page = await access.list(cursor === undefined ? options : { ...options, cursor })
    yield page
    cursor = page.cursor
    if (cursor !== undefined) watch.pass(cursor)
  } while (cursor !== undefined)
}

/** All keys, or the first `limit`. */
export async function listKeys(access: Access, options: ListKeysOptions): Promise<string[]> {
  const { limit = Infinity, ...scope } = options
  const pageMax = access.backend.capabilities.listPageMax
  const keys: string[] = []
  const first = { ...scope, fields: 'key' as const, limit: Math.min(limit, pageMax) }
  for await (const page of eachPage(access, first)) {
    for (const { key } of page.objects) {
      if (keys.length >= limit) return keys
      keys.push(key)
    }
    if (keys.length >= limit) return keys
  }
  return keys
}

/** All entries, or the first `limit`, one page in memory at a time. */
export async function* listEntries(
  access: Access,
  options: ListAllOptions,
): AsyncGenerator<ListEntry, void, undefined> {
  const { limit = Infinity, pageSize, ...scope } = options
  const page = Math.min(limit, pageSize ?? access.backend.capabilities.listPageMax)
  let left = limit
  for await (const { objects, prefixes } of eachPage(access, { ...scope, limit: page })) {
    for (const entry of merged(objects, prefixes)) {
      yield entry
      if (--left <= 0) return
    }
  }
}

function* merged(
  objects: ListPage['objects'],
  prefixes: readonly string[],
): Generator<ListEntry, void, undefined> {
  let at = 0
  for (const object of objects) {
    for (; at < prefixes.length && compareKeys(prefixes[at]!, object.key) < 0; at++) {
      yield { kind: 'prefix', prefix: prefixes[at]! }
    }
    yield { kind: 'object', ...object }
  }
  for (; at < prefixes.length; at++) yield { kind: 'prefix', prefix: prefixes[at]! }
}
