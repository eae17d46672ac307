/** Amounts as a person reads them. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesText, durationText } from '../../src/web/amounts.ts'

describe('a duration', () => {
  it.each([
    [0, '0 µs'],
    [0.42, '420 µs'],
    [0.9996, '1.0 ms'],
    [1.23, '1.2 ms'],
    [9.96, '10 ms'],
    [12.3, '12 ms'],
    [999.4, '999 ms'],
    [999.7, '1.0 s'],
    [1500, '1.5 s'],
    [59_949, '59.9 s'],
    [59_960, '1 min 0 s'],
    [119_600, '2 min 0 s'],
    [125_000, '2 min 5 s'],
  ])('of %d ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text)
  })

  it('has no unit more often than there are in the next one, and is about that long', () => {
    const limits: Readonly<Record<string, number>> = { µs: 1000, ms: 1000, s: 60 }
    const msOf: Readonly<Record<string, number>> = { µs: 0.001, ms: 1, s: 1000, min: 60_000 }
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e7, noNaN: true }), (ms) => {
        const parts = [...durationText(ms).matchAll(/([\d.]+) (\S+)/g)]
        const amounts = parts.map(([, amount, unit]) => [Number(amount), unit!] as const)
        for (const [amount, unit] of amounts) {
          expect(amount).toBeLessThan(limits[unit] ?? Infinity)
        }
        const told = amounts.reduce((sum, [amount, unit]) => sum + amount * msOf[unit]!, 0)
        expect(Math.abs(told - ms)).toBeLessThanOrEqual(Math.max(0.0005, ms * 0.051))
      }),
    )
  })
})

describe('a number of bytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536, '1.5 KiB'],
    [102_349, '100 KiB'],
    [1_048_575, '1.0 MiB'],
    [8 * 1024 ** 2, '8.0 MiB'],
    [2 ** 60, '1024 PiB'],
  ])('of %d is %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text)
  })

  it('has no unit more often than there are in the next one', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        expect(Number.parseFloat(bytesText(bytes))).toBeLessThan(1024)
      }),
    )
  })
})
