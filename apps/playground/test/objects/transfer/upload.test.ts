/** Fingerprints: by them a file that was chosen again is the one whose upload was interrupted. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fingerprintOf, nameIn } from '../../../src/screens/objects/web/transfer/queue/upload.ts'

interface Facts {
  readonly name: string
  readonly size: number
  readonly lastModified: number
}

/** What a fingerprint looks at; a file of terabytes cannot be made here. */
function fingerprint(facts: Facts): string {
  return fingerprintOf(facts as File)
}

const anyFacts: fc.Arbitrary<Facts> = fc.record({
  name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  size: fc.maxSafeNat(),
  lastModified: fc.maxSafeInteger(),
})
/** The server takes no longer ones. */
const serverLengthMax = 1024

describe('a fingerprint', () => {
  it('is the same for the same file, however it was chosen', () => {
    const options = { lastModified: 1_735_084_800_000 }
    const file = new File(['abc'], 'a b.txt', options)
    expect(fingerprintOf(file)).toBe('3 1735084800000 a b.txt')
    expect(fingerprintOf(new File(['xyz'], 'a b.txt', options))).toBe(fingerprintOf(file))
  })

  it('differs when the name, the size or the time does', () => {
    fc.assert(
      fc.property(anyFacts, anyFacts, (one, other) => {
        const isSame =
          one.name === other.name &&
          one.size === other.size &&
          one.lastModified === other.lastModified
        expect(fingerprint(one) === fingerprint(other)).toBe(isSame)
        expect(fingerprint(one)).not.toBe(fingerprint({ ...one, size: one.size + 1 }))
        expect(fingerprint(one)).not.toBe(fingerprint({ ...one, name: `${one.name} ` }))
      }),
    )
  })

  it('tells the name, and the server takes it', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        expect(nameIn(fingerprint(facts))).toBe(facts.name)
      }),
    )
    const longest: Facts = {
      name: 'x'.repeat(4000),
      size: Number.MAX_SAFE_INTEGER,
      lastModified: Number.MIN_SAFE_INTEGER,
    }
    expect(fingerprint(longest).length).toBeLessThanOrEqual(serverLengthMax)
  })
})
