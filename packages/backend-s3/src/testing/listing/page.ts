/**
 * One page of a listing: items in their order, folded at the delimiter.
 *
 * ```
 *   keys         a   b/1   b/2   c/1   d        prefix '', delimiter '/'
 *   entries      a   b/          c/    d        each counts as one towards the page
 * ```
 *
 * Invariant: an entry is on exactly one page; `last` of one page is `after` of the next.
 */

/** What is listed: a key and whatever belongs to it. */
export interface Listed {
  readonly key: string
}

/** Where a page begins and how long it may be. */
export interface PageRequest {
  readonly prefix: string
  readonly delimiter: string
  readonly entriesMax: number
}

type Entry<Item> =
  | { readonly kind: 'item'; readonly item: Item }
  | { readonly kind: 'prefix'; readonly prefix: string }

export interface Page<Item> {
  readonly entries: readonly Entry<Item>[]
  readonly isTruncated: boolean
}

/** @param items All that come after the page before, in order. */
export function pageOf<Item extends Listed>(
  items: readonly Item[],
  { prefix, delimiter, entriesMax }: PageRequest,
): Page<Item> {
  const entries: Entry<Item>[] = []
  let folder: string | undefined
  for (const item of items) {
    if (folder !== undefined && item.key.startsWith(folder)) continue
    if (entries.length >= entriesMax) return { entries, isTruncated: entriesMax > 0 }
    folder = folderOf(item.key, prefix, delimiter)
    entries.push(folder === undefined ? { kind: 'item', item } : { kind: 'prefix', prefix: folder })
  }
  return { entries, isTruncated: false }
}

/** The common prefix that a key is folded into. */
function folderOf(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '') return undefined
  const at = key.indexOf(delimiter, prefix.length)
  return at === -1 ? undefined : key.slice(0, at + delimiter.length)
}

export function itemsOf<Item>({ entries }: Page<Item>): Item[] {
  return entries.flatMap((entry) => (entry.kind === 'item' ? [entry.item] : []))
}

export function prefixesOf<Item>({ entries }: Page<Item>): string[] {
  return entries.flatMap((entry) => (entry.kind === 'prefix' ? [entry.prefix] : []))
}
