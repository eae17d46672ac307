/**
 * Filters written as code, with values as values:
 *
 * ```ts
 * const order = where<Order>()
 * and(order('partitionKey').eq('NL'), or(order('total').gt(100), order('note').startsWith('!')))
 * odata`PartitionKey eq ${country} and total gt ${100}`
 * ```
 */
import { describe } from '../options.ts'
import type { TableValue } from './entity.ts'
import type { ComparisonOperator, FilterNode } from './filter.ts'
import {
  assertFilterComparisons,
  assertFilterProperty,
  ownFilter,
  ownFilterValue,
} from './filter-check.ts'
import { filterError, type FilterToken, lexFilter, literal } from './filter-lexer.ts'
import { assertFilterLength, FilterParser } from './filter-parser.ts'
import { textBehind } from './text-order.ts'

/** Properties of `E` that a filter can compare, and the three of the service. */
export type FilterProperty<E> = (keyof E & string) | 'partitionKey' | 'rowKey' | 'Timestamp'

/** What a property of `E` is compared with. */
export type FilterValue<E, P> = P extends 'Timestamp'
  ? Date
  : P extends keyof E
    ? Widened<Extract<E[P], TableValue>>
    : string

/** `'open' | 'closed'` stays itself; `true` alone would make `isActive eq false` impossible. */
type Widened<V> = V extends boolean ? boolean : V

/** The names by which entities have what the service calls otherwise. */
const serviceNames: ReadonlyMap<string, string> = new Map([
  ['partitionKey', 'PartitionKey'],
  ['rowKey', 'RowKey'],
])

/** Compares one property. Each method makes a filter. */
export class Condition<V extends TableValue = TableValue> {
  readonly #property: string

  /** @throws TypeError or StorageError `INVALID_ARGUMENT` for what cannot be filtered on. */
  constructor(property: string) {
    const name = serviceNames.get(property) ?? property
    assertFilterProperty(name)
    this.#property = name
  }

  /** Equal, and of the same type. */
  eq(value: V): FilterNode {
    return this.#compare('eq', value)
  }

  /** There, of the same type, and not equal. `not(where(p).eq(v))` also takes entities without. */
  ne(value: V): FilterNode {
    return this.#compare('ne', value)
  }

  gt(value: V): FilterNode {
    return this.#compare('gt', value)
  }

  ge(value: V): FilterNode {
    return this.#compare('ge', value)
  }

  lt(value: V): FilterNode {
    return this.#compare('lt', value)
  }

  le(value: V): FilterNode {
    return this.#compare('le', value)
  }

  /** A text that begins with `text`: two comparisons, from it to the first text behind. */
  startsWith(text: V & string): FilterNode {
    if (typeof text !== 'string') {
      throw new TypeError(`startsWith takes text, not ${describe(text)}`)
    }
    const from = this.#compare('ge', text)
    const behind = textBehind(text)
    return behind === undefined ? from : and(from, this.#compare('lt', behind))
  }

  /** A Boolean that is true. */
  isTrue(): FilterNode {
    return this.#compare('eq', true)
  }

  #compare(operator: ComparisonOperator, value: TableValue): FilterNode {
    const property = this.#property
    const own = ownFilterValue(value, property)
    return { type: 'comparison', operator, property, value: own }
  }
}

/** Begins a filter; see {@link where}. */
export type Where<E> = <P extends FilterProperty<E>>(
  property: P,
) => Condition<FilterValue<E, P> & TableValue>

/**
 * `where('total').gt(100)`, and for entities of a known type `where<Order>()('total').gt(100)`,
 * which lets the compiler check names and values. `partitionKey` and `rowKey` are the keys,
 * `Timestamp` is the time of the last change.
 *
 * @throws StorageError `INVALID_ARGUMENT` for a name that no property can have.
 */
export function where<E extends object>(): Where<E>
export function where(property: string): Condition
export function where(property?: string): Condition | ((property: string) => Condition) {
  if (property === undefined) return (name) => new Condition(name)
  return new Condition(property)
}

/** All of them. @throws TypeError for none, `INVALID_ARGUMENT` for more than the service takes. */
export function and(...filters: FilterNode[]): FilterNode {
  return joined('and', filters)
}

/** At least one of them. @throws as {@link and}. */
export function or(...filters: FilterNode[]): FilterNode {
  return joined('or', filters)
}

/** The others: also those that lack what the filter compares. */
export function not(filter: FilterNode): FilterNode {
  return ownFilter({ type: 'not', operand: filter })
}

function joined(type: 'and' | 'or', filters: readonly FilterNode[]): FilterNode {
  const [first, ...rest] = filters
  if (first === undefined) throw new TypeError(`${type}() joins filters; give at least one`)
  // Before they are joined: a long list would be a deep tree.
  assertFilterComparisons(filters.length)
  const filter = rest.reduce<FilterNode>((left, right) => ({ type, left, right }), first)
  return ownFilter(filter)
}

/**
 * A filter as OData text, with values put in as values: they become parts of the filter and never
 * text, so that none can change it. They are written without quotes.
 *
 * @throws as `parseFilter`; TypeError for a value of no known type.
 */
export function odata(text: TemplateStringsArray, ...values: TableValue[]): FilterNode {
  const length = text.reduce((units, part) => units + part.length, 0)
  assertFilterLength(length)
  return new FilterParser(templateTokens(text, values), length).filter()
}

/** Each part is read by itself: a quote that one opens cannot end in another. */
function* templateTokens(
  text: readonly string[],
  values: readonly TableValue[],
): Generator<FilterToken> {
  let offset = 0
  for (const [at, part] of text.entries()) {
    if ((part.split("'").length - 1) % 2 === 1) {
      throw filterError(offset, 'a value stands in quotes; write ${value} without')
    }
    yield* lexFilter(part, offset)
    offset += part.length
    if (at < values.length) yield literal(offset, ownFilterValue(values[at], `value ${at + 1}`))
  }
}
