import fc from 'fast-check'
import { expect, it } from 'vitest'
import { hashBytes, HashSet } from '../../src/transfer/hash-set.ts'

/** Few first words, so that places are wanted more than once. */
const hash = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 400 }))
  .map(([first, last]) => {
    const bytes = Buffer.alloc(hashBytes)
    bytes.writeUInt32LE(first === 3 ? 1023 : first)
    bytes.writeUInt32LE(last, 12)
    return bytes
  })
const nothing = '0'.repeat(32)
const hex = (hashes: Iterable<Buffer>): string[] =>
  [...hashes].map((each) => each.toString('hex')).sort()

it('holds what was added, once, as a set of strings would, but for zeroes', () => {
  fc.assert(
    fc.property(
      fc.array(hash, { maxLength: 1500 }),
      fc.array(hash, { maxLength: 1500 }),
      fc.array(hash),
      (first, then, asked) => {
        const set = new HashSet(Buffer.concat(first))
        for (const each of then) set.add(each)
        const wanted = new Set(hex([...first, ...then]).filter((text) => text !== nothing))
        expect(hex(set)).toEqual([...wanted].sort())
        expect(set.size).toBe(wanted.size)
        for (const each of asked) expect(set.has(each)).toBe(wanted.has(each.toString('hex')))
      },
    ),
    { numRuns: 40 },
  )
})

it('grows past its first places', () => {
  const set = new HashSet()
  const hashes = Array.from({ length: 5000 }, (_, at) => {
    const bytes = Buffer.alloc(hashBytes)
    bytes.writeUInt32LE(Math.imul(at + 1, 0x9e3779b1) >>> 0)
    return bytes
  })
  for (const each of hashes) set.add(each)
  expect(set.size).toBe(5000)
  expect(hashes.every((each) => set.has(each))).toBe(true)
})
