import { describe, expect, it } from 'vitest'
import type { OperationRecord } from '../../src/server/operations.ts'
import {
  countAfter,
  type Feed,
  isGap,
  keptMax,
  matching,
  nameOf,
  noFeed,
  sequenceOf,
  withOperations,
  withRecent,
} from '../../src/screens/activity/web/feed.ts'
import { nextIndex } from '../../src/screens/activity/web/feed-keys.ts'
import { barShare } from '../../src/screens/activity/web/operation-text.ts'

function record(sequence: number, part: Partial<OperationRecord> = {}): OperationRecord {
  return {
    ...{ sequence, endedAt: 1000 + sequence, operation: 'read', backend: 'file' },
    ...{ durationMs: 1, outcome: 'OK', ...part },
  }
}

function records(from: number, to: number): OperationRecord[] {
  return Array.from({ length: to - from + 1 }, (_, index) => record(from + index))
}

function told(feed: Feed): (number | string)[] {
  return feed.map((item) => (isGap(item) ? `${item.missing} missing` : item.sequence))
}

const everything = { isFailuresOnly: false, text: '' }

describe('the feed', () => {
  it('says what is missing, from the sequence numbers', () => {
    const feed = withOperations(withOperations([], records(5, 7)), [record(10), record(11)])
    expect(told(feed)).toEqual([5, 6, 7, '2 missing', 10, 11])
    expect(told(withOperations(feed, records(10, 12)))).toEqual([5, 6, 7, '2 missing', 10, 11, 12])
    expect(withOperations(feed, [])).toBe(feed)
  })

  it('joins what the server kept with what came live meanwhile', () => {
    const live = { ...noFeed, feed: withOperations([], records(8, 9)) }
    const joined = withRecent(live, { run: 'a', operations: records(3, 8) })
    expect([joined.run, ...told(joined.feed)]).toEqual(['a', 3, 4, 5, 6, 7, 8, 9])
    const before = { run: 'a', feed: withOperations([], records(1, 3)) }
    const after = withRecent(before, { run: 'a', operations: records(6, 7) })
    expect(told(after.feed)).toEqual([1, 2, 3, '2 missing', 6, 7])
  })

  it('has nothing of another run of the server, whatever its numbers are', () => {
    const before = { run: 'a', feed: withOperations([], records(5, 7)) }
    const same = withRecent(before, { run: 'b', operations: records(1, 6) })
    expect([same.run, ...told(same.feed)]).toEqual(['b', 1, 2, 3, 4, 5, 6])
    const higher = withRecent(before, { run: 'b', operations: records(1001, 1002) })
    expect([higher.run, ...told(higher.feed)]).toEqual(['b', 1001, 1002])
    expect(withRecent(before, { run: 'b', operations: [] })).toEqual({ run: 'b', feed: [] })
  })

  it('names an operation of one run only', () => {
    expect(sequenceOf(nameOf('3f2a91bc', 57), '3f2a91bc')).toBe(57)
    expect(sequenceOf(nameOf('3f2a91bc', 57), '00000000')).toBeUndefined()
    expect(sequenceOf(nameOf('3f2a91bc', 57), undefined)).toBeUndefined()
  })

  it('is bounded', () => {
    let feed: Feed = []
    for (let at = 0; at < 40; at++) feed = withOperations(feed, records(at * 200, at * 200 + 199))
    expect(feed).toHaveLength(keptMax)
    expect(feed.at(-1)!.sequence).toBe(7999)
  })

  it('shows what fits, newest first, and joins the gaps between', () => {
    const feed = withOperations(
      [],
      [
        record(1, { key: 'a/1' }),
        record(4, { key: 'b', outcome: 'NOT_FOUND' }),
        record(5, { operation: 'write', key: 'a/2' }),
        record(9, { key: 'a/3', outcome: 'CONFLICT' }),
      ],
    )
    expect(told(matching(feed, everything))).toEqual([9, '3 missing', 5, 4, '2 missing', 1])
    expect(told(matching(feed, { ...everything, operation: 'write' }))).toEqual([
      '3 missing',
      5,
      '2 missing',
    ])
    expect(told(matching(feed, { ...everything, isFailuresOnly: true }))).toEqual([
      9,
      '3 missing',
      4,
      '2 missing',
    ])
    expect(told(matching(feed, { ...everything, text: 'a/3' }))).toEqual([9, '5 missing'])
  })

  it('counts what came after, known or not', () => {
    const feed = withOperations([], [record(1), record(300)])
    expect(countAfter(feed, 86)).toBe(214)
    expect(countAfter([], 0)).toBe(0)
  })

  it('draws the duration, logarithmic', () => {
    expect(barShare(0)).toBe(2)
    expect(barShare(1)).toBeCloseTo(33.3, 0)
    expect(barShare(10_000)).toBe(100)
    expect(barShare(1e9)).toBe(100)
  })
})

describe('the keys of the feed', () => {
  const operations = withOperations([], records(1, 30)).toReversed()
  const gap = (sequence: number): Feed[number] => ({ missing: 2, sequence })

  it('lead by one, by pages and to the ends', () => {
    const to = (key: string, from: number): number | undefined => nextIndex(key, from, operations)
    expect([to('ArrowDown', -1), to('ArrowDown', 4), to('ArrowDown', 29)]).toEqual([0, 5, 29])
    expect([to('ArrowUp', -1), to('ArrowUp', 4), to('ArrowUp', 0)]).toEqual([0, 3, 0])
    expect([to('PageDown', 4), to('PageDown', 25), to('PageUp', 14)]).toEqual([14, 29, 4])
    expect([to('Home', 7), to('End', 7), to('a', 7)]).toEqual([0, 29, undefined])
  })

  it('lead over gaps, and at the ends inwards', () => {
    const [a, b] = operations as [Feed[number], Feed[number]]
    const items = [gap(40), a, gap(29), b, gap(1)]
    const to = (key: string, from: number): number | undefined => nextIndex(key, from, items)
    expect([to('ArrowDown', 1), to('ArrowUp', 3)]).toEqual([3, 1])
    for (const from of [-1, 1, 3]) expect([to('Home', from), to('End', from)]).toEqual([1, 3])
    expect([to('ArrowUp', 1), to('ArrowDown', 3), to('PageDown', 1)]).toEqual([1, 3, 3])
    expect([nextIndex('Home', -1, [gap(1)]), nextIndex('End', -1, [])]).toEqual([
      undefined,
      undefined,
    ])
  })
})
