/** Values as a person types them, and filters that hold them. */
import { formatFilter, Guid, parseFilter, type TableValue } from '@aos-storage/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { faultOf, odataLiteral, withComparison } from '../../src/screens/tables/web/filter/odata.ts'
import {
  cellText,
  converted,
  editedText,
  typedValue,
  valueTypes,
} from '../../src/screens/tables/web/values.ts'
import { valueOf, wireOf } from '../../src/screens/tables/server/value-text.ts'
import type { ValueType, WireValue } from '../../src/screens/tables/server/wire.ts'
import { everyType } from './open-tables.ts'

/** Everything that a property can be. */
const anyValue: fc.Arbitrary<TableValue> = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.double().map((number) => number + 0),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.boolean(),
  fc.date({
    ...{ min: new Date('1601-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z') },
    noInvalidDate: true,
  }),
  fc.uint8Array({ maxLength: 80 }),
  fc.uuid().map((text) => new Guid(text)),
)

describe('a value', () => {
  it('comes back as it went out', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(valueOf(wireOf(value), 'x')).toEqual(value)
      }),
    )
  })

  it('is the same when what is edited is kept unchanged', () => {
    fc.assert(
      fc.property(anyValue, fc.constantFrom('hex', 'base64'), (value, form) => {
        const wire = wireOf(value)
        expect(typedValue(wire.type, editedText(wire, form), form)).toEqual({ value: wire })
      }),
    )
  })

  it('in a filter is itself, whatever it holds', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const text = `p eq ${odataLiteral(wireOf(value))}`
        expect(parseFilter(text)).toEqual({
          ...{ type: 'comparison', operator: 'eq', property: 'p', value },
        })
      }),
    )
  })
})

describe('what is typed', () => {
  it.each<[ValueType, string, string]>([
    ['number', ' 1e3 ', '1000'],
    ['number', '.5', '0.5'],
    ['number', 'NaN', 'NaN'],
    ['bigint', '007n', '7'],
    ['date', '2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['date', '2026-01-31 12:00+02:00', '2026-01-31T10:00:00.000Z'],
    ['guid', '{12345678-9ABC-DEF0-1234-56789ABCDEF0}', '12345678-9abc-def0-1234-56789abcdef0'],
    ['bytes', '0A ff', 'Cv8='],
  ])('as a %s: %j', (type, typed, text) => {
    expect(typedValue(type, typed)).toEqual({ value: { type, text } })
  })

  it.each<[ValueType, string]>([
    ['number', ''],
    ['number', '1,5'],
    ['number', '-0'],
    ['number', '1e999'],
    ['number', '9007199254740993'],
    ['bigint', '1.5'],
    ['bigint', '9223372036854775808'],
    ['boolean', ''],
    ['date', '2026-02-30'],
    ['date', '31.1.2026'],
    ['date', '1600-12-31'],
    ['bytes', '0'],
    ['bytes', 'xy'],
    ['guid', '1234'],
    ['string', 'half \ud83d'],
  ])('is no %s: %j', (type, typed) => {
    expect(typedValue(type, typed)).toEqual({ fault: expect.stringMatching(/\.$/) })
  })

  it('is something of every type when the type changes, or nothing', () => {
    for (const value of Object.values(everyType)) {
      for (const { type } of valueTypes) {
        const text = converted(value, type)
        const typed = typedValue(type, text)
        expect('value' in typed || text === '').toBe(true)
      }
    }
    const text: WireValue = { type: 'string', text: '42' }
    expect(converted(text, 'number')).toBe('42')
    expect(converted(text, 'bigint')).toBe('42')
    expect(converted(everyType.bigint, 'string')).toBe('-9223372036854775808')
  })
})

it('a cell says what is in it on one line', () => {
  const texts = Object.values(everyType).map((value) => cellText(value))
  expect(texts).toEqual([
    ...["it's “é” 😀", '-0.25', '-9223372036854775808n', 'false', '2026-01-31 12:00:00.123Z'],
    ...['00 01 02 80 ff', '12345678-9abc-def0-1234-56789abcdef0'],
  ])
  expect(cellText({ type: 'string', text: 'be', wholeLength: 9 })).toBe('be…')
})

describe('the builder', () => {
  const one: WireValue = { type: 'number', text: '1' }

  it('appends what means both', () => {
    expect(withComparison('', 'and', 'a', 'eq', one)).toBe('a eq 1')
    expect(withComparison(' a eq 1 ', 'and', 'b', 'gt', one)).toBe('a eq 1 and b gt 1')
    expect(withComparison('a eq 1 or b eq 2', 'and', 'c', 'lt', one)).toBe(
      '(a eq 1 or b eq 2) and c lt 1',
    )
    expect(withComparison('a eq 1 or b eq 2', 'or', 'c', 'lt', one)).toBe(
      'a eq 1 or b eq 2 or c lt 1',
    )
    expect(withComparison("a eq ' or '", 'and', 'c', 'lt', one)).toBe("a eq ' or ' and c lt 1")
  })

  it('never changes what was there', () => {
    const text = withComparison("a eq 1 or b eq 'x or (y'", 'and', 'c', 'le', one)
    expect(formatFilter(parseFilter(text))).toBe("(((a eq 1) or (b eq 'x or (y')) and (c le 1))")
  })
})

it('a fault has its place', () => {
  const problem = { code: 'INVALID_ARGUMENT', fix: '' } as const
  const message = 'The filter is wrong at character 7: "x" begins nothing'
  expect(faultOf({ ...problem, message })).toEqual({ at: 6, message: '"x" begins nothing' })
  const long = 'The filter has 40000 UTF-16 units; at most 32768 are taken'
  expect(faultOf({ ...problem, message: long })).toEqual({ at: undefined, message: long })
  expect(faultOf({ code: 'UNAVAILABLE', message: 'no filter', fix: '' })).toBeUndefined()
})
