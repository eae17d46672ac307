/** Version tokens, and what is sent of them. */
import { describe, expect, it } from 'vitest'
import { etagOf, tokenOf } from '../../src/etag.ts'

describe('tokens', () => {
  it.each([
    ['"5d41402abc4b2a76b9719d911017c592"', '5d41402abc4b2a76b9719d911017c592'],
    ['5d41402abc4b2a76b9719d911017c592', '5d41402abc4b2a76b9719d911017c592'],
    ['W/"abc"', 'abc'],
    ['"abc-12"', 'abc-12'],
    ['"CPD+/u7=="', 'CPD+/u7=='],
    [undefined, ''],
  ])('of %s are %s', (etag, token) => {
    expect(tokenOf(etag)).toBe(token)
  })

  it('become etags again, with quotes or without', () => {
    expect(etagOf('abc-12', true)).toBe('"abc-12"')
    expect(etagOf('abc-12', false)).toBe('abc-12')
    expect(tokenOf(etagOf('CPD+/u7==', true))).toBe('CPD+/u7==')
  })

  it.each(['*', '"abc"', 'a b', 'a,b', 'a\r\nx-amz-acl: public', 'é', ''])(
    'that no etag can be match nothing: %j',
    (token) => {
      for (const isQuoted of [true, false]) {
        expect(tokenOf(etagOf(token, isQuoted))).toBe('0'.repeat(32))
      }
    },
  )
})
