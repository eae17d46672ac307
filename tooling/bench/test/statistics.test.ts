import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { filesystemOf } from '../src/machine.ts'
import { pairedRatio, quantile, rotated, seededRandom, spread } from '../src/statistics.ts'

describe('quantile', () => {
  it('interpolates between neighbours', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5)
    expect(quantile([10], 0.99)).toBe(10)
    expect(quantile([0, 10], 0.1)).toBeCloseTo(1)
  })

  it('refuses an empty list', () => {
    expect(() => quantile([], 0.5)).toThrow('at least one')
  })

  it('lies within the values and grows with q', () => {
    const values = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 })
    fc.assert(
      fc.property(values, (list) => {
        const { p10, median, p90 } = spread(list)
        return (
          Math.min(...list) <= p10 + 1e-6 &&
          p10 <= median + 1e-6 &&
          median <= p90 + 1e-6 &&
          p90 <= Math.max(...list) + 1e-6
        )
      }),
    )
  })
})

describe('pairedRatio', () => {
  it('pairs by round, so that a slow round of both does not show', () => {
    expect(pairedRatio([100, 10, 100], [200, 20, 200])).toEqual({
      median: 0.5,
      p10: 0.5,
      p90: 0.5,
    })
  })

  it('refuses lists of different length', () => {
    expect(() => pairedRatio([1], [1, 2])).toThrow('1 and 2')
  })
})

it('turns the order by one each round', () => {
  expect(rotated(['a', 'b', 'c'], 0)).toEqual(['a', 'b', 'c'])
  expect(rotated(['a', 'b', 'c'], 4)).toEqual(['b', 'c', 'a'])
  expect(rotated([], 3)).toEqual([])
})

it('gives the same numbers for the same seed', () => {
  const [first, again, other] = [seededRandom(7), seededRandom(7), seededRandom(8)]
  const values = Array.from({ length: 5 }, () => first())
  expect(Array.from({ length: 5 }, () => again())).toEqual(values)
  expect(Array.from({ length: 5 }, () => other())).not.toEqual(values)
  expect(values.every((value) => value >= 0 && value < 1)).toBe(true)
})

it('finds the filesystem of the deepest mount', () => {
  const table = 'overlay / overlay rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/x /tmp/disk ext4 rw 0 0\n'
  expect(filesystemOf('/tmp/disk/a', table)).toBe('ext4')
  expect(filesystemOf('/tmp/diskless', table)).toBe('tmpfs')
  expect(filesystemOf('/var', table)).toBe('overlay')
  expect(filesystemOf('/var', '')).toBe('unknown')
})
