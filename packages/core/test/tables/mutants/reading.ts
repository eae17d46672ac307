/** Mutants of what is read: values, keys, selections, queries, cursors. */
import { Guid, type StoredEntity, type TableBackend } from '../../../src/index.ts'
import {
  changeMutant,
  filtered,
  mutant,
  ownQuery,
  readMutant,
  type TableMutant,
  valueMutant,
} from './mutant.ts'

const folded = (text: string): string => text.toLowerCase()

/** Keys through `map` on their way in, and its inverse on their way out. */
function keyMutant(name: string, map: (key: string) => string): TableMutant {
  const { harness } = changeMutant(name, (change) => {
    if (change.type === 'delete') {
      return {
        ...change,
        partitionKey: map(change.partitionKey),
        rowKey: map(change.rowKey),
      }
    }
    const { entity } = change
    return {
      ...change,
      entity: { ...entity, partitionKey: map(entity.partitionKey), rowKey: map(entity.rowKey) },
    }
  })
  return { name, harness }
}

/** The next query sees what one before it saw, as a cache without an end does. */
function cached(inner: TableBackend): Partial<TableBackend> {
  const pages = new Map<string, Promise<StoredEntity>>()
  return {
    get: (table, partitionKey, rowKey, options) => {
      const key = `${table}/${partitionKey}/${rowKey}`
      const found = pages.get(key) ?? inner.get(table, partitionKey, rowKey, options)
      pages.set(key, found)
      found.catch(() => pages.delete(key))
      return found
    },
  }
}

