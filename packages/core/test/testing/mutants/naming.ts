/** Mutants of keys, listings and deletes. */
import type { ListedObject, ListOptions, ListPage, StorageBackend } from '../../../src/backend.ts'
import { StorageError } from '../../../src/errors.ts'
import { decodeCursor, encodeCursor } from '../../../src/listing.ts'
import { mapKeys, type Mutant, mutant, soon, withMethods } from './mutant.ts'
import { MemoryStorageBackend } from '../../../src/memory/backend.ts'

const keyMutant = (name: string, map: (key: string) => string): Mutant =>
  mutant(name, (inner) => mapKeys(inner, map))

/** A mutant whose pages go through `change`. */
function pageMutant(
  name: string,
  change: (page: ListPage, options: ListOptions) => ListPage,
): Mutant {
  return mutant(name, (inner) => ({
    list: async (options = {}) => change(await inner.list(options), options),
  }))
}

/** A mutant whose listing options go through `change`. */
function listMutant(name: string, change: (options: ListOptions) => ListOptions): Mutant {
  return mutant(name, (inner) => ({ list: (options = {}) => inner.list(change(options)) }))
}

const objectMap = (page: ListPage, map: (object: ListedObject) => ListedObject): ListPage => ({
  ...page,
  objects: page.objects.map(map),
})

/** Refuses keys that `isRefused` picks, as a file system does. */
function refusingMutant(name: string, isRefused: (key: string) => boolean): Mutant {
  return mutant(name, (inner) => ({
    write: async (key, body, options) => {
      if (isRefused(key)) throw new StorageError('INVALID_KEY', 'name too long', { key })
      return inner.write(key, body, options)
    },
  }))
}

async function allKeys(inner: StorageBackend): Promise<string[]> {
  const keys: string[] = []
  let cursor: string | undefined
  do {
    const page = await inner.list(cursor === undefined ? {} : { cursor })
    keys.push(...page.objects.map(({ key }) => key))
    cursor = page.cursor
  } while (cursor !== undefined)
  return keys
}

