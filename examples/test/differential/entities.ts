/** Entities with properties of every type, some missing, one of any type. */
import type { Entity, TableValue } from '@aos-storage/core'
import type { SeededRandom } from '@aos-storage/core/testing'
import { anyValue, type ValueType, valueTypes, wildNumber } from './values.ts'

/** Properties whose values have one type. Beside them `mixed` has any, `wild` also NaN. */
export const columns: Readonly<Record<string, ValueType>> = {
  title: 'text',
  größe: 'number',
  total: 'number',
  big: 'bigint',
  isOpen: 'boolean',
  at: 'date',
  raw: 'bytes',
  id: 'guid',
}

const partitions = ['', 'a', "a'b", 'A', 'é', '日本', '\u{1f600}', '100%']

/** `count` entities, each with keys of its own, in partitions of a kind. */
export function anyEntities(random: SeededRandom, count: number): Entity[] {
  return Array.from({ length: count }, (_, at) => {
    const entity: Record<string, TableValue> = {
      partitionKey: partitions[Math.floor((at * partitions.length) / count)]!,
      rowKey: at % 50 === 0 ? '' : `${random.pick(['r', 'R', 'é', '\uffe5', '\u{1f600}'])}${at}`,
    }
    for (const [name, type] of Object.entries(columns)) {
      if (random.integer(4) > 0) entity[name] = anyValue(random, type)
    }
    if (random.integer(4) > 0) entity['wild'] = wildNumber(random)
    if (random.integer(3) > 0) entity['mixed'] = anyValue(random, random.pick(valueTypes))
    return entity as Entity
  })
}