export const readingMutants: readonly TableMutant[] = [
  valueMutant('trims text', (value) => (typeof value === 'string' ? value.trim() : value)),
  valueMutant('normalises text', (value) =>
    typeof value === 'string' ? value.normalize() : value,
  ),
  valueMutant('reads text that looks like a date as a date', (value) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? new Date(value) : value,
  ),
  valueMutant('gives large integers as bigint', (value) =>
    Number.isInteger(value) && Math.abs(value as number) > 2 ** 31
      ? BigInt(value as number)
      : value,
  ),
  valueMutant('gives bigints as numbers', (value) =>
    typeof value === 'bigint' ? Number(value) : value,
  ),
  valueMutant('gives special numbers as text', (value) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  ),
  valueMutant('gives booleans as numbers', (value) =>
    typeof value === 'boolean' ? Number(value) : value,
  ),
  valueMutant('cuts dates to seconds', (value) =>
    value instanceof Date ? new Date(Math.floor(value.getTime() / 1000) * 1000) : value,
  ),
  valueMutant('gives GUIDs as text', (value) => (value instanceof Guid ? value.value : value)),
  valueMutant('gives Buffers', (value) =>
    value instanceof Uint8Array ? Buffer.from(value) : value,
  ),
  valueMutant('cuts text at 32,000', (value) =>
    typeof value === 'string' ? value.slice(0, 32_000) : value,
  ),
  valueMutant('remembers the first type of a property', (value, property) =>
    property === 'a' && typeof value !== 'string' ? String(value) : value,
  ),
  readMutant('shows the time as a property', (stored) => ({
    ...stored,
    entity: { ...stored.entity, timestamp: stored.modifiedAt },
  })),
  readMutant('hides a property called etag', (stored) => {
    const { etag: _, ...entity } = stored.entity
    return { ...stored, entity }
  }),
  readMutant('breaks at a property called hasOwnProperty', (stored) => {
    if ('hasOwnProperty' in stored.entity && Object.hasOwn(stored.entity, 'hasOwnProperty')) {
      throw new TypeError('entity.hasOwnProperty is not a function')
    }
    return stored
  }),
  readMutant('folds the names of properties', (stored) => ({
    ...stored,
    entity: Object.fromEntries(
      Object.entries(stored.entity).map(([name, value]) => [
        name === 'NAME' || name === 'Name' ? name.toLowerCase() : name,
        value,
      ]),
    ) as StoredEntity['entity'],
  })),
  readMutant('tells times in seconds', (stored) => ({
    ...stored,
    modifiedAt: new Date(stored.modifiedAt.getTime() / 1000),
  })),
  mutant('tells the time of the first change for ever', (inner) => {
    const first = new Map<string, Date>()
    const shown = (stored: StoredEntity): StoredEntity => {
      const key = `${stored.entity.partitionKey}/${stored.entity.rowKey}`
      if (!first.has(key)) first.set(key, stored.modifiedAt)
      return { ...stored, modifiedAt: new Date(first.get(key)!) }
    }
    return { get: async (...call) => shown(await inner.get(...call)) }
  }),
  mutant('holds what it gave', cached),
  mutant('ignores selections of get', (inner) => ({
    get: (table, partitionKey, rowKey) => inner.get(table, partitionKey, rowKey),
  })),
  mutant('takes an empty selection for none', (inner) => ({
    query: (table, options = {}) =>
      inner.query(
        table,
        options.select?.length === 0 ? { ...options, select: undefined } : options,
      ),
  })),
  mutant('gives other etags in queries', (inner) => ({
    query: async (...call) => {
      const page = await inner.query(...call)
      const entities = page.entities.map((stored) => ({ ...stored, etag: `${stored.etag}-q` }))
      return { ...page, entities }
    },
  })),
  keyMutant('decodes keys', (key) => {
    try {
      return decodeURIComponent(key)
    } catch {
      return key
    }
  }),
  keyMutant('cuts keys at 511', (key) => key.slice(0, 511)),
  keyMutant('doubles quotes in keys', (key) => key.replaceAll("'", "''")),
  mutant(
    'orders as UTF-8 does',
    ownQuery((all, options) =>
      filtered(all, options).toSorted(({ entity: a }, { entity: b }) =>
        Buffer.compare(
          Buffer.from(`${a.partitionKey}\0${a.rowKey}`),
          Buffer.from(`${b.partitionKey}\0${b.rowKey}`),
        ),
      ),
    ),
  ),
  mutant(
    'orders by row first',
    ownQuery((all, options) =>
      filtered(all, options).toSorted(({ entity: a }, { entity: b }) =>
        a.rowKey === b.rowKey ? 0 : a.rowKey < b.rowKey ? -1 : 1,
      ),
    ),
  ),
  mutant(
    'orders without regard to case',
    ownQuery((all, options) =>
      filtered(all, options).toSorted(({ entity: a }, { entity: b }) => {
        const [x, y] = [a, b].map(({ partitionKey, rowKey }) =>
          folded(`${partitionKey}\0${rowKey}`),
        )
        return x === y ? 0 : x! < y! ? -1 : 1
      }),
    ),
  ),
  mutant('pages by counting', ownQuery(filtered)),
  mutant('gives at most 1,000 entities in all', (inner) => ({
    query: async (...call) => {
      const page = await inner.query(...call)
      return page.entities.length >= 1000 ? { ...page, cursor: undefined } : page
    },
  })),
  mutant('gives one entity more than asked for', (inner) => ({
    query: (table, options = {}) =>
      inner.query(table, { ...options, limit: options.limit && options.limit + 1 }),
  })),
  mutant('filters after it cut the page, and ends there', (inner) => ({
    query: async (table, { filter, ...options } = {}) => {
      const page = await inner.query(table, options)
      const entities = filtered(page.entities, { filter })
      return { entities, cursor: entities.length === 0 ? undefined : page.cursor }
    },
  })),
  mutant('repeats the last entity of a page', (inner) => ({
    query: async (table, options) => {
      const page = await inner.query(table, options)
      const { cursor } = options ?? {}
      if (cursor === undefined || page.entities.length < 2) return page
      return { ...page, entities: [page.entities[0]!, ...page.entities] }
    },
  })),
  mutant('keeps the size of the first page', (inner) => {
    const sizes = new Map<string, number | undefined>()
    return {
      query: async (table, options = {}) => {
        const limit =
          options.cursor === undefined
            ? options.limit
            : (sizes.get(options.cursor) ?? options.limit)
        const page = await inner.query(table, { ...options, limit })
        if (page.cursor !== undefined) sizes.set(page.cursor, limit)
        return page
      },
    }
  }),
]
