/** Mutants of versions, aborts, closing, capabilities and errors. */
import { createHash } from 'node:crypto'
import type { Capabilities } from '../../../src/capabilities.ts'
import { isStorageError, StorageError } from '../../../src/errors.ts'
import { MemoryStorageBackend } from '../../../src/memory/backend.ts'
import { bytesOf, type Mutant, mutant, soon, withMethods } from './mutant.ts'

/** A mutant that claims something else than memory does. */
function claimMutant(name: string, change: Partial<Capabilities>): Mutant {
  return {
    name,
    make: () => {
      const inner = new MemoryStorageBackend()
      const capabilities = Object.freeze({ ...inner.capabilities, ...change })
      return withMethods(inner, () => ({ capabilities }))
    },
  }
}

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
  mutant('ignores signals', (inner) => ({
    read: (key, options) => inner.read(key, { ...options, signal: undefined }),
    write: (key, body, options) => inner.write(key, body, { ...options, signal: undefined }),
    stat: (key, options) => inner.stat(key, { ...options, signal: undefined }),
    list: (options) => inner.list({ ...options, signal: undefined }),
    health: () => inner.health(),
  })),
  mutant('hears a signal between chunks only', (inner) => ({
    write: async (key, body, options) => {
      const { signal, ...rest } = options
      if (signal?.aborted === true) throw new StorageError('ABORTED', 'x', { cause: signal.reason })
      if (body instanceof Uint8Array) return inner.write(key, body, rest)
      const watched = async function* (): AsyncGenerator<Uint8Array> {
        for await (const chunk of body) {
          if (signal?.aborted === true) throw signal.reason
          yield chunk
        }
      }
      return inner.write(key, watched(), rest)
    },
  })),
  mutant('throws the reason of a signal as it is', (inner) => ({
    stat: async (key, options) => {
      options?.signal?.throwIfAborted()
      return inner.stat(key, options)
    },
  })),
  mutant('says ABORTED when it was done', (inner) => ({
    write: async (key, body, options) => {
      const info = await inner.write(key, body, { ...options, signal: undefined })
      const { signal } = options
      if (signal?.aborted === true) throw new StorageError('ABORTED', 'x', { cause: signal.reason })
      return info
    },
  })),
  mutant('tears what it was writing at an abort', (inner) => ({
    write: async (key, body, options) => {
      if (options.signal === undefined) return inner.write(key, body, options)
      const half = body instanceof Uint8Array ? body.slice(0, body.byteLength >> 1) : undefined
      if (half !== undefined && !options.signal.aborted) await inner.write(key, half, options)
      await soon()
      return inner.write(key, body, options)
    },
  })),
  mutant('tears a copy at an abort', (inner) => ({
    copy: async (from, to, options) => {
      if (options?.signal === undefined) return inner.copy(from, to, options)
      const { body, info } = await inner.read(from, { signal: options.signal })
      await inner.write(to, (body as Uint8Array).slice(0, info.size >> 1), info)
      await soon()
      return inner.copy(from, to, options)
    },
  })),
  mutant('undoes a write when its signal fires later', (inner) => ({
    write: async (key, body, options) => {
      const info = await inner.write(key, body, options)
      options.signal?.addEventListener('abort', () => void inner.delete(key))
      return info
    },
  })),
  mutant('leaves a listener for every stat', (inner) => ({
    stat: async (key, options) => {
      options?.signal?.addEventListener('abort', () => undefined)
      return inner.stat(key, options)
    },
  })),
  mutant('goes on after close', (inner) => ({ close: async () => void inner })),
  mutant('throws at a second close', (inner) => {
    let isClosed = false
    return {
      close: async () => {
        if (isClosed) throw new StorageError('CLOSED', 'x')
        isClosed = true
        await inner.close()
      },
    }
  }),
  mutant('waits at close for what is under way', (inner) => {
    const running = new Set<Promise<unknown>>()
    return {
      write: (key, body, options) => {
        const write = inner.write(key, body, options)
        running.add(write.catch(() => undefined).finally(() => running.delete(write)))
        return write
      },
      close: async () => {
        await Promise.all(running)
        await inner.close()
      },
    }
  }),
  mutant('calls a closed store missing', (inner) => {
    let isClosed = false
    return {
      stat: async (key, options) => {
        if (isClosed) throw new StorageError('NOT_FOUND', 'x', { key })
        return inner.stat(key, options)
      },
      close: async () => {
        isClosed = true
        await inner.close()
      },
    }
  }),
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
  claimMutant('announces an extra that it has not', { extras: ['presign'] }),
  claimMutant('claims keys of 2,000 bytes', { keyBytesMax: 2000 }),
  claimMutant('claims that objects survive, and holds them in memory', {
    durability: 'process',
    objectBytesMax: 1024 ** 3,
  }),
  claimMutant('takes conditions that it does not claim', {
    conditionalWrite: 'none',
    conditionalDelete: 'none',
    conditionalCopy: 'none',
    conditionalRead: false,
    rangeRead: false,
    userMetadata: false,
  }),
]
