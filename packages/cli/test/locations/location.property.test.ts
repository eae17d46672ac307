import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CommandFailure } from '../../src/failure.ts'
import { formatLocation, parseLocation } from '../../src/locations/location.ts'

const cwd = '/somewhere'
const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 })
const bucket = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{2,20}$/)
const path = fc.array(fc.stringMatching(/^[\w %é?&]{1,8}$/), { minLength: 1, maxLength: 4 })

const store = fc.oneof(
  bucket.map((name) => `s3://${name}`),
  bucket.map((name) => `azblob://${name}`),
  path.map((segments) => `/${segments.join('/')}`),
  path.map((segments) => `./${segments.join('/')}`),
  fc.constantFrom('memory:', 'file:///var/data', 'file:///var/data?durability=none'),
  fc.constantFrom('prod:', 'env:', 'a-b_c:'),
)

describe('parseLocation', () => {
  it('takes what formatLocation gives: the same store, and the key as it is', () => {
    fc.assert(
      fc.property(store, key, (text, given) => {
        const location = parseLocation(text, cwd)
        expect(location.key).toBe('')
        const again = parseLocation(formatLocation(location, given), cwd)
        expect(again).toEqual({ ...location, key: given })
      }),
      { numRuns: 500 },
    )
  })

  it('takes any text, or refuses it with a fix and without what may be secret in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        try {
          const { key: found, store: named } = parseLocation(text, cwd)
          expect(text.endsWith(found)).toBe(true)
          expect(['url', 'profile', 'environment']).toContain(named.kind)
        } catch (error) {
          expect(error).toBeInstanceOf(CommandFailure)
          expect((error as CommandFailure).exitCode).toBe(2)
        }
      }),
      { numRuns: 500 },
    )
    for (const text of ['s3://id:hunter2@bucket/key', 'ftp://id:hunter2@host/key']) {
      expect(() => parseLocation(text, cwd)).toThrow(CommandFailure)
      expect(() => parseLocation(text, cwd)).not.toThrow(/hunter2/)
    }
  })
})
