import { describe, expect, it } from 'vitest'
import type { OperationRecord, Pulse } from '../../src/server/operations.ts'
import {
  countAfter,
  type Feed,
  isGap,
  keptMax,
  matching,
  withOperations,
  withRecent,
} from '../../src/screens/activity/web/feed.ts'
import { barShare } from '../../src/screens/activity/web/operation-text.ts'
import { pulsesMax, summaryOf, withPulse } from '../../src/screens/activity/web/pulses.ts'

function record(sequence: number, part: Partial<OperationRecord> = {}): OperationRecord {
  return {
    ...{ sequence, endedAt: 1000 + sequence, operation: 'read', backend: 'file' },
    ...{ attempt: 1, durationMs: 1, outcome: 'OK', ...part },
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
    const live = withOperations([], records(8, 9))
    expect(told(withRecent(live, records(3, 8)))).toEqual([3, 4, 5, 6, 7, 8, 9])
    const after = withRecent(withOperations([], records(1, 3)), records(6, 7))
    expect(told(after)).toEqual([1, 2, 3, '2 missing', 6, 7])
  })

  it('begins anew with a server that was started anew', () => {
    const feed = withOperations([], records(500, 510))
    const later = [record(1, { endedAt: 9000 }), record(2, { endedAt: 9001 })]
    expect(told(withOperations(feed, later))).toEqual([1, 2])
    expect(told(withRecent(feed, later))).toEqual([1, 2])
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

describe('the pulses', () => {
  it('are summed up in a sentence', () => {
    const pulse: Pulse = {
      ...{ at: 1000, count: 3, failures: 1, bytes: 2048, p50Ms: 1, p95Ms: 2, maxMs: 4.5 },
    }
    expect(summaryOf([])).toBe('No operation in the last 10 minutes.')
    const text = summaryOf([pulse, { ...pulse, at: 2000, count: 5, failures: 0, maxMs: 2 }])
    expect(text).toMatch(/^In the last 10 minutes: 8 operations, 1 of them failed; 4\.0 KiB\. /)
    expect(text).toMatch(/Most in a second: 5, at .*Slowest: 4\.5 ms\.$/)
  })

  it('are bounded, and each is taken once', () => {
    const pulse = (at: number): Pulse => ({
      ...{ at, count: 0, failures: 0, bytes: 0, p50Ms: 0, p95Ms: 0, maxMs: 0 },
    })
    let pulses: readonly Pulse[] = []
    for (let at = 1; at <= pulsesMax + 20; at++) pulses = withPulse(pulses, pulse(at))
    expect(pulses).toHaveLength(pulsesMax)
    expect(withPulse(pulses, pulse(pulsesMax + 20))).toBe(pulses)
  })
})
