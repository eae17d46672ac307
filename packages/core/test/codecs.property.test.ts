import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CodecRegistry } from '../src/codecs/registry.ts'
import { decodeStructured } from '../src/codecs/structured-decode.ts'
import { encodeStructured } from '../src/codecs/structured-encode.ts'
import { isStorageError } from '../src/index.ts'

const codecs = new CodecRegistry()

function roundTrip(value: unknown): { type: string; value: unknown } {
  const { body, contentType } = codecs.encode(value, undefined)
  return {
    type: contentType,
    value: codecs.decode(body as Uint8Array, contentType, undefined, 'k'),
  }
}

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withNullPrototype: false,
  withObjectString: true,
  withSparseArray: true,
  withBoxedValues: true,
  withUnicodeString: true,
  maxDepth: 4,
})

describe('codecs', () => {
  it('give back what deep-equals what was given, or refuse', () => {
    fc.assert(
      fc.property(anything, (value) => {
        let result: unknown
        try {
          result = roundTrip(value).value
        } catch (error) {
          expect(isStorageError(error, 'SERIALIZATION')).toBe(true)
          return
        }
        expect(isDeepStrictEqual(result, value)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('keep JSON as JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(typeof value !== 'string' && !hasNegativeZero(value))
        const result = roundTrip(value)
        expect(result.type).toBe('application/json')
        expect(result.value).toEqual(value)
      }),
    )
  })

  it('keep every date', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: false }), (date) => {
        expect(isDeepStrictEqual(roundTrip(date).value, date)).toBe(true)
      }),
    )
  })

  it('read hostile bytes or refuse them, and pollute nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assertDecodesOrRefuses(bytes)
      }),
      { numRuns: 3000 },
    )
  })

  it('read what is one byte off or cut, or refuse it', () => {
    fc.assert(
      fc.property(anything, fc.nat(), fc.nat({ max: 255 }), (value, place, byte) => {
        let bytes: Uint8Array
        try {
          bytes = encodeStructured(value)
        } catch {
          return
        }
        const damaged = bytes.slice()
        damaged[place % damaged.length] = byte
        assertDecodesOrRefuses(damaged)
        assertDecodesOrRefuses(bytes.subarray(0, place % bytes.length))
      }),
      { numRuns: 500 },
    )
  })
})

function hasNegativeZero(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(hasNegativeZero)
  return Object.is(value, -0)
}

function assertDecodesOrRefuses(bytes: Uint8Array): void {
  try {
    decodeStructured(bytes, 'k')
  } catch (error) {
    expect(isStorageError(error, 'SERIALIZATION')).toBe(true)
  }
  expect(({} as Record<string, unknown>)['x']).toBeUndefined()
}
