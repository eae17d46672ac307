/** Names: every legal key has one that is no scratch name, comes back, and keeps its place. */
import { compareKeys, keyFault } from '@aos-storage/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { S3Names } from '../../src/names.ts'

const hex = '0123456789abcdef0123456789abcdef'
const pieces = [
  ...'abzA019 -_.~%+!'.split(''),
  ...['.', '..', '/', '\\', 'é', '漢', '\ud7ff', '\ue000', '\ufffe', '😀', '\u{10ffff}'],
  ...['.aos-scratch-', hex, hex.slice(1), hex.toUpperCase(), ' ', '  ', ' +', '+ '],
]
const alike = fc
  .tuple(
    fc.constantFrom(hex, hex.slice(1), `${hex}0`, hex.replace('a', 'A'), 'f'.repeat(32)),
    fc.array(fc.constantFrom(' ', ' ', '+', ' +', 'x', '!', '/x'), { maxLength: 5 }),
  )
  .map(([id, ends]) => `.aos-scratch-${id}${ends.join('')}`)
const legalKey = fc
  .oneof(
    alike,
    fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 8 }).map((all) => all.join('')),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  )
  .filter((key) => keyFault(key) === undefined)

const stores = [new S3Names(''), new S3Names('stores/one/')]

describe('names', () => {
  it('lead back to their key, and are never those of scratch objects', () => {
    fc.assert(
      fc.property(legalKey, (key) => {
        for (const names of stores) {
          const name = names.nameOf(key)
          expect(names.keyOf(name)).toBe(key)
          expect(names.isScratch(name)).toBe(false)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('are different for different keys, and ordered as they are', () => {
    fc.assert(
      fc.property(legalKey, legalKey, (a, b) => {
        for (const names of stores) {
          const order = Math.sign(compareKeys(names.nameOf(a), names.nameOf(b)))
          expect(order).toBe(Math.sign(compareKeys(a, b)))
        }
      }),
      { numRuns: 5000 },
    )
  })

  it('begin with every start of their key', () => {
    fc.assert(
      fc.property(legalKey, fc.nat({ max: 60 }), (key, length) => {
        const start = key.slice(0, length)
        for (const names of stores) {
          expect(names.nameOf(key).startsWith(names.prefix + start)).toBe(true)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('of scratch objects are hidden, and unlike each other', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (id, other) => {
        const [names] = stores
        const all = [names!.scratch(id), names!.spacedScratch(id)]
        for (const name of all) {
          expect(names!.isScratch(name)).toBe(true)
          expect(names!.keyOf(name)).toBeUndefined()
          expect(name.startsWith(names!.scratchStart)).toBe(true)
        }
        if (id !== other) expect(all).not.toContain(names!.scratch(other))
      }),
    )
  })
})