export const namingMutants: readonly Mutant[] = [
  keyMutant('composes keys (NFC)', (key) => key.normalize('NFC')),
  keyMutant('folds compatible characters (NFKC)', (key) => key.normalize('NFKC')),
  keyMutant('lowers the case of keys', (key) => key.toLowerCase()),
  keyMutant('decodes percent signs', (key) => key.replaceAll('%2F', '/').replaceAll('%20', ' ')),
  keyMutant('trims dots and spaces', (key) => key.replace(/[. ]+$/, '')),
  keyMutant('turns backslashes', (key) => key.replaceAll('\\', '/')),
  keyMutant('names objects by 255 bytes of their key', (key) => key.slice(0, 255)),
  keyMutant('names objects by 800 bytes of their key', (key) => key.slice(0, 800)),
  refusingMutant('refuses segments over 255 bytes', (key) =>
    key.split('/').some((segment) => Buffer.byteLength(segment) > 255),
  ),
  refusingMutant('refuses keys over 1,000 bytes', (key) => Buffer.byteLength(key) > 1000),
  refusingMutant('refuses lock and scratch names', (key) => /\.(tmp|lock|part)$/.test(key)),
  {
    name: 'claims shorter keys than it refuses',
    make: () => {
      const inner = new MemoryStorageBackend()
      const capabilities = Object.freeze({ ...inner.capabilities, keyBytesMax: 500 })
      return withMethods(inner, () => ({ capabilities }))
    },
  },
  mutant('reads strange names and cannot copy them', (inner) => ({
    copy: (from, to, options) =>
      inner.copy(encodeURI(from) === from ? from : encodeURI(from), to, options),
  })),
  pageMutant('lists by UTF-16 units', (page) => ({
    ...page,
    objects: page.objects.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
  })),
  pageMutant('lists by locale', (page) => ({
    ...page,
    objects: page.objects.toSorted((a, b) => a.key.localeCompare(b.key)),
  })),
  pageMutant('lists another etag', (page) =>
    objectMap(page, (o) => ({ ...o, etag: `"${o.etag}"` })),
  ),
  pageMutant('lists another size than that of the body', (page) =>
    objectMap(page, (o) => ({ ...o, size: o.size + 1 })),
  ),
  pageMutant('lists nothing for fields "key"', (page, { fields }) =>
    fields === 'key' ? { ...page, objects: page.objects.map((o) => ({ ...o, key: '' })) } : page,
  ),
  pageMutant('lists a phantom folder', (page, { delimiter, prefix = '' }) =>
    delimiter === '/' && prefix === '' && page.objects.length === 0 && page.prefixes.length === 0
      ? { ...page, prefixes: ['gone/'] }
      : page,
  ),
  pageMutant('lists a phantom object in an empty store', (page) =>
    page.objects.length + page.prefixes.length > 0 || page.cursor !== undefined
      ? page
      : { ...page, objects: [{ key: '.keep', size: 0, etag: 'e', modifiedAt: new Date() }] },
  ),
  pageMutant('hides an object beside its folder', (page) => ({
    ...page,
    objects: page.objects.filter(({ key }) => !page.prefixes.includes(`${key}/`)),
  })),
  pageMutant('hides names that it did not write', (page) => ({
    ...page,
    objects: page.objects.filter(({ key }) => !/\/\/|\/$/.test(key)),
  })),
  pageMutant('orders folders without their slash', (page) => ({
    ...page,
    prefixes: page.prefixes.toSorted((a, b) => (a.slice(0, -1) < b.slice(0, -1) ? -1 : 1)),
  })),
  listMutant('takes prefixes by whole segments', (options) => ({
    ...options,
    prefix: options.prefix?.replace(/[^/]*$/, ''),
  })),
  listMutant('knows the delimiter "/" only', (options) => ({
    ...options,
    delimiter: options.delimiter === undefined ? undefined : '/',
  })),
  listMutant('ignores the delimiter', (options) => ({ ...options, delimiter: undefined })),
  listMutant('ignores startAfter', (options) => ({ ...options, startAfter: undefined })),
  listMutant('lists 1 entry more than the limit', ({ limit, ...options }) => ({
    ...options,
    ...(limit === undefined ? {} : { limit: limit + 1 }),
  })),
  mutant('lists startAfter itself', (inner) => ({
    list: async (options = {}) => {
      const page = await inner.list(options)
      const { startAfter, prefix = '', cursor } = options
      if (startAfter === undefined || cursor !== undefined) return page
      const first = await inner.stat(startAfter).catch(() => undefined)
      if (first === undefined || !startAfter.startsWith(prefix)) return page
      return { ...page, objects: [first, ...page.objects] }
    },
  })),
  mutant('counts entries in its cursor', (inner) => ({
    list: async ({ cursor, limit = 1000, ...options } = {}) => {
      const from = Number(cursor ?? 0)
      const all: ListedObject[] = []
      let next: string | undefined
      do {
        const page = await inner.list(next === undefined ? options : { ...options, cursor: next })
        if (options.delimiter !== undefined) return page
        all.push(...page.objects)
        next = page.cursor
      } while (next !== undefined)
      const isLast = from + limit >= all.length
      return {
        objects: all.slice(from, from + limit),
        prefixes: [],
        cursor: isLast ? undefined : String(from + limit),
      }
    },
  })),
  mutant('takes any cursor for a start', (inner) => ({
    list: async ({ cursor, ...options } = {}) => {
      if (cursor === undefined) return inner.list(options)
      try {
        return await inner.list({ ...options, cursor })
      } catch {
        return inner.list(options)
      }
    },
  })),
  mutant('takes a cursor once', (inner) => {
    const used = new Set<string>()
    return {
      list: async (options = {}) => {
        if (options.cursor !== undefined && used.has(options.cursor)) {
          throw new StorageError('INVALID_ARGUMENT', 'cursor used up')
        }
        if (options.cursor !== undefined) used.add(options.cursor)
        return inner.list(options)
      },
    }
  }),
  mutant('goes on inside a listed folder', (inner) => ({
    list: async (options = {}) => {
      const page = await inner.list(options)
      if (page.cursor === undefined || options.delimiter === undefined) return page
      const position = decodeCursor(page.cursor, options)
      if (position.kind !== 'prefix') return page
      const inside = await inner.list({ prefix: position.after })
      const after = inside.objects.at(-1)?.key ?? position.after
      return { ...page, cursor: encodeCursor({ after, kind: 'object' }, options) }
    },
  })),
  mutant('lists what was there when the listing began', (inner) => {
    let snapshot: string[] = []
    return {
      list: async (options = {}) => {
        const page = await inner.list(options)
        if (options.cursor === undefined) {
          const keys = await allKeys(inner)
          snapshot = keys.filter((key) => key.startsWith(options.prefix ?? ''))
        }
        const first = page.objects[0]
        if (options.cursor === undefined || first === undefined) return page
        const { after } = decodeCursor(options.cursor, options)
        const lost = snapshot[snapshot.indexOf(after) + 1]
        if (lost === undefined || lost === first.key || options.limit !== 1) return page
        const cursor = encodeCursor({ after: lost, kind: 'object' }, options)
        return { objects: [{ ...first, key: lost }], prefixes: [], cursor }
      },
    }
  }),
  mutant('misses keys that move while it lists', (inner) => ({
    list: async (options = {}) => {
      const before = (await inner.list(options)).objects
      await soon()
      const page = await inner.list(options)
      const etags = new Map(before.map(({ key, etag }) => [key, etag]))
      const objects = page.objects.filter(({ key, etag }) => etags.get(key) === etag)
      return { ...page, objects }
    },
  })),
  mutant('lists 5,000 keys at most', (inner) => {
    let listed = 0
    return {
      list: async (options = {}) => {
        const page = await inner.list(options)
        listed = options.cursor === undefined ? 0 : listed
        listed += page.objects.length
        return listed >= 5000 ? { ...page, cursor: undefined } : page
      },
    }
  }),
  mutant('loses the prefix at the largest limit', (inner) => ({
    list: (options = {}) =>
      inner.list(options.limit === 1000 ? { ...options, limit: 1, startAfter: 'a' } : options),
  })),
  mutant('says that every delete deleted', (inner) => ({
    delete: async (key, options) => {
      await inner.delete(key, options)
      return true
    },
  })),
  mutant('says that no delete deleted', (inner) => ({
    delete: async (key, options) => {
      await inner.delete(key, options)
      return false
    },
  })),
  mutant('deletes folders', (inner) => ({
    delete: async (key, options) => {
      let isDeleted = await inner.delete(key, options)
      for (const inside of await allKeys(inner)) {
        if (inside.startsWith(`${key}/`)) isDeleted = await inner.delete(inside)
      }
      return isDeleted
    },
  })),
  mutant('deletes what begins alike', (inner) => ({
    delete: async (key, options) => {
      const isDeleted = await inner.delete(key, options)
      await inner.delete(`${key}.json`)
      return isDeleted
    },
  })),
  mutant('ignores ifMatch on delete', (inner) => ({
    delete: (key, options) => inner.delete(key, { signal: options?.signal }),
  })),
  mutant('fails to delete what is missing', (inner) => ({
    delete: async (key, options) => {
      if (await inner.delete(key, options)) return true
      throw new StorageError('NOT_FOUND', 'x', { key })
    },
  })),
  mutant('sorts the outcomes of deleteMany', (inner) => ({
    deleteMany: async (keys, options) => inner.deleteMany([...keys].sort(), options),
  })),
  mutant('fails to delete none', (inner) => ({
    deleteMany: async (keys, options) => {
      if (keys.length === 0) throw new StorageError('INVALID_ARGUMENT', 'no keys')
      return inner.deleteMany(keys, options)
    },
  })),
  mutant('deletes 256 at most', (inner) => ({
    deleteMany: (keys, options) => inner.deleteMany(keys.slice(0, 256), options),
  })),
]
