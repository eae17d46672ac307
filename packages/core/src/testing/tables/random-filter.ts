/** Entities and filters made by chance, of few values, so that many comparisons hold. */
import type { Entity, TableValue } from '../../tables/entity.ts'
import type { ComparisonOperator, FilterNode } from '../../tables/filter.ts'
import { tableLimits } from '../../tables/limits.ts'
import type { SeededRandom } from '../seeded-random.ts'
import { entityOf, valuesByType } from './entities.ts'

const keys: readonly string[] = ['', 'a', 'b', "it's", 'é', '\u{1f600}', '\uff5e']
const names: readonly string[] = ['a', 'b', 'c', 'd']
const operators: readonly ComparisonOperator[] = ['eq', 'ne', 'gt', 'ge', 'lt', 'le']

function pick<T>(random: SeededRandom, from: readonly T[]): T {
  return from[random.integer(from.length)]!
}

function valueOf(random: SeededRandom): TableValue {
  return pick(random, pick(random, Object.values(valuesByType)).slice(0, 6))
}

/** Entities of up to 4 properties of any type, each under keys of its own. */
export function randomEntities(random: SeededRandom, count: number): Entity[] {
  return Array.from({ length: count }, (_, at) => {
    const own = names.filter(() => random.next() < 0.7)
    const properties = own.map((name) => [name, valueOf(random)] as const)
    const rowKey = `${pick(random, keys)}${at}`
    return entityOf(pick(random, keys), rowKey, Object.fromEntries(properties))
  })
}

/** A filter of up to 15 comparisons and 5 levels. */
export function randomFilter(random: SeededRandom): FilterNode {
  let left = 1 + random.integer(tableLimits.filterComparisonsMax)
  const make = (depth: number): FilterNode => {
    const chance = depth >= 5 || left <= 1 ? 0 : random.next()
    if (chance > 0.55) {
      left--
      return {
        type: chance > 0.78 ? 'and' : 'or',
        left: make(depth + 1),
        right: make(depth + 1),
      }
    }
    if (chance > 0.4) return { type: 'not', operand: make(depth + 1) }
    return comparisonOf(random)
  }
  return make(1)
}

function comparisonOf(random: SeededRandom): FilterNode {
  const operator = pick(random, operators)
  const chance = random.next()
  if (chance < 0.3) {
    const property = chance < 0.15 ? 'PartitionKey' : 'RowKey'
    return { type: 'comparison', operator, property, value: pick(random, keys) }
  }
  return { type: 'comparison', operator, property: pick(random, names), value: valueOf(random) }
}
