/** Entities as JSON: what is read back equals what was written, whatever it holds. */
import fc from 'fast-check'
import { type Entity, Guid, type TableValue } from '@aos-storage/core'
import { describe, expect, it } from 'vitest'
import { decodeEntity, encodeEntity, type EntityJson } from '../../src/tables/entity-json.ts'
import { matchable } from '../../src/tables/etag.ts'

const hex = fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16).padStart(4, '0'))
const guid = fc
  .array(hex, { minLength: 8, maxLength: 8 })
  .map(([a, b, c, d, e, f, g, h]) => new Guid(`${a}${b}-${c}-${d}-${e}-${f}${g}${h}`))
const text = fc.string({ unit: 'binary' })
const value: fc.Arbitrary<TableValue> = fc.oneof(
  text,
  fc.integer(),
  fc.double().filter((number) => !Object.is(number, -0)),
  fc.constantFrom(2 ** 31, -(2 ** 31) - 1, NaN, Infinity, -Infinity),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.boolean(),
  fc.date({ min: new Date('1601-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
  fc.uint8Array(),
  guid,
)
const name = fc.oneof(
  fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,20}$/),
  fc.constantFrom('timestamp', 'etag', 'constructor', 'toString', 'größe', 'type', 'odata'),
)
const entity: fc.Arbitrary<Entity> = fc
  .tuple(fc.dictionary(name, value), text, text)
  .filter(([properties]) => !('PartitionKey' in properties) && !('__proto__' in properties))
  .map(([properties, partitionKey, rowKey]) => ({ ...properties, partitionKey, rowKey }))

/** As the service gives it: what was sent, with its own time and version. */
function answered(body: string): EntityJson {
  return {
    ...(JSON.parse(body) as EntityJson),
    Timestamp: '2026-11-26T02:20:18.1834567Z',
    'odata.metadata': 'https://acme.table.core.windows.net/$metadata#Orders/@Element',
    'odata.etag': 'W/"1"',
  }
}

describe('an entity', () => {
  it('comes back as it went in', () => {
    fc.assert(
      fc.property(entity, fc.boolean(), (original, isAscii) => {
        const body = encodeEntity(original, isAscii)
        if (isAscii) expect(body).toMatch(/^[\0-\x7f]*$/)
        // One line, for readers that take lines.
        expect(body).not.toMatch(/[\n\r\u2028\u2029]/)
        const decoded = decodeEntity(answered(body))
        expect(decoded.entity).toEqual(original)
        expect(decoded.etag).toBe('W/"1"')
        expect(decoded.modifiedAt).toEqual(new Date('2026-11-26T02:20:18.183Z'))
      }),
      { numRuns: 500 },
    )
  })

  it('has the version of the header, where there is one', () => {
    const json = answered(encodeEntity({ partitionKey: '', rowKey: '' }, true))
    expect(decodeEntity(json, 'W/"2"').etag).toBe('W/"2"')
  })

  it('lacks what the service says is null: a selected property that it has not', () => {
    const json = { ...answered(encodeEntity({ partitionKey: 'a', rowKey: 'b' }, true)), x: null }
    expect(decodeEntity(json).entity).toEqual({ partitionKey: 'a', rowKey: 'b' })
  })

  it('keeps its keys when another program called a property so', () => {
    const json = {
      ...answered(encodeEntity({ partitionKey: 'a', rowKey: 'b' }, true)),
      partitionKey: 'mine',
    }
    expect(decodeEntity(json).entity).toEqual({ partitionKey: 'a', rowKey: 'b' })
  })

  it('is typed as the service documents it', () => {
    const body = encodeEntity(
      { partitionKey: 'a', rowKey: 'b', big: 2n ** 53n, whole: 2 ** 40, none: NaN, int: 7 },
      true,
    )
    expect(JSON.parse(body)).toEqual({
      ...{ PartitionKey: 'a', RowKey: 'b', int: 7 },
      ...{ 'big@odata.type': 'Edm.Int64', big: '9007199254740992' },
      ...{ 'whole@odata.type': 'Edm.Double', whole: 1_099_511_627_776 },
      ...{ 'none@odata.type': 'Edm.Double', none: 'NaN' },
    })
  })

  it.each([
    ['a type that we do not know', { x: 'POINT', 'x@odata.type': 'Edm.GeographyPoint' }],
    ['an object', { x: {} }],
    ['a date that is none', { x: 'soon', 'x@odata.type': 'Edm.DateTime' }],
    ['a time that is none', { Timestamp: 'soon' }],
    ['an Int64 that is none', { x: '1.5', 'x@odata.type': 'Edm.Int64' }],
    ['a GUID that is none', { x: '1', 'x@odata.type': 'Edm.Guid' }],
    ['no time', { Timestamp: undefined }],
    ['no version', { 'odata.etag': undefined }],
    ['no key', { RowKey: undefined }],
  ])('with %s is SERIALIZATION', (_, members) => {
    const json = { ...answered(encodeEntity({ partitionKey: 'a', rowKey: 'b' }, true)), ...members }
    expect(() => decodeEntity(json)).toThrow(
      expect.objectContaining({ code: 'SERIALIZATION' }) as Error,
    )
  })
})

it('a version that is none of this service matches nothing, and is no header of its own', () => {
  const own = `W/"datetime'2026-11-26T02%3A20%3A18.1830000Z'"`
  expect(matchable(own)).toBe(own)
  for (const foreign of ['*', 'x', '"1"', 'W/"1"\r\nx-ms-evil: 1', `W/"${'x'.repeat(300)}"`]) {
    expect(matchable(foreign)).toMatch(/^W\/"datetime'1601/)
  }
})
