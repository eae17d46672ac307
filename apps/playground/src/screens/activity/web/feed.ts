/**
 * The operations that the page keeps: bounded, and honest about what it does not have.
 *
 * Every operation has a sequence number, also one that came too fast to be told; where numbers are
 * missing stands a gap with their count. Pure.
 */
import type { OperationRecord } from '../../../server/operations.ts'

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

/** The feed with operations that came; those that it has already are left out. */
export function withOperations(feed: Feed, records: readonly OperationRecord[]): Feed {
  return isOtherRun(feed, records) ? joined([], records) : joined(feed, records)
}

/** The feed with what the server kept, which may be older and newer than what the feed has. */
export function withRecent(feed: Feed, recent: readonly OperationRecord[]): Feed {
  if (isOtherRun(feed, recent)) return joined([], recent)
  const known = new Map(recent.map((record) => [record.sequence, record]))
  for (const item of feed) if (!isGap(item)) known.set(item.sequence, item)
  return joined(
    [],
    [...known.values()].toSorted((a, b) => a.sequence - b.sequence),
  )
}

function joined(feed: Feed, records: readonly OperationRecord[]): Feed {
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

/** The server was started anew, and counts from the beginning: what is later has lower numbers. */
function isOtherRun(feed: Feed, records: readonly OperationRecord[]): boolean {
  const last = feed.findLast((item) => !isGap(item)) as OperationRecord | undefined
  const newest = records.at(-1)
  if (last === undefined || newest === undefined) return false
  return newest.sequence < last.sequence && newest.endedAt > last.endedAt
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

/** How many operations ended behind this one, known or not. */
export function countAfter(feed: Feed, sequence: number): number {
  return Math.max(0, (feed.at(-1)?.sequence ?? 0) - sequence)
}
