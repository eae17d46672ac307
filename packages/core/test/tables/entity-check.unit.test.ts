/** Names, keys, values and limits are found out before any request. */
import { describe, expect, it, test } from 'vitest'
import { Guid, type StorageErrorCode, tableLimits } from '../../src/index.ts'
import { ownChange, ownChanges } from '../../src/tables/change-check.ts'
import { ownEntity } from '../../src/tables/entity-check.ts'
import { entityBytes, transactionBytes } from '../../src/tables/entity-size.ts'
import { assertTableName } from '../../src/tables/names.ts'

const keys = { partitionKey: 'p', rowKey: 'r' }

function expectCode(call: () => unknown, code: StorageErrorCode, message: RegExp): void {
  expect(call).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }))
}

describe('names of tables', () => {
  test.each(['abc', 'A1b2C3', 'a'.repeat(63), 'Tables1'])('%s is one', (name) => {
    expect(() => assertTableName(name)).not.toThrow()
  })

  test.each([
    ['', /0 characters; 3 to 63/],
    ['ab', /2 characters/],
    ['a'.repeat(64), /64 characters/],
    ['1abc', /a letter/],
    ['a-b', /ASCII letters and digits/],
    ['a_b', /ASCII letters and digits/],
    ['größe', /ASCII/],
    ['tables', /reserved/],
    ['TABLES', /reserved/],
    ['abc\n', /ASCII/],
    ['abc\ninjected line', /^Table name "abc\\ninjected line"/],
  ])('%j is none', (name, message) => {
    expectCode(() => assertTableName(name), 'INVALID_KEY', message)
  })

  it('are texts', () => {
    expect(() => assertTableName(5)).toThrow(TypeError)
  })
})

describe('keys of entities', () => {
  test.each(['', 'a', 'x'.repeat(512), '\u{1f600}', "it's", '%2F', '..', ' '])(
    '%j is one',
    (key) => {
      expect(ownEntity({ partitionKey: key, rowKey: key })).toEqual({
        partitionKey: key,
        rowKey: key,
      })
    },
  )

  test.each([
    ['/', /partitionKey "\/" holds one of/],
    ['\\', /holds one of/],
    ['#', /holds one of/],
    ['?', /holds one of/],
    ['\0', /control character/],
    ['\u001f', /control character/],
    ['\u007f', /control character/],
    ['\u009f', /control character/],
    ['x'.repeat(513), /513 UTF-16 units; at most 512/],
    ['\ud800', /lone surrogate/],
  ])('%j is none', (key, message) => {
    expectCode(() => ownEntity({ partitionKey: key, rowKey: 'r' }), 'INVALID_KEY', message)
    expectCode(() => ownEntity({ partitionKey: 'p', rowKey: key }), 'INVALID_KEY', /^rowKey/)
  })

  test.each([
    [{}],
    [{ partitionKey: 'p' }],
    [{ partitionKey: 1, rowKey: 'r' }],
    [null],
    [[]],
    ['x'],
  ])('%j is no entity', (entity) => {
    expect(() => ownEntity(entity)).toThrow(TypeError)
  })

  test.each([
    [{ PartitionKey: 'p', RowKey: 'r' }, /for PartitionKey write partitionKey$/],
    [{ partitionKey: 'p', RowKey: 'r' }, /for RowKey write rowKey$/],
  ])('%j names its keys as the service does', (entity, message) => {
    expect(() => ownEntity(entity)).toThrow(TypeError)
    expect(() => ownEntity(entity)).toThrow(message)
  })
})

describe('names of properties', () => {
  test.each(['a', '_a', 'größe', 'x'.repeat(255), 'timestamp', 'etag', 'constructor', 'odata'])(
    '%s is one',
    (name) => {
      expect(ownEntity({ ...keys, [name]: 1 })).toEqual({ ...keys, [name]: 1 })
    },
  )

  test.each([
    ['PartitionKey', /write partitionKey/],
    ['RowKey', /write rowKey/],
    ['Timestamp', /modifiedAt/],
    ['odata.etag', /OData/],
    ['a@odata.type', /OData/],
    ['a-b', /no identifier/],
    ['1a', /no identifier/],
    ['', /no identifier/],
    ['a b', /no identifier/],
    ['a\u200bb', /no identifier/],
    ['𝒳', /no identifier/],
    ['x'.repeat(256), /256 UTF-16 units/],
  ])('%s is none', (name, message) => {
    expectCode(() => ownEntity({ ...keys, [name]: 1 }), 'INVALID_ARGUMENT', message)
  })

  it('__proto__ is none: it would change the object', () => {
    const entity: unknown = JSON.parse('{"partitionKey":"p","rowKey":"r","__proto__":1}')
    expectCode(() => ownEntity(entity), 'INVALID_ARGUMENT', /another name/)
  })
})

