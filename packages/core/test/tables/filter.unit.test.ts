/** The builder, the reader and the meaning of filters. */
import { describe, expect, it, test } from 'vitest'
import {
  and,
  type FilterNode,
  formatFilter,
  Guid,
  isStorageError,
  matches,
  not,
  odata,
  or,
  parseFilter,
  type TableValue,
  where,
} from '../../src/index.ts'

interface Order {
  readonly partitionKey: string
  readonly rowKey: string
  readonly total: number
  readonly state: 'open' | 'paid'
  readonly isGift?: boolean
  readonly at: Date
}

const eq = (property: string, value: TableValue): FilterNode => {
  return { type: 'comparison', operator: 'eq', property, value }
}

describe('parseFilter', () => {
  test.each<[string, FilterNode]>([
    ["PartitionKey eq 'a'", eq('PartitionKey', 'a')],
    ["a eq 'it''s'", eq('a', "it's")],
    ["a eq ''", eq('a', '')],
    ["a eq ''''", eq('a', "'")],
    ['a eq 5', eq('a', 5)],
    ['a eq -5', eq('a', -5)],
    ['a eq 5L', eq('a', 5n)],
    ['a eq -9223372036854775808L', eq('a', -(2n ** 63n))],
    ['a eq 5.5', eq('a', 5.5)],
    ['a eq 1e3', eq('a', 1000)],
    ['a eq 1.5E-3', eq('a', 0.0015)],
    ['a eq 5d', eq('a', 5)],
    ['a eq NaN', eq('a', NaN)],
    ['a eq INF', eq('a', Infinity)],
    ['a eq -INF', eq('a', -Infinity)],
    ['a eq true', eq('a', true)],
    ['a', eq('a', true)],
    ['  ( a )\n', eq('a', true)],
    ['not a', { type: 'not', operand: eq('a', true) }],
    ['5 eq a', eq('a', 5)],
    ['5 lt a', { type: 'comparison', operator: 'gt', property: 'a', value: 5 }],
    ["a eq datetime'2026-01-02T03:04:05.006Z'", eq('a', new Date('2026-01-02T03:04:05.006Z'))],
    ["a eq datetime'2026-01-02T03:04:05'", eq('a', new Date('2026-01-02T03:04:05Z'))],
    ["a eq datetime'2026-01-02T03:04'", eq('a', new Date('2026-01-02T03:04:00Z'))],
    ["a eq datetime'2026-01-02T03:04:05.1230000Z'", eq('a', new Date('2026-01-02T03:04:05.123Z'))],
    [
      "a eq guid'12345678-9ABC-def0-1234-56789abcdef0'",
      eq('a', new Guid('12345678-9abc-def0-1234-56789abcdef0')),
    ],
    ["a eq X'0aFF'", eq('a', Uint8Array.of(10, 255))],
    ["a eq binary''", eq('a', new Uint8Array())],
    ['größe eq 1', eq('größe', 1)],
    [
      'a and b or not (c) and d',
      {
        type: 'or',
        left: { type: 'and', left: eq('a', true), right: eq('b', true) },
        right: {
          type: 'and',
          left: { type: 'not', operand: eq('c', true) },
          right: eq('d', true),
        },
      },
    ],
  ])('reads %s', (text, filter) => {
    expect(parseFilter(text)).toStrictEqual(filter)
    expect(parseFilter(formatFilter(filter))).toStrictEqual(filter)
  })

  test.each([
    ['', /character 1: the end stands where a property, a value, "not" or "\(" is due/],
    ['a eq', /character 5: the end stands where a value/],
    ['a eq b', /character 6: "b" stands where a value/],
    ['5 eq 5', /where a property is due/],
    ['a eq 1 b', /character 8: "b" stands where "and", "or" or the end/],
    ['(a eq 1', /where "and", "or" or "\)" is due/],
    ['a eq 1)', /character 7: "\)"/],
    ["a eq 'open", /character 6: a text begins here and does not end/],
    ['a EQ 1', /character 3: "EQ"/],
    ['a eq True', /"True" stands where a value/],
    ['a eq null', /no null in tables/],
    ['not a eq 1', /put what "not" negates in parentheses/],
    ['a eq 2147483648', /exceeds 32 bits; write 123L/],
    ['a eq 9223372036854775808L', /64 bits/],
    [`a eq ${'9'.repeat(9999)}L`, /64 bits/],
    ['a eq 1e999', /exceeds a Double/],
    ['a eq 1.5L', /whole numbers/],
    ['a eq 5m', /suffix "m"/],
    ['a eq -', /a number is due/],
    ['a eq "x"', /character 6: "\\"" begins nothing; a text stands in single quotes, 'x'$/],
    ['a eq “x”', /"“" begins nothing; a text stands in single quotes/],
    ['a > 5', /character 3: ">" begins nothing; write gt$/],
    ['a < 5', /"<" begins nothing; write lt$/],
    ['a = 5', /"=" begins nothing; write eq$/],
    ['a==5', /"==" begins nothing; write eq$/],
    ['a === 5', /"===" begins nothing; write eq$/],
    ['a != 5', /"!=" begins nothing; write ne$/],
    ['a !== 5', /"!==" begins nothing; write ne$/],
    ['a <> 5', /"<>" begins nothing; write ne$/],
    ['a >= 5', /">=" begins nothing; write ge$/],
    ['a <= 5', /"<=" begins nothing; write le$/],
    ['a eq 5 && b', /character 8: "&&" begins nothing; write and$/],
    ['a eq 5 || b', /"\|\|" begins nothing; write or$/],
    ['!a', /character 1: "!" begins nothing; write not$/],
    ['a eq $x', /"\$" begins nothing/],
    ["a eq datetime'2026-02-30T00:00:00Z'", /no such day/],
    ["a eq datetime'2026-01-01'", /a time is written as/],
    ["a eq datetime'2026-01-01T00:00:00.0001Z'", /millisecond/],
    ["a eq datetime'1600-01-01T00:00:00Z'", /1601/],
    ["a eq guid'x'", /a GUID is written as/],
    ["a eq X'0'", /pairs of hex/],
    ["a eq time'12:00'", /"time" is no type/],
    ['Timestamp2 eq 1 and null eq 1', /"null"/],
    ['startswith(a)', /"\("/],
    ['a/b eq 1', /"\/" begins nothing/],
  ])('refuses %s', (text, message) => {
    const call = (): unknown => parseFilter(text)
    expect(call).toThrow(message)
    expect(call).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  it('is bounded: length, parentheses, comparisons, levels', () => {
    expect(() => parseFilter('('.repeat(40_000))).toThrow(/40000 UTF-16 units/)
    expect(() => parseFilter('('.repeat(30_000))).toThrow(/more than 100 parentheses/)
    const many = (count: number): string => Array(count).fill('a').join(' and ')
    expect(() => parseFilter(many(15))).not.toThrow()
    expect(() => parseFilter(many(16))).toThrow(/more than 15 comparisons/)
    const deep = (levels: number): string =>
      `${'not ('.repeat(levels - 1)}a${')'.repeat(levels - 1)}`
    expect(() => parseFilter(deep(32))).not.toThrow()
    expect(() => parseFilter(deep(33))).toThrow(/32 levels/)
    expect(() => parseFilter(5 as never)).toThrow(TypeError)
  })
})

describe('formatFilter', () => {
  test.each<[FilterNode, string]>([
    [eq('a', "it's"), "(a eq 'it''s')"],
    [eq('a', 5), '(a eq 5)'],
    [eq('a', 2 ** 31), '(a eq 2147483648.0)'],
    [eq('a', 1e21), '(a eq 1000000000000000000000.0)'],
    [eq('a', -1.5e-7), '(a eq -0.00000015)'],
    [eq('a', 5n), '(a eq 5L)'],
    [eq('a', NaN), '(a eq NaN)'],
    [eq('a', -Infinity), '(a eq -INF)'],
    [eq('a', new Date(0)), "(a eq datetime'1970-01-01T00:00:00.000Z')"],
    [eq('a', Uint8Array.of(10, 255)), "(a eq X'0aff')"],
    [
      eq('a', new Guid('12345678-9abc-def0-1234-56789abcdef0')),
      "(a eq guid'12345678-9abc-def0-1234-56789abcdef0')",
    ],
    [
      or(and(eq('a', 1), eq('b', 2)), not(eq('c', 3))),
      '(((a eq 1) and (b eq 2)) or (not (c eq 3)))',
    ],
  ])('writes %#', (filter, text) => {
    expect(formatFilter(filter)).toBe(text)
  })
})

describe('the builder', () => {
  it('knows names and values of a type', () => {
    const order = where<Order>()
    expect(order('total').gt(100)).toEqual(parseFilter('total gt 100'))
    expect(order('state').ne('paid')).toEqual(parseFilter("state ne 'paid'"))
    expect(order('isGift').isTrue()).toEqual(parseFilter('isGift'))
    expect(order('isGift').eq(false)).toEqual(parseFilter('isGift eq false'))
    expect(order('at').le(new Date(0))).toEqual(parseFilter("at le datetime'1970-01-01T00:00:00Z'"))
    expect(order('partitionKey').startsWith('NL')).toEqual(
      parseFilter("PartitionKey ge 'NL' and PartitionKey lt 'NM'"),
    )
    expect(order('Timestamp').lt(new Date(0))).toMatchObject({ property: 'Timestamp' })
    // @ts-expect-error -- no such property
    order('totl')
    // @ts-expect-error -- a number is due
    order('total').gt('100')
    // @ts-expect-error -- no such state
    order('state').eq('closed')
  })

  it('joins any number, and refuses none and too many', () => {
    const a = where('a').eq(1)
    expect(and(a)).toEqual(a)
    expect(and(a, a, a)).toEqual(parseFilter('a eq 1 and a eq 1 and a eq 1'))
    expect(() => or()).toThrow(TypeError)
    expect(() => or(...Array<FilterNode>(16).fill(a))).toThrow(/15 comparisons/)
    expect(() => and(a, {} as never)).toThrow(TypeError)
  })

  it('refuses names and values that cannot be', () => {
    expect(() => where('a b')).toThrow(/no identifier/)
    expect(() => where('and')).toThrow(/word of the filter language/)
    expect(() => where('a').eq(null as never)).toThrow(TypeError)
    expect(() => where('a').eq('\ud800')).toThrow(/lone surrogate/)
    expect(() => where('a').startsWith(5 as never)).toThrow(TypeError)
    expect(where('a').eq(-0)).toStrictEqual(eq('a', 0))
  })

  it('copies values', () => {
    const bytes = Uint8Array.of(1)
    const filter = where('a').eq(bytes)
    bytes[0] = 9
    expect(filter).toStrictEqual(eq('a', Uint8Array.of(1)))
  })

  test.each([
    ['a', 'b'],
    ['a\uffff', 'b'],
    ['\uffff', undefined],
    ['\ud7ff', '\u{10000}'],
    ['\u{1f600}', '\u{1f601}'],
    ['\u{10ffff}', '\ue000'],
    ['', undefined],
  ])('ends what begins with %j before %j', (prefix, behind) => {
    const from: FilterNode = { type: 'comparison', operator: 'ge', property: 'a', value: prefix }
    const expected = behind === undefined ? from : and(from, where('a').lt(behind))
    expect(where('a').startsWith(prefix)).toEqual(expected)
  })
})

describe('odata', () => {
  it('puts values in as values', () => {
    const hostile = "x' or PartitionKey ne '"
    expect(odata`a eq ${hostile} and b gt ${5n}`).toEqual(
      and(where('a').eq(hostile), where('b').gt(5n)),
    )
    expect(odata`${new Date(0)} lt Timestamp`).toEqual(where('Timestamp').gt(new Date(0)))
    expect(odata`a eq 'it''s' or not (b eq ${true})`).toEqual(
      or(where('a').eq("it's"), not(where('b').eq(true))),
    )
  })

  it('refuses a value in quotes, a name, an operator', () => {
    const hostile = ' or PartitionKey ge '
    expect(() => odata`a eq '${hostile}'`).toThrow(/stands in quotes/)
    expect(() => odata`a eq 'x' ${'and b eq 1'}`).toThrow(/a value stands where/)
    expect(() => odata`a ${'eq'} 5`).toThrow(/a value stands where/)
    expect(() => odata`${'a'} eq 5`).toThrow(/stands where a property is due/)
    expect(() => odata`a eq ${null as never}`).toThrow(TypeError)
    expect(() => odata`a eq ${{} as never}`).toThrow(TypeError)
  })
})

describe('matches', () => {
  const entity = {
    partitionKey: 'p',
    rowKey: 'r',
    int: 5,
    double: 5.5,
    big: 5n,
    text: '5',
    yes: true,
    nan: NaN,
    inf: Infinity,
    at: new Date(1000),
    id: new Guid('12345678-9abc-def0-1234-56789abcdef0'),
    bytes: Uint8Array.of(1, 2),
  }
  const yes = (text: string): boolean => matches(entity, new Date(5000), parseFilter(text))

  test.each([
    ...[
      'int eq 5',
      'int eq 5.0',
      'int lt 5.5',
      'double gt 5',
      'big eq 5L',
      'big lt 6L',
      'yes',
      'yes',
    ],
    ...["text eq '5'", "text gt '10'", 'yes gt false', 'nan ne 1', 'nan ne NaN', 'inf eq INF'],
    ...['inf gt 1', 'inf ge INF', "at eq datetime'1970-01-01T00:00:01Z'", 'not (none eq 1)'],
    ...["id gt guid'02345678-9abc-def0-1234-56789abcdef0'", "bytes eq X'0102'", "bytes gt X'01'"],
    ...["bytes lt X'0103'", "PartitionKey eq 'p'", "Timestamp eq datetime'1970-01-01T00:00:05Z'"],
    ...['not (toString eq 1)', "not (partitionKey eq 'p')"],
  ])('%s is true', (text) => {
    expect(yes(text)).toBe(true)
  })

  test.each([
    ...['none eq 1', 'none ne 1', "int eq '5'", "int ne '5'", 'int eq 5L', 'int ne 5L', 'big eq 5'],
    ...['text eq 5', 'text ne 5', 'nan eq NaN', 'nan lt 1', 'nan ge 1', 'nan gt 1', 'int eq true'],
    ...[
      "text eq guid'12345678-9abc-def0-1234-56789abcdef0'",
      "partitionKey eq 'p'",
      'yes eq false',
    ],
    ...["at ne '1970'", "bytes ne '0102'", 'not (int eq 5)', 'inf lt INF', 'constructor eq 1'],
  ])('%s is false', (text) => {
    expect(yes(text)).toBe(false)
  })
})

test('errors of filters are recognised', () => {
  try {
    parseFilter('a eq')
    expect.unreachable()
  } catch (error) {
    expect(isStorageError(error, 'INVALID_ARGUMENT')).toBe(true)
  }
})
