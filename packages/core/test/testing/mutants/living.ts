/** Mutants of versions, times, health and plain errors. */
import { createHash } from 'node:crypto'
import { isStorageError, StorageError } from '../../../src/errors.ts'
import type { ObjectInfo } from '../../../src/backend.ts'
import { bytesOf, etagOf, type Mutant, mutant, soon } from './mutant.ts'

/** A mutant whose etags are made by `make`, consistently in every answer. */
function etagMutant(
  name: string,
  make: (key: string, bytes: Uint8Array, count: number) => string,
  forgetsDeleted = false,
): Mutant {
  return mutant(name, (inner) => {
    const outer = new Map<string, string>()
    const counts = new Map<string, number>()
    const shown = <T extends { readonly etag: string }>(info: T): T => ({
      ...info,
      etag: outer.get(info.etag) ?? info.etag,
    })
    const matches = async (
      key: string,
      ifMatch: string | undefined,
    ): Promise<string | undefined> => {
      if (ifMatch === undefined) return undefined
      const current = (await inner.stat(key).catch(() => undefined))?.etag
      return current !== undefined && outer.get(current) === ifMatch ? current : 'none'
    }
    return {
      write: async (key, body, options) => {
        const bytes = await bytesOf(body)
        const ifMatch = await matches(key, options.ifMatch)
        const info = await inner.write(key, bytes, { ...options, ifMatch })
        const count = (counts.get(key) ?? 0) + 1
        counts.set(key, count)
        outer.set(info.etag, make(key, bytes, count))
        return shown(info)
      },
      stat: async (key, options) => shown(await inner.stat(key, options)),
      delete: async (key, options) => {
        const ifMatch = await matches(key, options?.ifMatch)
        if (forgetsDeleted) counts.delete(key)
        return inner.delete(key, { ...options, ifMatch })
      },
    }
  })
}

const hash = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

export const livingMutants: readonly Mutant[] = [
  etagMutant('makes etags of the content', (_, bytes) => hash(bytes)),
  etagMutant('counts versions anew after delete', (key, _, count) => `${key}-${count}`, true),
  etagMutant('makes etags of key and count', (_, __, count) => `v${count}`),
  mutant('reads for one reader at a time', (inner) => {
    let running = 0
    return {
      read: async (key, options) => {
        running++
        const isAlone = running === 1
        await soon()
        running--
        if (!isAlone) throw new StorageError('LOCKED', 'x', { key })
        return inner.read(key, options)
      },
    }
  }),
  mutant('throws a plain error for a missing object', (inner) => ({
    stat: (key, options) =>
      inner.stat(key, options).catch((error: unknown) => {
        throw isStorageError(error, 'NOT_FOUND') ? new Error('ENOENT') : error
      }),
  })),
  mutant('tells no key in its errors', (inner) => ({
    stat: (key, options) =>
      inner.stat(key, options).catch((error: unknown) => {
        throw isStorageError(error) ? error.with({ key: undefined }) : error
      }),
  })),
  mutant('has capabilities that can be changed', (inner) => ({
    capabilities: { ...inner.capabilities },
  })),
  mutant('is ill', (inner) => ({
    health: async (options) => ({ ...(await inner.health(options)), ok: false }),
  })),
  mutant('leaves the probe of its health behind', (inner) => ({
    health: async (options) => {
      await inner.write('.probe', new Uint8Array(), { contentType: 'a/b' })
      return inner.health(options)
    },
  })),
  mutant('tells times in seconds', (inner) => ({
    write: async (key, body, options) => {
      const info = await inner.write(key, body, options)
      return { ...info, modifiedAt: new Date(+info.modifiedAt / 1000) }
    },
  })),
  mutant('keeps the time of the first write', (inner) => {
    const first = new Map<string, number>()
    const shown = <T extends { readonly key: string; readonly modifiedAt: Date }>(info: T): T => {
      const modifiedMs = first.get(info.key) ?? +info.modifiedAt
      first.set(info.key, modifiedMs)
      return { ...info, modifiedAt: new Date(modifiedMs) }
    }
    return {
      write: async (key, body, options) => shown(await inner.write(key, body, options)),
      stat: async (key, options) => shown(await inner.stat(key, options)),
      copy: async (from, to, options) => shown(await inner.copy(from, to, options)),
    }
  }),
  mutant('gives reads that run beside a write one answer', (inner) => {
    let writing = 0
    let shared: ReturnType<typeof inner.read> | undefined
    return {
      write: async (key, body, options) => {
        writing++
        await soon()
        try {
          return await inner.write(key, body, options)
        } finally {
          writing--
        }
      },
      read: async (key, options) => {
        if (writing === 0) return inner.read(key, options)
        shared ??= inner.read(key, options).finally(() => setImmediate(() => (shared = undefined)))
        const result = await shared
        return { ...result, info: { ...result.info, key } }
      },
    }
  }),
  mutant('answers a write id that it has seen with success', (inner) => {
    const seen = new Map<string, ObjectInfo>()
    return {
      write: async (key, body, options) => {
        const id = options.metadata?.['aos-write-id'] ?? ''
        const info = seen.get(id) ?? (await inner.write(key, body, options))
        if (id !== '') seen.set(id, info)
        return info
      },
    }
  }),
  mutant('says that each delete of a race deleted', (inner) => ({
    delete: async (key, options) => {
      const isThere = (await etagOf(inner, key)) !== undefined
      await soon()
      return (await inner.delete(key, options)) || isThere
    },
  })),
]
