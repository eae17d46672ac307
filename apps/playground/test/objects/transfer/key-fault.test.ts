/** The page refuses a key before a byte is sent exactly where the storage would refuse it. */
import { keyFault as storageFault } from '@aos-storage/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyFault, prefixFault } from '../../../src/screens/objects/web/transfer/queue/key-fault.ts'

const parts = [
  ...['a', 'b.txt', '.', '..', '...', '/', '//', ' ', '\\', '%2F', 'é', '日本', '😀'],
  ...['\0', '\n', '\u007f', '\u009f', '\u00a0', '\ud83d', '\ude00', 'x'.repeat(1000)],
]
const anyKey = fc.oneof(
  fc.array(fc.constantFrom(...parts), { maxLength: 8 }).map((all) => all.join('')),
  fc.string({ unit: 'binary' }),
)
/** Its words for characters are for the person at the page. */
const aboutCharacters = /^holds /

describe('a key', () => {
  it('has the faults that it has for the storage', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const [ours, theirs] = [keyFault(key), storageFault(key)]
        if (theirs !== undefined && aboutCharacters.test(theirs)) {
          expect(ours).toMatch(aboutCharacters)
        } else {
          expect(ours).toBe(theirs)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it.each([
    ['x'.repeat(1024), undefined],
    ['é'.repeat(513), 'is 1026 bytes long; at most 1024 fit'],
    ['a\tb', 'holds a control character; drop it'],
    ['a\ud83d', 'holds half of a character; it has no UTF-8 form'],
  ])('%j: %s', (key, fault) => {
    expect(keyFault(key)).toBe(fault)
  })
})

describe('a prefix', () => {
  it('is legal when it is all, or ends with a slash and a key can begin with it', () => {
    const slashed = fc.oneof(
      anyKey,
      anyKey.map((key) => `${key}/`),
    )
    fc.assert(
      fc.property(slashed, (prefix) => {
        const isLegal =
          prefix === '' || (prefix.endsWith('/') && storageFault(`${prefix}x`) === undefined)
        expect(prefixFault(prefix) === undefined).toBe(isLegal)
      }),
      { numRuns: 3000 },
    )
  })
})
