/** Mutants: the memory backend of tables with one thing wrong. */
import {
  type ChangeOutcome,
  type EntityPage,
  matches,
  type QueryPageOptions,
  type StoredEntity,
  type TableBackend,
  type TableChange,
} from '../../../src/index.ts'
import type { TableHarness } from '../../../src/testing/index.ts'
import { handleOn, sharedHarness, withTableMethods } from '../memory-handles.ts'

export interface TableMutant {
  /** What is wrong with it, as a predicate: `ignores ifMatch`. */
  readonly name: string
  readonly harness: TableHarness
}

/** Replaces methods of each handle. */
export function mutant(
  name: string,
  replace: (inner: TableBackend) => Partial<TableBackend>,
): TableMutant {
  const harness = sharedHarness(name, (shared) => {
    const inner = handleOn(shared)
    return withTableMethods(inner, replace(inner))
  })
  return { name, harness }
}

/** Replaces each change, alone and in transactions. */
export function changeMutant(name: string, map: (change: TableChange) => TableChange): TableMutant {
  return mutant(name, (inner) => ({
    change: (table, change, options) => inner.change(table, map(change), options),
    transact: (table, changes, options) => inner.transact(table, changes.map(map), options),
  }))
}

/** Replaces each entity that is read. */
export function readMutant(name: string, map: (stored: StoredEntity) => StoredEntity): TableMutant {
  return mutant(name, (inner) => ({
    get: async (...call) => map(await inner.get(...call)),
    query: async (...call) => {
      const page = await inner.query(...call)
      return { ...page, entities: page.entities.map(map) }
    },
  }))
}

/** Replaces the values of each entity that is read. */
export function valueMutant(
  name: string,
  map: (value: unknown, property: string) => unknown,
): TableMutant {
  return readMutant(name, (stored) => {
    const entries = Object.entries(stored.entity).map(([property, value]) => [
      property,
      property === 'partitionKey' || property === 'rowKey' ? value : map(value, property),
    ])
    return { ...stored, entity: Object.fromEntries(entries) as StoredEntity['entity'] }
  })
}

export const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export const noOutcome: ChangeOutcome = { etag: undefined }

/** Everything, in pages of the most; then `choose`, then cut by place. A cursor is a place. */
export function ownQuery(
  choose: (all: readonly StoredEntity[], options: QueryPageOptions) => readonly StoredEntity[],
): (inner: TableBackend) => Partial<TableBackend> {
  return (inner) => ({
    query: async (table, { cursor, limit = 1000, ...options } = {}): Promise<EntityPage> => {
      const all: StoredEntity[] = []
      let next: string | undefined
      do {
        const page: EntityPage = await inner.query(table, { signal: options.signal, cursor: next })
        all.push(...page.entities)
        ;({ cursor: next } = page)
      } while (next !== undefined)
      const chosen = choose(all, options)
      const at = Number(cursor ?? 0)
      const end = at + limit
      return {
        entities: chosen.slice(at, end),
        cursor: end < chosen.length ? String(end) : undefined,
      }
    },
  })
}

export const filtered = (
  all: readonly StoredEntity[],
  { filter }: QueryPageOptions,
): StoredEntity[] =>
  all.filter(
    ({ entity, modifiedAt }) => filter === undefined || matches(entity, modifiedAt, filter),
  )
