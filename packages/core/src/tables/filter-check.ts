/**
 * What a filter must satisfy before a backend hears of it: known nodes, names that can be filtered
 * on, values that can be written, and the limits of the service.
 */
import { StorageError } from '../errors.ts'
import { quoteKey } from '../keys.ts'
import { describe } from '../options.ts'
import type { TableValue } from './entity.ts'
import { ownValue } from './entity-check.ts'
import type { ComparisonOperator, FilterNode } from './filter.ts'
import { tableLimits } from './limits.ts'
import { assertPropertyName } from './names.ts'

export const comparisonOperators: ReadonlySet<string> = new Set<ComparisonOperator>([
  ...(['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const),
])

/** Words that stand for themselves in OData text: a property of such a name cannot be told. */
export const filterWords: ReadonlySet<string> = new Set([
  ...comparisonOperators,
  ...['and', 'or', 'not', 'true', 'false', 'null', 'NaN', 'INF'],
])

/** What the service calls its own. */
const serviceNames: ReadonlySet<string> = new Set(['PartitionKey', 'RowKey', 'Timestamp'])

/**
 * Throws unless a filter can compare this property.
 *
 * @throws TypeError for no text, StorageError `INVALID_ARGUMENT` for no name of a property.
 */
export function assertFilterProperty(name: unknown): asserts name is string {
  if (typeof name === 'string' && serviceNames.has(name)) return
  assertPropertyName(name)
  if (!filterWords.has(name)) return
  throw new StorageError(
    'INVALID_ARGUMENT',
    `Property ${quoteKey(name)} cannot be filtered on: it is a word of the filter language`,
  )
}

/**
 * Its own copy of a filter that came as data. -0 becomes the 0 that it equals.
 *
 * @throws TypeError for what is no filter.
 * @throws StorageError `INVALID_ARGUMENT` for a name, more than 15 comparisons or 32 levels; as
 * `ownValue` for values.
 */
export function ownFilter(filter: unknown): FilterNode {
  return new FilterCopy().copy(filter, 1)
}

class FilterCopy {
  #comparisons = 0

  copy(filter: unknown, depth: number): FilterNode {
    assertFilterDepth(depth)
    const node = (filter ?? {}) as Readonly<Record<string, unknown>>
    const { type } = node
    switch (type) {
      case 'comparison':
        assertFilterComparisons(++this.#comparisons)
        return ownComparison(node)
      case 'and':
      case 'or':
        return {
          type,
          left: this.copy(node['left'], depth + 1),
          right: this.copy(node['right'], depth + 1),
        }
      case 'not':
        return { type, operand: this.copy(node['operand'], depth + 1) }
      default:
        throw new TypeError(
          `A filter is made by where(), and(), or(), not(), odata or parseFilter(), not ` +
            describe(filter),
        )
    }
  }
}

function ownComparison(node: Readonly<Record<string, unknown>>): FilterNode {
  const { operator, property, value } = node
  if (typeof operator !== 'string' || !comparisonOperators.has(operator)) {
    throw new TypeError(`A comparison's operator is one of ${[...comparisonOperators].join(', ')}`)
  }
  assertFilterProperty(property)
  return {
    type: 'comparison',
    operator: operator as ComparisonOperator,
    property,
    value: ownFilterValue(value, property),
  }
}

/** A value to compare with. @throws as `ownValue`. */
export function ownFilterValue(value: unknown, property: string): TableValue {
  return ownValue(Object.is(value, -0) ? 0 : value, property)
}

/** @throws StorageError `INVALID_ARGUMENT` for more comparisons than the service takes. */
export function assertFilterComparisons(count: number): void {
  const { filterComparisonsMax } = tableLimits
  if (count <= filterComparisonsMax) return
  throw new StorageError(
    'INVALID_ARGUMENT',
    `The filter has more than ${filterComparisonsMax} comparisons, the service’s limit; ask ` +
      'in several queries, or for a range of keys',
  )
}

/** @throws StorageError `INVALID_ARGUMENT` for a filter of more levels than are taken. */
export function assertFilterDepth(depth: number): void {
  const { filterDepthMax } = tableLimits
  if (depth <= filterDepthMax) return
  throw new StorageError(
    'INVALID_ARGUMENT',
    `The filter is nested deeper than ${filterDepthMax} levels; write it flatter`,
  )
}