describe('values', () => {
  it('are copied, and undefined is left out', () => {
    const bytes = Uint8Array.of(1)
    const date = new Date(0)
    const own = ownEntity({ ...keys, bytes, date, none: undefined })
    bytes[0] = 9
    date.setTime(9)
    expect(own).toStrictEqual({ ...keys, bytes: Uint8Array.of(1), date: new Date(0) })
    expect(ownEntity({ ...keys, b: Buffer.from('a') })['b']).toStrictEqual(Uint8Array.of(97))
  })

  it('are read once', () => {
    let reads = 0
    const entity = Object.defineProperty({ ...keys }, 'a', { enumerable: true, get: () => ++reads })
    expect(ownEntity(entity)).toEqual({ ...keys, a: 1 })
  })

  test.each([
    [-0, 'SERIALIZATION', /-0/],
    [2n ** 63n, 'SERIALIZATION', /64 bits/],
    [-(2n ** 63n) - 1n, 'SERIALIZATION', /64 bits/],
    [new Date(NaN), 'SERIALIZATION', /1601/],
    [new Date('1600-12-31T23:59:59.999Z'), 'SERIALIZATION', /1601/],
    [new Date('+010000-01-01T00:00:00Z'), 'SERIALIZATION', /9999/],
    ['a\ud800', 'SERIALIZATION', /lone surrogate/],
    ['x'.repeat(32_769), 'QUOTA_EXCEEDED', /32769 UTF-16 units; at most 32768/],
    [new Uint8Array(65_537), 'QUOTA_EXCEEDED', /65537 bytes; at most 65536/],
  ] as const)('of number %# are refused', (value, code, message) => {
    expectCode(() => ownEntity({ ...keys, a: value }), code, message)
  })

  it('at the limits pass', () => {
    const values = {
      a: NaN,
      b: -Infinity,
      c: 2n ** 63n - 1n,
      d: new Date('9999-12-31T23:59:59.999Z'),
      e: new Date('1601-01-01T00:00:00Z'),
      f: 'x'.repeat(32_768),
      g: new Uint8Array(65_536),
      h: new Guid('12345678-9ABC-DEF0-1234-56789abcdef0'),
    }
    expect(ownEntity({ ...keys, ...values })).toStrictEqual({ ...keys, ...values })
  })

  it('null is told to be left out, other types to be kept as text', () => {
    expect(() => ownEntity({ ...keys, a: null })).toThrow(/leave the property out/)
    for (const value of [{}, [], () => 1, Symbol('a'), new Map(), new Uint16Array(1)]) {
      expect(() => ownEntity({ ...keys, a: value })).toThrow(/Keep other values as JSON text/)
      expect(() => ownEntity({ ...keys, a: value })).toThrow(TypeError)
    }
  })

  it('are not quoted', () => {
    for (const a of ['secret'.repeat(9999), 'secret\ud800']) {
      expect(() => ownEntity({ ...keys, a })).toThrow(expect.not.stringContaining('secret'))
    }
  })
})

