/** Filters as text and back, their meaning, and the ranges of keys that they demand. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Entity,
  type FilterNode,
  formatFilter,
  Guid,
  isStorageError,
  matches,
  parseFilter,
  type TableValue,
  where,
} from '../../src/index.ts'
import { keyRange, type KeySpan } from '../../src/tables/key-range.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    "'",
    "''",
    "' or 1 eq 1 or 'a' eq '",
    '%27',
    '\\',
    '',
    ')',
    "X''",
    '\0',
    '\uffff',
  ),
)
const number = fc.oneof(
  fc.integer(),
  fc.double().filter((value) => !Object.is(value, -0)),
  fc.constantFrom(NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308, 1e21, 1e-7, 2 ** 31),
)
const value: fc.Arbitrary<TableValue> = fc.oneof(
  text,
  number,
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.boolean(),
  fc.date({ min: new Date('1601-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
  fc.uuid().map((id) => new Guid(id)),
  fc.uint8Array({ maxLength: 12 }),
)
const property = fc.constantFrom(
  'PartitionKey',
  'RowKey',
  'Timestamp',
  'a',
  '_b',
  'größe',
  'X',
  'L1',
)
const operator = fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le')

function filterOf(properties: fc.Arbitrary<string>, values: fc.Arbitrary<TableValue>) {
  const plain = { noNullPrototype: true }
  const comparison = fc.record(
    { type: fc.constant('comparison'), operator, property: properties, value: values },
    plain,
  )
  return fc.letrec<{ node: FilterNode }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      comparison,
      fc.record(
        { type: fc.constantFrom('and', 'or'), left: tie('node'), right: tie('node') },
        plain,
      ),
      fc.record({ type: fc.constant('not'), operand: tie('node') }, plain),
    ) as fc.Arbitrary<FilterNode>,
  })).node
}

describe('a filter', () => {
  it('is the same after it was written and read', () => {
    fc.assert(
      fc.property(filterOf(property, value), (filter) => {
        expect(parseFilter(formatFilter(filter))).toStrictEqual(filter)
      }),
      { numRuns: 2000 },
    )
  })

  it('is never anything else than it was, whatever its text', () => {
    fc.assert(
      fc.property(text, (hostile) => {
        const filter = parseFilter(`(a eq ${formatFilter(where('b').eq(hostile)).slice(6, -1)})`)
        expect(filter).toStrictEqual(where('a').eq(hostile))
      }),
      { numRuns: 1000 },
    )
  })

  it('is read or refused, and the reader never breaks', () => {
    const words = fc.constantFrom(
      ...[
        "'",
        '(',
        ')',
        'a',
        'eq',
        'and',
        'or',
        'not',
        '5',
        '5L',
        '-',
        'true',
        "guid'",
        'NaN',
        ' ',
      ],
      ...["X'0a'", "datetime'2020-01-01T00:00:00Z'", '\ud800', 'é', '1e400', '--', '1.', "'x'"],
    )
    fc.assert(
      fc.property(fc.array(words, { maxLength: 20 }), (parts) => {
        try {
          const filter = parseFilter(parts.join(' '))
          expect(parseFilter(formatFilter(filter))).toStrictEqual(filter)
        } catch (error) {
          expect(isStorageError(error, 'INVALID_ARGUMENT', 'SERIALIZATION')).toBe(true)
        }
      }),
      { numRuns: 3000 },
    )
  })
})

describe('the range of keys of a filter', () => {
  const key = fc.constantFrom('', 'a', 'ab', 'b', 'c', '\u{1f600}', '\uff5e')
  const keyFilter = filterOf(
    fc.constantFrom('PartitionKey', 'PartitionKey', 'RowKey', 'a'),
    fc.oneof({ weight: 6, arbitrary: key }, { weight: 1, arbitrary: fc.constant(5) }),
  )

  it('holds every entity that satisfies it', () => {
    fc.assert(
      fc.property(keyFilter, key, key, key, (filter, partitionKey, rowKey, a) => {
        const entity: Entity = { partitionKey, rowKey, a }
        const range = keyRange(filter)
        if (!matches(entity, new Date(0), filter)) return
        expect(range.isEmpty).toBe(false)
        expect(isWithin(partitionKey, range.partitionKey)).toBe(true)
        expect(isWithin(rowKey, range.rowKey)).toBe(true)
      }),
      { numRuns: 5000 },
    )
  })

  it('is as narrow as comparisons of keys joined by "and" say', () => {
    const pk = where('partitionKey')
    expect(
      keyRange(parseFilter("PartitionKey eq 'a' and RowKey ge 'b' and RowKey lt 'c'")),
    ).toEqual({
      isEmpty: false,
      partitionKey: {
        from: { key: 'a', isIncluded: true },
        to: { key: 'a', isIncluded: true },
      },
      rowKey: { from: { key: 'b', isIncluded: true }, to: { key: 'c', isIncluded: false } },
    })
    expect(keyRange(parseFilter("not (PartitionKey lt 'a')"))).toEqual(keyRange(pk.ge('a')))
    expect(keyRange(parseFilter("PartitionKey gt 'b' and PartitionKey lt 'a'")).isEmpty).toBe(true)
    expect(keyRange(parseFilter('PartitionKey eq 5')).isEmpty).toBe(true)
    expect(keyRange(parseFilter('PartitionKey eq 5 or a eq 1')).isEmpty).toBe(false)
  })
})

function isWithin(key: string, { from, to }: KeySpan): boolean {
  if (from !== undefined && (from.isIncluded ? key < from.key : key <= from.key)) return false
  return to === undefined || (to.isIncluded ? key <= to.key : key < to.key)
}
