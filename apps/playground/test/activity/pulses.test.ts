import { describe, expect, it } from 'vitest'
import type { Pulse } from '../../src/server/operations.ts'
import { lastMinutes, summaryOf } from '../../src/screens/activity/web/pulses.ts'
import { withGaps } from '../../src/web/charts/moments.ts'

function pulse(at: number, part: Partial<Pulse> = {}): Pulse {
  return { ...{ at, count: 0, failures: 0, bytes: 0, p50Ms: 0, p95Ms: 0, maxMs: 0 }, ...part }
}

/** One a second. */
function seconds(from: number, to: number): Pulse[] {
  return Array.from({ length: to - from + 1 }, (_, index) => pulse((from + index) * 1000))
}

describe('the pulses', () => {
  it('are summed up in a sentence', () => {
    const first = pulse(1000, { count: 3, failures: 1, bytes: 2048, p50Ms: 1, maxMs: 4.5 })
    expect(summaryOf([])).toBe('No operation in the last 10 minutes.')
    const text = summaryOf([first, { ...first, at: 2000, count: 5, failures: 0, maxMs: 2 }])
    expect(text).toMatch(/^In the last 10 minutes: 8 operations, 1 of them failed; 4\.0 KiB\. /)
    expect(text).toMatch(/Most in a second: 5, at .*Slowest: 4\.5 ms\.$/)
  })

  it('are those of ten minutes, however many there are', () => {
    expect(lastMinutes(seconds(1, 620))).toEqual(seconds(21, 620))
    const late = pulse(10_000_000, { count: 1 })
    expect(lastMinutes(seconds(1, 100), [late])).toEqual([late])
    const returned = lastMinutes(seconds(1, 100), [pulse(650_000)])
    expect(returned).toEqual([...seconds(51, 100), pulse(650_000)])
  })

  it('are told once, in their order, from wherever they are known', () => {
    const told = [...seconds(8, 9), ...seconds(30, 32)]
    expect(lastMinutes(seconds(1, 31), told)).toEqual(seconds(1, 32))
    expect(lastMinutes([], [])).toEqual([])
  })

  it('have a moment without one where seconds are missing', () => {
    const moments = withGaps([...seconds(1, 3), ...seconds(60, 61)])
    expect(moments.map(({ at }) => at)).toEqual([1000, 2000, 3000, 31_500, 60_000, 61_000])
    const drawn = moments.map((moment) => moment.point?.at)
    expect(drawn).toEqual([1000, 2000, 3000, undefined, 60_000, 61_000])
    const slow = [pulse(1000), pulse(2400), pulse(3700)]
    expect(withGaps(slow).map((moment) => moment.point)).toEqual(slow)
  })
})
