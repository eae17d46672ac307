import { expect, it } from 'vitest'
import { jitterMs } from '../src/jitter.ts'

it('is a share of a size that doubles up to its most, and is never more than a number', () => {
  const half = { next: () => 0.5, id: () => '' }
  const pauses = [0, 1, 2, 3, 4, 1e6].map((doublings) => jitterMs(half, doublings, 100, 1000))
  expect(pauses).toEqual([50, 100, 200, 400, 500, 500])
  expect(jitterMs({ ...half, next: () => 0 }, 3, 100, 1000)).toBe(0)
  expect(jitterMs(half, Infinity, 0, 1000)).toBe(0)
})
