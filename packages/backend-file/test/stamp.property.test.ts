/** Stamps come back as they were given, from systems that keep nanoseconds and that cut them. */
import type { BigIntStats } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { mtimeUs, stampSeconds } from '../src/stamp.ts'

const statsAt = (mtimeNs: bigint): BigIntStats => ({ mtimeNs }) as BigIntStats

it('a stamp comes back in its microsecond', () => {
  const stampUs = fc.integer({ min: 1_500_000_000_000_000, max: 4_000_000_000_000_000 })
  fc.assert(
    fc.property(stampUs, (us) => {
      const seconds = stampSeconds(us)
      const kept = BigInt(Math.round((seconds % 1) * 1e9)) + BigInt(Math.floor(seconds)) * 10n ** 9n
      const cut = BigInt(Math.floor(seconds * 1e6)) * 1000n
      expect(mtimeUs(statsAt(kept))).toBe(us)
      expect(mtimeUs(statsAt(cut))).toBe(us)
    }),
    { numRuns: 2000 },
  )
})
