/**
 * The operations that the page keeps: bounded, and honest about what it does not have.
 *
 * Every operation has a sequence number, also one that came too fast to be told; where numbers are
 * missing stands a gap with their count. Pure.
 */
import type { OperationRecord } from '../../../server/operations.ts'
import type { RecentOperations } from '../server/wire.ts'

/** Operations that the page keeps. */
export const keptMax = 5000

/** Operations that ended, but are not known. */
export interface Gap {
  readonly missing: number
  /** Of the last one of them. */
  readonly sequence: number
}

export type FeedItem = OperationRecord | Gap

export function isGap(item: FeedItem): item is Gap {
  return 'missing' in item
}

/** Oldest first. */
export type Feed = readonly FeedItem[]

/** What is known of one run of the server: each begins to count anew. */
export interface RunFeed {
  /** Undefined until the server has answered. */
  readonly run: string | undefined
  readonly feed: Feed
}

/** Nothing is known. */
export const noFeed: RunFeed = { run: undefined, feed: [] }

/** The feed with what the server kept, which may be older and newer than what the feed has. */
export function withRecent({ run, feed }: RunFeed, recent: RecentOperations): RunFeed {
  const live = run === undefined || run === recent.run ? feed : []
  const known = new Map(recent.operations.map((record) => [record.sequence, record]))
  for (const item of live) if (!isGap(item)) known.set(item.sequence, item)
  const records = [...known.values()].toSorted((a, b) => a.sequence - b.sequence)
  return { run: recent.run, feed: withOperations([], records) }
}

/** The feed with operations that came; those that it has already are left out. */
export function withOperations(feed: Feed, records: readonly OperationRecord[]): Feed {
  const items = [...feed]
  let sequence = feed.at(-1)?.sequence
  for (const record of records) {
    if (sequence !== undefined && record.sequence <= sequence) continue
    const missing = sequence === undefined ? 0 : record.sequence - sequence - 1
    if (missing > 0) items.push({ missing, sequence: record.sequence - 1 })
    items.push(record)
    sequence = record.sequence
  }
  if (items.length === feed.length) return feed
  return items.length > keptMax ? items.slice(-keptMax) : items
}

/** What of the feed is shown. */
export interface FeedFilter {
  readonly operation?: string | undefined
  readonly isFailuresOnly: boolean
  /** In the key. */
  readonly text: string
}

/** What fits, newest first. Gaps between what fits are one. */
export function matching(feed: Feed, { operation, isFailuresOnly, text }: FeedFilter): Feed {
  const found: FeedItem[] = []
  for (const item of feed.toReversed()) {
    const last = found.at(-1)
    if (isGap(item)) {
      if (last !== undefined && isGap(last)) {
        found[found.length - 1] = { ...last, missing: last.missing + item.missing }
      } else found.push(item)
      continue
    }
    if (operation !== undefined && item.operation !== operation) continue
    if (isFailuresOnly && item.outcome === 'OK') continue
    if (text !== '' && !(item.key ?? '').includes(text)) continue
    found.push(item)
  }
  return found
}

/** The name of an operation in an address: another run gives its number to another one. */
export function nameOf(run: string, sequence: number): string {
  return `${run}-${sequence}`
}

/** What an address names as {@link nameOf} does. */
export function sequenceOf(name: string, run: string | undefined): number | undefined {
  const [named, sequence] = name.split('-')
  return named === run ? Number(sequence) : undefined
}

/** How many operations ended behind this one, known or not. */
export function countAfter(feed: Feed, sequence: number): number {
  return Math.max(0, lastSequence(feed) - sequence)
}

/** Numbers begin at 1. */
export function lastSequence(feed: Feed): number {
  return feed.at(-1)?.sequence ?? 0
}
