/** Mutants of filters. */
import { Guid, matches, type QueryPageOptions } from '../../../src/index.ts'
import { mutant, ownQuery, type TableMutant } from './mutant.ts'

/** Backends that filter by something else than the reference. */
function filterMutant(
  name: string,
  rewrite: (options: QueryPageOptions) => QueryPageOptions,
): TableMutant {
  return mutant(name, (inner) => ({
    query: (table, options = {}) => inner.query(table, rewrite(options)),
  }))
}

type Rewrite = (filter: NonNullable<QueryPageOptions['filter']>) => typeof filter

/** Applies `comparison` to each leaf. */
function leaves(comparison: Rewrite): (options: QueryPageOptions) => QueryPageOptions {
  const walk: Rewrite = (filter) => {
    if (filter.type === 'comparison') return comparison(filter)
    if (filter.type === 'not') return { ...filter, operand: walk(filter.operand) }
    return { ...filter, left: walk(filter.left), right: walk(filter.right) }
  }
  return ({ filter, ...options }) => ({ ...options, filter: filter && walk(filter) })
}

/** Swaps an operator where the value passes the test. */
function swapped(
  from: string,
  to: 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le',
  isOf: (value: unknown) => boolean = () => true,
): (options: QueryPageOptions) => QueryPageOptions {
  return leaves((filter) =>
    filter.type === 'comparison' && filter.operator === from && isOf(filter.value)
      ? { ...filter, operator: to }
      : filter,
  )
}

const isOf =
  (type: string) =>
  (value: unknown): boolean =>
    typeof value === type

export const filteringMutants: readonly TableMutant[] = [
  ...['string', 'number', 'bigint', 'boolean'].flatMap((type) => [
    filterMutant(`takes le for lt of a ${type}`, swapped('lt', 'le', isOf(type))),
    filterMutant(`takes eq for ne of a ${type}`, swapped('ne', 'eq', isOf(type))),
  ]),
  ...[Date, Guid, Uint8Array].flatMap((type) => [
    filterMutant(
      `takes ge for gt of a ${type.name}`,
      swapped('gt', 'ge', (v) => v instanceof type),
    ),
    filterMutant(
      `takes ne for eq of a ${type.name}`,
      swapped('eq', 'ne', (v) => v instanceof type),
    ),
  ]),
  filterMutant(
    'takes a special number for any',
    swapped('gt', 'ne', (v) => v === Infinity),
  ),
  filterMutant(
    'finds no special numbers',
    swapped('eq', 'ne', (v) => Number.isNaN(v)),
  ),
  filterMutant(
    'cuts numbers of filters',
    leaves((filter) =>
      filter.type === 'comparison' &&
      typeof filter.value === 'number' &&
      Number.isFinite(filter.value)
        ? { ...filter, value: Math.trunc(filter.value) }
        : filter,
    ),
  ),
  filterMutant(
    'reads a quote as the end of a text',
    leaves((filter) =>
      filter.type === 'comparison' && typeof filter.value === 'string'
        ? { ...filter, value: filter.value.split("'")[0]! }
        : filter,
    ),
  ),
  mutant(
    'says that a missing property differs',
    ownQuery((all, { filter }) =>
      all.filter(({ entity, modifiedAt }) => {
        if (filter === undefined) return true
        if (filter.type === 'comparison' && filter.operator === 'ne') {
          const name = filter.property
          if (!name.endsWith('Key') && !(name in entity)) return true
        }
        return matches(entity, modifiedAt, filter)
      }),
    ),
  ),
  mutant(
    'compares text with numbers',
    ownQuery((all, { filter }) =>
      all.filter(({ entity, modifiedAt }) => {
        if (filter === undefined) return true
        if (filter.type === 'comparison' && filter.operator === 'eq') {
          const value = entity[filter.property]
          if (typeof value === 'number' && typeof filter.value === 'string') {
            return String(value) === filter.value
          }
        }
        return matches(entity, modifiedAt, filter)
      }),
    ),
  ),
  filterMutant('drops "not"', ({ filter, ...options }) => ({
    ...options,
    filter: filter?.type === 'not' ? filter.operand : filter,
  })),
  filterMutant('takes "or" for "and"', ({ filter, ...options }) => ({
    ...options,
    filter: filter?.type === 'or' ? { ...filter, type: 'and' } : filter,
  })),
  filterMutant(
    'forgets the time',
    leaves((filter) =>
      filter.type === 'comparison' && filter.property === 'Timestamp'
        ? { ...filter, value: new Date(0) }
        : filter,
    ),
  ),
  filterMutant(
    'ends prefixes too early',
    leaves((filter) =>
      filter.type === 'comparison' && filter.operator === 'lt' && typeof filter.value === 'string'
        ? { ...filter, value: filter.value.slice(0, -1) || filter.value }
        : filter,
    ),
  ),
  mutant('gives everything where nothing satisfies', (inner) => ({
    query: async (table, options) => {
      const page = await inner.query(table, options)
      if (page.entities.length > 0 || page.cursor !== undefined) return page
      return inner.query(table, { ...options, filter: undefined, cursor: undefined })
    },
  })),
]