describe('an entity', () => {
  const properties = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${at}`, at]))

  it('has at most 252 properties', () => {
    expect(() => ownEntity({ ...keys, ...properties(252) })).not.toThrow()
    expectCode(() => ownEntity({ ...keys, ...properties(253) }), 'QUOTA_EXCEEDED', /253/)
  })

  it('is counted as the service does', () => {
    // The example of the source: 4 + 2 * (keys) + each 8 + 2 * name + value.
    const entity = {
      partitionKey: 'pk',
      rowKey: 'row',
      Address: 'Mountain View',
      Age: 23,
      AmountDue: 200.23,
      Code: new Guid('c9da6455-213d-42c9-9a79-3e9149a57833'),
      Since: new Date(0),
      IsActive: true,
      Orders: 255n,
      Bytes: new Uint8Array(10),
    }
    const names = 'AddressAgeAmountDueCodeSinceIsActiveOrdersBytes'.length * 2
    const values = 13 * 2 + 4 + 4 + 8 + 16 + 8 + 1 + 8 + 14
    expect(entityBytes(entity)).toBe(4 + 5 * 2 + 8 * 8 + names + values)
  })

  it('has at most 1 MiB', () => {
    const texts = Array.from({ length: 15 }, (_, at) => [`t${at}`, 'x'.repeat(32_768)] as const)
    const most = tableLimits.entityBytesMax - entityBytes({ ...keys, ...Object.fromEntries(texts) })
    const rest = (most - 8 - 2 - 4) / 2
    const fits = { ...keys, ...Object.fromEntries(texts), r: 'x'.repeat(rest) }
    expect(entityBytes(fits)).toBe(tableLimits.entityBytesMax)
    expect(() => ownEntity(fits)).not.toThrow()
    expectCode(() => ownEntity({ ...fits, r: `${fits.r}x` }), 'QUOTA_EXCEEDED', /1048578 bytes/)
  })
})

describe('changes', () => {
  const insert = (rowKey: string, partitionKey = 'p') => ({
    type: 'insert',
    entity: { partitionKey, rowKey },
  })

  test.each([
    [undefined],
    [{}],
    [{ type: 'toString' }],
    [{ type: 'remove', partitionKey: 'p', rowKey: 'r' }],
    [{ type: 'insert', entity: keys, ifMatch: 'x' }],
    [{ type: 'upsert', entity: keys, mode: 'mix' }],
    [{ type: 'update', entity: keys, ifMach: 'x' }],
    [{ type: 'update', entity: keys, ifMatch: '' }],
    [{ type: 'delete', entity: keys }],
  ])('%j is none', (change) => {
    expect(() => ownChange(change)).toThrow(TypeError)
  })

  it('merge unless they say otherwise', () => {
    expect(ownChange({ type: 'upsert', entity: keys })).toEqual({
      type: 'upsert',
      mode: 'merge',
      entity: keys,
    })
  })

  it('of a transaction are 1 to 100', () => {
    const rows = Array.from({ length: 101 }, (_, at) => insert(`r${at}`))
    expectCode(() => ownChanges([]), 'INVALID_ARGUMENT', /empty/)
    expect(ownChanges(rows.slice(1))).toHaveLength(100)
    expectCode(() => ownChanges(rows), 'QUOTA_EXCEEDED', /101 changes; at most 100/)
    expect(() => ownChanges('x')).toThrow(TypeError)
  })

  it('of a transaction are of one partition, and each of another entity', () => {
    const message = /Change 2 is of partition "q", change 1 of "p"/
    expectCode(() => ownChanges([insert('a'), insert('b', 'q')]), 'INVALID_ARGUMENT', message)
    const twice = [insert('a'), insert('b'), { type: 'delete', partitionKey: 'p', rowKey: 'a' }]
    expectCode(() => ownChanges(twice), 'INVALID_ARGUMENT', /Changes 1 and 3 .* row "a"/)
  })

  it('that are wrong tell their place', () => {
    const wrong = { type: 'insert', entity: { partitionKey: 'p', rowKey: '/' } }
    expectCode(() => ownChanges([insert('a'), wrong]), 'INVALID_KEY', /^Change 2 of 2: rowKey/)
    expect(() => ownChanges([insert('a'), { type: 'x' }])).toThrow(/^Change 2: A change is/)
  })

  it('of a transaction have at most 4 MiB, whatever the request makes of them', () => {
    const rows = Array.from({ length: 100 }, (_, at) => ({
      type: 'insert',
      entity: { partitionKey: 'p', rowKey: `r${at}`, text: '\0'.repeat(7000) },
    }))
    expectCode(() => ownChanges(rows), 'QUOTA_EXCEEDED', /at most 4194304/)
    const own = ownChanges(rows.slice(0, 50))
    const body = JSON.stringify(own.map((change) => (change as { entity: object }).entity))
    expect(transactionBytes(own)).toBeGreaterThan(Buffer.byteLength(body))
    // Escaped in a request, though JSON does not ask for it.
    const entity = { ...keys, text: '\u2028\u2029'.repeat(1000) }
    expect(transactionBytes(ownChanges([{ type: 'insert', entity }]))).toBeGreaterThan(12_000)
  })
})
