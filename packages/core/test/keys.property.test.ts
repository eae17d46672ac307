import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  assertKey,
  compareKeys,
  isStorageError,
  keyFault,
  quoteKey,
  sortKeys,
} from '../src/index.ts'

const text = fc.string({ unit: 'binary', maxLength: 12 })
const nearKey = fc
  .array(fc.constantFrom('/', '.', '..', 'a', 'é', '\ud800', '\u0000', '\uffff', '𝒳', ' '), {
    maxLength: 8,
  })
  .map((parts) => parts.join(''))

const byBytes = (a: string, b: string): number =>
  Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)))

describe('keys', () => {
  it('are compared as their UTF-8 bytes', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(byBytes(a, b))
      }),
    )
    expect(compareKeys('\uffff', '𝒳')).toBeLessThan(0)
  })

  it('are sorted as compareKeys orders them', () => {
    fc.assert(
      fc.property(fc.array(text), (keys) => {
        expect(sortKeys([...keys])).toEqual(keys.toSorted(byBytes))
      }),
    )
  })

  it('pass assertKey exactly when keyFault finds nothing', () => {
    fc.assert(
      fc.property(fc.oneof(text, nearKey), (key) => {
        let fault: unknown
        try {
          assertKey(key)
        } catch (error) {
          fault = error
        }
        expect(fault === undefined).toBe(keyFault(key) === undefined)
        if (fault !== undefined) expect(isStorageError(fault, 'INVALID_KEY')).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it.each(['', '/a', 'a/', 'a//b', '.', 'a/..', './a', 'a\nb', '\ud800', 'a'.repeat(1025)])(
    'refuse %j',
    (key) => expect(() => assertKey(key)).toThrow(/Key/),
  )

  it.each(['a', 'é', 'a b', '...', 'a/.b', 'a'.repeat(1024), 'é'.repeat(512)])('take %j', (key) =>
    expect(() => assertKey(key)).not.toThrow(),
  )

  it('are strings', () => {
    expect(() => assertKey(1)).toThrow(TypeError)
    expect(() => assertKey(null)).toThrow(/null/)
  })
})

describe('a key in a message', () => {
  it('is one line without controls, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
        expect(quoteKey(key)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
      }),
    )
    expect(quoteKey('a\u0085\u2028b')).toBe(String.raw`"a\u0085\u2028b"`)
  })
})
