/**
 * Where Azurite 3.37 filters otherwise than Azure Tables is documented to, as data.
 *
 * Azurite keeps what JSON brought (Int64, DateTime, Binary and Guid as text; NaN and infinities
 * too) and compares with JavaScript's operators: `dist/src/table/persistence/QueryInterpreter` of
 * its package. Documented is: "The constant value must be of the same data type as the property in
 * order for the filter to return valid results" (learn.microsoft.com, "Querying tables and
 * entities").
 */
import type { ComparisonOperator, TableValue } from '@aos-storage/core'
import { Guid } from '@aos-storage/core'
import { typeOf } from './values.ts'

export interface Deviation {
  readonly name: string
  readonly reason: string
  /** `row`: this entity may come or not. `filter`: Azurite does not answer the filter at all. */
  readonly spoils: 'row' | 'filter'
  /** True for a comparison of this value, undefined when it is missing, with this literal. */
  readonly meets: (
    value: TableValue | undefined,
    operator: ComparisonOperator,
    literal: TableValue,
  ) => boolean
}

export const deviations: readonly Deviation[] = [
  {
    name: 'NaN and INF as literals',
    reason: 'QueryLexer reads digits only, and takes NaN, INF and -INF for names of properties',
    spoils: 'row',
    meets: (_, __, literal) => typeof literal === 'number' && !Number.isFinite(literal),
  },
  {
    name: 'NaN and infinities as values',
    reason: 'kept as the text "NaN", which JavaScript compares with numbers as it likes',
    spoils: 'row',
    meets: (value, operator, literal) =>
      isNotFinite(value) && typeof literal === 'number' && operator !== 'eq',
  },
  {
    name: 'Int64 literal against a number or boolean',
    reason: 'BigNumberNode.compare calls startsWith of a number: the whole query is a 500',
    spoils: 'filter',
    meets: (value, _, literal) =>
      typeof literal === 'bigint' &&
      (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))),
  },
  {
    name: 'literal of another type',
    reason:
      'types are not told apart: text is coerced (`"10" > 9`), a DateTime literal is compared ' +
      'with all that `new Date` takes, Int64, Binary and Guid with any text; `ne` is true',
    spoils: 'row',
    meets: (value, operator, literal) => {
      if (value === undefined || typeOf(value) === typeOf(literal)) return false
      // `===` of a number or boolean with something else is false there as well.
      return (
        operator !== 'eq' ||
        isKeptAsText(literal) ||
        (typeof literal === 'string' && isKeptAsText(value))
      )
    },
  },
  {
    name: 'order of Binary',
    reason: 'compared as base64 text, whose order is another',
    spoils: 'row',
    meets: (value, operator, literal) =>
      isOrder(operator) &&
      value instanceof Uint8Array &&
      literal instanceof Uint8Array &&
      Buffer.compare(value, literal) !== 0,
  },
  {
    name: 'order of Guid',
    reason: 'kept as the base64 of their text, and compared so',
    spoils: 'row',
    meets: (value, operator, literal) =>
      isOrder(operator) &&
      value instanceof Guid &&
      literal instanceof Guid &&
      value.value !== literal.value,
  },
]

function isOrder(operator: ComparisonOperator): boolean {
  return operator !== 'eq' && operator !== 'ne'
}

function isNotFinite(value: TableValue | undefined): boolean {
  return typeof value === 'number' && !Number.isFinite(value)
}

/** What Azurite keeps, or reads of a filter, as text. */
function isKeptAsText(value: TableValue): boolean {
  return typeof value === 'bigint' || typeof value === 'object' || isNotFinite(value)
}
