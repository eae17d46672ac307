/** Sizes of parts: 10,000 suffice, and nothing is lost between them. */
import { describe, expect, it } from 'vitest'
import {
  bodyBytesMax,
  partBytesAt,
  partBytesFor,
  partBytesMax,
  partBytesMin,
  partsMax,
} from '../../src/part-sizes.ts'

const mebibyte = 1024 ** 2
const gibibyte = 1024 ** 3

describe('parts of a body of known length', () => {
  it.each([1, 8 * mebibyte, 80_000 * mebibyte, 100 * gibibyte, 5 * 1024 ** 4])(
    'are at most 10,000 for %d bytes, and no smaller than asked for',
    (length) => {
      const bytes = partBytesFor(length, 8 * mebibyte)
      expect(bytes).toBeGreaterThanOrEqual(8 * mebibyte)
      expect(bytes).toBeLessThanOrEqual(partBytesMax)
      expect(Math.ceil(length / bytes)).toBeLessThanOrEqual(partsMax)
    },
  )

  it('stay as small as they may', () => {
    expect(partBytesFor(10_000 * partBytesMin, partBytesMin)).toBe(partBytesMin)
    expect(partBytesFor(10_000 * partBytesMin + 1, partBytesMin)).toBe(partBytesMin + mebibyte)
  })
})

describe('parts of a body of unknown length', () => {
  it('grow with it, and never shrink', () => {
    expect([0, 1999, 2000, 9999].map((place) => partBytesAt(place, 8))).toEqual([8, 8, 16, 128])
    for (let place = 1; place < partsMax; place++) {
      expect(partBytesAt(place, 8)).toBeGreaterThanOrEqual(partBytesAt(place - 1, 8))
    }
  })

  it('hold what bodyBytesMax says, to the byte', () => {
    let bytes = 0
    for (let place = 0; place < partsMax; place++) bytes += partBytesAt(place, 8 * mebibyte)
    expect(bodyBytesMax(8 * mebibyte)).toBe(bytes)
    expect(bytes / gibibyte).toBe(484.375)
    // Nor more than an object may have.
    expect(bodyBytesMax(512 * mebibyte)).toBe(5 * 1024 ** 4)
  })
})
