/** Filters of every shape over these entities. */
import type { ComparisonOperator, FilterNode, TableValue } from '@aos-storage/core'
import type { SeededRandom } from '@aos-storage/core/testing'
import { columns } from './entities.ts'
import { anyValue, type ValueType, valueTypes } from './values.ts'

const operators: readonly ComparisonOperator[] = ['eq', 'ne', 'gt', 'ge', 'lt', 'le']

/** Most comparisons of a filter; the service takes 15. */
const comparisonsMax = 8

/**
 * A filter whose rows may be anything, also none.
 *
 * @param valuesOf What the entities hold under a name, so that filters meet it.
 */
export function anyFilter(
  random: SeededRandom,
  valuesOf: (property: string) => readonly TableValue[],
): FilterNode {
  let left = 1 + random.integer(comparisonsMax)
  const node = (depth: number): FilterNode => {
    const kind = depth >= 5 || left <= 1 ? 0 : random.integer(5)
    if (kind === 1) return { type: 'not', operand: node(depth + 1) }
    if (kind > 1) {
      left--
      const type = kind === 2 ? 'or' : 'and'
      return { type, left: node(depth + 1), right: node(depth + 1) }
    }
    return anyComparison(random, valuesOf)
  }
  return node(0)
}

function anyComparison(
  random: SeededRandom,
  valuesOf: (property: string) => readonly TableValue[],
): FilterNode {
  const property = random.pick([
    ...Object.keys(columns),
    ...['PartitionKey', 'RowKey', 'Timestamp', 'mixed', 'wild', 'absent'],
  ])
  const values = valuesOf(property)
  const isMet = values.length > 0 && random.integer(2) === 0
  const value = isMet ? random.pick(values) : anyValue(random, literalType(random, property))
  const operator = random.pick(operatorsFor(random, value))
  return { type: 'comparison', operator, property, value: tame(value, property) }
}

/** Bytes and GUIDs mostly by equality: their order is Azurite's own, and would compare nothing. */
function operatorsFor(random: SeededRandom, value: TableValue): readonly ComparisonOperator[] {
  const isPlain = typeof value !== 'object' || value instanceof Date
  return isPlain || random.integer(4) === 0 ? operators : ['eq', 'ne']
}

/** Mostly the type of the property, sometimes another one. */
function literalType(random: SeededRandom, property: string): ValueType {
  const known = { Timestamp: 'date', wild: 'number', ...columns }[property] as ValueType | undefined
  const own = known ?? 'text'
  const isFree = property === 'mixed' || property === 'absent' || random.integer(12) === 0
  return isFree ? random.pick(valueTypes) : own
}

/** Stores differ in when they were filled: only times long before or after tell nothing of it. */
function tame(value: TableValue, property: string): TableValue {
  if (property !== 'Timestamp' || !(value instanceof Date)) return value
  return new Date(value.getTime() < Date.UTC(2020, 0, 1) ? '2000-01-01' : '2200-01-01')
}

/** Every comparison of a filter. */
export function comparisonsOf(
  filter: FilterNode,
): readonly (FilterNode & { readonly type: 'comparison' })[] {
  switch (filter.type) {
    case 'comparison':
      return [filter]
    case 'not':
      return comparisonsOf(filter.operand)
    default:
      return [...comparisonsOf(filter.left), ...comparisonsOf(filter.right)]
  }
}
