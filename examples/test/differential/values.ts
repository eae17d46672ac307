/** Values of every type that a property can have, edges first, and those that stand near to one. */
import { Guid, type TableValue } from '@aos-storage/core'
import type { SeededRandom } from '@aos-storage/core/testing'

/** The types that a filter tells apart. */
export const valueTypes = [
  ...(['text', 'number', 'bigint', 'boolean', 'date', 'bytes', 'guid'] as const),
] as const
export type ValueType = (typeof valueTypes)[number]

export function typeOf(value: TableValue): ValueType {
  switch (typeof value) {
    case 'string':
      return 'text'
    case 'number':
    case 'bigint':
    case 'boolean':
      return typeof value as 'number'
    default:
      if (value instanceof Guid) return 'guid'
      return value instanceof Date ? 'date' : 'bytes'
  }
}

const texts = [
  ...['', ' ', 'a', 'A', 'b', 'ab', 'abc', "o'clock", "''", "'", '"', '%', '%27', '+', '&x=1'],
  ...['true', 'null', 'NaN', '1', '10', '2', '-1', '1L', 'x eq 1', "' or 1 eq 1 or '", '(', ')'],
  ...['é', 'e\u0301', 'ß', '日本', '\u{1f600}', '\uffe5', '\u2028', '\t', 'line\nline', '\u0000'],
  ...['2026-01-01T00:00:00.000Z', 'AAEC', '12345678-9abc-def0-1234-56789abcdef0', 'z'.repeat(300)],
]
const int32s = [0, 1, -1, 2, 10, 100, -100, 2_147_483_647, -2_147_483_648, 1_000_000]
const doubles = [
  ...[0.5, -0.5, 1.5, 0.1, 0.30000000000000004, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 1e21, 1e-7],
  ...[Number.MAX_VALUE, Number.MIN_VALUE, -1e300, 1e300, 123456.789],
]
const notFinite = [NaN, Infinity, -Infinity]
const bigints = [
  ...[0n, 1n, -1n, 2n, 10n, -10n, 2n ** 31n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)],
]
const dates = [
  ...['1601-01-01', '1969-12-31T23:59:59.999Z', '1970-01-01', '2026-02-28', '2026-03-01'],
  ...['2026-03-01T00:00:00.001Z', '9999-12-31T23:59:59.999Z'],
].map((text) => new Date(text))
const bytes = [
  ...[[], [0], [0, 1, 2], [1], [127], [128], [255], [255, 255], [0x41, 0x42], [0, 0]],
].map((each) => Uint8Array.from(each))
const guids = [
  '00000000-0000-0000-0000-000000000000',
  '12345678-9abc-def0-1234-56789abcdef0',
  '12345678-9abc-def0-1234-56789abcdef1',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  'a0000000-0000-4000-8000-000000000001',
].map((text) => new Guid(text))

const edges: Readonly<Record<ValueType, readonly TableValue[]>> = {
  text: texts,
  number: [...int32s, ...int32s, ...doubles],
  bigint: bigints,
  boolean: [true, false],
  date: dates,
  bytes,
  guid: guids,
}

/** Numbers that are none, with some that are. */
export function wildNumber(random: SeededRandom): number {
  return random.pick([...notFinite, 0, 1.5, -1e300, 1e300])
}

/** A value of a type: an edge, which comes again and again, or one that nobody thought of.
 * Numbers are finite: see {@link wildNumber}. */
export function anyValue(random: SeededRandom, type: ValueType): TableValue {
  return random.integer(5) > 0 ? random.pick(edges[type]) : freshValue(random, type)
}

function freshValue(random: SeededRandom, type: ValueType): TableValue {
  switch (type) {
    case 'text':
      return Buffer.from(random.bytes(random.integer(12))).toString('latin1')
    case 'number':
      return random.integer(2) === 0 ? random.integer(1000) - 500 : (random.next() - 0.5) * 1e6
    case 'bigint':
      return BigInt.asIntN(64, Buffer.from(random.bytes(8)).readBigInt64BE())
    case 'boolean':
      return random.integer(2) === 0
    case 'date':
      return new Date(random.integer(2 ** 31) * 1000)
    case 'bytes':
      return random.bytes(random.integer(8))
    default:
      return new Guid(random.id())
  }
}
