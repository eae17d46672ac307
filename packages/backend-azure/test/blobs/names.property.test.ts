/** Names: every legal key has one, comes back, and keeps its place in the order. */
import { compareKeys, keyBytesMax, keyFault } from '@aos-storage/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BlobNames, codedLead } from '../../src/blobs/names.ts'

const pieces = [
  ...'abzA019 -_.~%+!'.split(''),
  ...['.', '..', './', '/', '\\', '..x', 'x.', '.aos', '.aos/k/', '.aos/k/a', '\u4e00\u5c00'],
  ...['é', '漢', '\ud7ff', '\ue000', '\uf8ff', '\uf900', '\ufdd0', '\uff5e', '\ufffd', '\ufffe'],
  ...['\u{10000}', '😀', '\u{1fffe}', '\u{10fffd}', '\u{10ffff}', '\u2028', '\ufeff', '\u00a0'],
]
const legalKey = fc
  .oneof(
    fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 8 }).map((all) => all.join('')),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    fc
      .tuple(fc.constantFrom(...pieces), fc.integer({ min: 1, max: 1024 }))
      .map(([unit, times]) => unit.repeat(times)),
  )
  .filter((key) => keyFault(key) === undefined)

const names = new BlobNames('')
const below = new BlobNames('stores/one/')

/** What Azure documents as impossible or harmful. */
function azureFault(name: string): string | undefined {
  if (name.length < 1 || name.length > 1024) return `${name.length} characters`
  if (name.split('/').length > 254) return 'too many segments'
  if (name.includes('\\')) return 'a backslash'
  if (name.split('/').some((segment) => segment.endsWith('.'))) return 'a dot at the end'
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f\ue000-\uf8ff\ufffe\uffff]/.test(name)) return 'a character'
  return undefined
}

describe('names', () => {
  it('are such as Azure holds unharmed, and lead back to their key', () => {
    fc.assert(
      fc.property(legalKey, (key) => {
        const name = names.nameOf(key)
        expect(azureFault(name)).toBeUndefined()
        expect(names.keyOf(name)).toBe(key)
        if (Buffer.byteLength(key) > keyBytesMax - 11) return
        expect(azureFault(below.nameOf(key))).toBeUndefined()
        expect(below.keyOf(below.nameOf(key))).toBe(key)
      }),
      { numRuns: 3000 },
    )
  })

  it('are different for different keys, and ordered as they are', () => {
    fc.assert(
      fc.property(legalKey, legalKey, (a, b) => {
        const order = Math.sign(compareKeys(a, b))
        const [nameA, nameB] = [names.nameOf(a), names.nameOf(b)]
        expect(nameA === nameB).toBe(a === b)
        const areCoded = [nameA, nameB].map((name) => name.startsWith(codedLead))
        if (areCoded[0] !== areCoded[1]) return
        expect(Math.sign(compareKeys(nameA, nameB))).toBe(order)
        expect(Math.sign(compareKeys(names.codedFrom(a), names.codedFrom(b)))).toBe(order)
      }),
      { numRuns: 3000 },
    )
  })

  it('that are coded begin with the code of each start of their key', () => {
    fc.assert(
      fc.property(legalKey, fc.nat(), (key, cut) => {
        const characters = Array.from(key)
        const start = characters.slice(0, cut % (characters.length + 1)).join('')
        expect(names.codedFrom(key).startsWith(names.codedPrefixOf(start))).toBe(true)
        expect(names.codedFrom(start) <= names.codedFrom(key)).toBe(true)
      }),
    )
  })

  it('that are plain are the keys themselves', () => {
    for (const key of [
      'a',
      'a/b.json',
      'é/漢/😀',
      'a b',
      '%2F',
      '?#"<>',
      '.hidden',
      '...x',
      '.aos/x',
    ]) {
      expect(names.nameOf(key)).toBe(key)
      expect(below.nameOf(key)).toBe(`stores/one/${key}`)
    }
  })

  it('of others are their keys, but for codes that are not ours', () => {
    for (const name of ['a//b', 'a/', '/', 'x./y']) expect(names.keyOf(name)).toBe(name)
    expect(below.keyOf('elsewhere/a')).toBeUndefined()
    for (const code of ['', 'plain', '\u4e00', '\u4e00\u4e00', '\u8dff\u8dff', '\u9000']) {
      expect(names.keyOf(codedLead + code)).toBeUndefined()
    }
    // A code of a key that needs none.
    expect(names.keyOf(names.codedFrom('plain'))).toBeUndefined()
  })
})
