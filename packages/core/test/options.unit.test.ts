/** Messages about options that nobody knows, and about values of the wrong type. */
import { describe, expect, it } from 'vitest'
import { nearestName } from '../src/nearest-name.ts'
import { assertOptions, describe as described, ownOptions } from '../src/options.ts'

const known = new Set(['connectionString', 'container', 'ifMatch', 'max', 'signal'])

describe('an unknown option', () => {
  it.each([
    ['conectionString', 'connectionString'],
    ['connectionstring', 'connectionString'],
    ['ConnectionStrings', 'connectionString'],
    ['ifMach', 'ifMatch'],
    ['ifmatch', 'ifMatch'],
    ['maxx', 'max'],
    ['signla', 'signal'],
  ])('%s is probably %s', (name, meant) => {
    const message = `call: unknown option "${name}"; did you mean "${meant}"? known are connection`
    expect(() => assertOptions({ [name]: 1 }, known, 'call')).toThrow(message)
    expect(() => ownOptions({ [name]: 1 }, known, 'call')).toThrow(TypeError)
  })

  it.each(['min', 'cursor', 'conString', 'x'.repeat(9_999_999)])(
    '%.20s is none of them',
    (name) => {
      const call = (): unknown => assertOptions({ [name]: 1 }, known, 'call')
      expect(call).toThrow(/"; known are connectionString, container, ifMatch, max, signal$/)
    },
  )

  it('is the nearest of several', () => {
    expect(nearestName('blockSize', ['blockSizes', 'blockSized2', 'block'])).toBe('blockSizes')
    expect(nearestName('blobUrls', ['tableUrl', 'blobUrl'])).toBe('blobUrl')
    expect(nearestName('x', [])).toBeUndefined()
  })
})

it.each([
  [null, 'null'],
  [undefined, 'undefined'],
  [[], 'an array'],
  [{}, 'an Object'],
  [Object.create(null), 'an object'],
  [new Map(), 'a Map'],
  [new Int8Array(), 'an Int8Array'],
  [new Uint8Array(), 'a Uint8Array'],
  [new Error('secret'), 'an Error'],
  ['secret', 'string'],
])('%o is described as %s', (value, text) => {
  expect(described(value)).toBe(text)
})
