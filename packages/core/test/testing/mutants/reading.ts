/** Mutants of read, ranges and stat. */
import { openSync } from 'node:fs'
import type { ByteRange, ReadOptions, StorageBackend } from '../../../src/backend.ts'
import { isStorageError, StorageError } from '../../../src/errors.ts'
import { asStream, type Mutant, mutant, pieces, soon } from './mutant.ts'

/** A mutant whose ranges go through `change`. */
function rangeMutant(name: string, change: (range: ByteRange) => ByteRange | undefined): Mutant {
  return mutant(name, (inner) => ({
    read: (key, options = {}) => {
      const { range } = options
      return inner.read(key, range === undefined ? options : { ...options, range: change(range) })
    },
  }))
}

/** A mutant that streams every body its own way. */
function streamMutant(
  name: string,
  stream: (bytes: Uint8Array, again: () => Promise<Uint8Array>) => AsyncIterable<unknown>,
  cancel?: () => void,
): Mutant {
  return mutant(name, (inner) => ({
    read: async (key, options) => {
      const result = await inner.read(key, options)
      const again = async (): Promise<Uint8Array> => (await inner.read(key)).body as Uint8Array
      return asStream(result, (bytes) => stream(bytes, again), cancel)
    },
  }))
}

const ofSize = (range: ByteRange): boolean => 'suffix' in range

async function failure(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  )
}

const folderInfo = { size: 0, etag: 'folder', contentType: 'folder/folder', metadata: {} }

async function isFolder(inner: StorageBackend, key: string): Promise<boolean> {
  return (await inner.list({ prefix: `${key}/`, limit: 1 })).objects.length > 0
}

export const readingMutants: readonly Mutant[] = [
  rangeMutant('reads one byte too many', (range) =>
    'suffix' in range || range.length === undefined
      ? range
      : { offset: range.offset, length: range.length + 1 },
  ),
  rangeMutant('ignores ranges', () => undefined),
  rangeMutant('takes suffix 0 for all', (range) =>
    'suffix' in range && range.suffix === 0 ? { offset: 0 } : range,
  ),
  rangeMutant('takes length 0 for all', (range) =>
    !('suffix' in range) && range.length === 0 ? { offset: range.offset } : range,
  ),
  mutant('refuses a range at the end', (inner) => ({
    read: async (key, options) => {
      const result = await inner.read(key, options)
      if (options?.range === undefined || result.start < result.end) return result
      throw new StorageError('INVALID_ARGUMENT', 'x', { status: 416, key })
    },
  })),
  mutant('gives nothing behind the end', (inner) => ({
    read: async (key, options) => {
      const error = await failure(inner.read(key, options))
      if (!isStorageError(error, 'INVALID_ARGUMENT')) return inner.read(key, options)
      return inner.read(key, { range: { suffix: 0 } })
    },
  })),
  mutant('tells no status behind the end', (inner) => ({
    read: (key, options) =>
      inner.read(key, options).catch((error: unknown) => {
        throw isStorageError(error, 'INVALID_ARGUMENT') ? error.with({ status: undefined }) : error
      }),
  })),
  mutant('tells the size of the range', (inner) => ({
    read: async (key, options) => {
      const result = await inner.read(key, options)
      const size = result.end - result.start
      return { ...result, info: { ...result.info, size } }
    },
  })),
  mutant('takes a range of nothing for a wrong range', (inner) => ({
    read: (key, options) =>
      inner.read(key, options).catch((error: unknown) => {
        const isMissing = isStorageError(error, 'NOT_FOUND') && options?.range !== undefined
        throw isMissing ? new StorageError('INVALID_ARGUMENT', 'x', { status: 416 }) : error
      }),
  })),
  mutant('ignores read conditions', (inner) => ({
    read: (key, options: ReadOptions = {}) =>
      inner.read(key, { range: options.range, signal: options.signal }),
    stat: (key, options) => inner.stat(key, { signal: options?.signal }),
  })),
  mutant('ignores conditions of ranges', (inner) => ({
    read: (key, options = {}) =>
      inner.read(key, options.range === undefined ? options : { ...options, ifMatch: undefined }),
  })),
  mutant('asks the condition of a missing object', (inner) => ({
    stat: (key, options) =>
      inner.stat(key, options).catch((error: unknown) => {
        const hasCondition = options?.ifMatch !== undefined || options?.ifNoneMatch !== undefined
        if (!isStorageError(error, 'NOT_FOUND') || !hasCondition) throw error
        throw new StorageError('PRECONDITION_FAILED', 'x', { key })
      }),
  })),
  mutant('takes a folder for an object', (inner) => ({
    stat: async (key, options) => {
      const error = await failure(inner.stat(key, options))
      if (!isStorageError(error, 'NOT_FOUND') || !(await isFolder(inner, key))) {
        return inner.stat(key, options)
      }
      return { ...folderInfo, key, modifiedAt: new Date() }
    },
  })),
  mutant('changes an object by reading it', (inner) => ({
    read: async (key, options) => {
      const result = await inner.read(key, options)
      const whole = (await inner.read(key)).body
      await inner.write(key, whole, { ...result.info })
      return result
    },
  })),
  mutant('gives one array to every reader', (inner) => {
    const cache = new Map<string, Uint8Array>()
    return {
      read: async (key, options) => {
        const result = await inner.read(key, options)
        const bytes = cache.get(result.info.etag) ?? (result.body as Uint8Array)
        if (options?.range === undefined) cache.set(result.info.etag, bytes)
        return options?.range === undefined ? { ...result, body: bytes } : result
      },
    }
  }),
  mutant('gives its own info away', (inner) => {
    const infos = new Map<string, Awaited<ReturnType<StorageBackend['stat']>>>()
    return {
      write: async (key, body, options) => {
        const info = { ...(await inner.write(key, body, options)) }
        infos.set(info.etag, info)
        return info
      },
      stat: async (key, options) => {
        const info = await inner.stat(key, options)
        return infos.get(info.etag) ?? info
      },
    }
  }),
  mutant('reads stale versions', (inner) => {
    const last = new Map<string, Uint8Array>()
    return {
      read: async (key, options) => {
        const result = await inner.read(key, options)
        const stale = last.get(key)
        last.set(key, result.body as Uint8Array)
        return stale === undefined || options?.range ? result : { ...result, body: stale }
      },
    }
  }),
  streamMutant('yields empty chunks', async function* (bytes) {
    yield new Uint8Array()
    yield* pieces(bytes)
  }),
  streamMutant('yields one chunk buffer again and again', async function* (bytes) {
    const shared = new Uint8Array(65_536)
    for await (const piece of pieces(bytes)) {
      shared.set(piece)
      yield shared.subarray(0, piece.byteLength)
    }
  }),
  streamMutant('goes on with the version of the moment', async function* (bytes, again) {
    for (let at = 0; at < bytes.byteLength; at += 65_536) {
      const source = await again().catch(() => bytes)
      yield source.slice(at, at + 65_536)
    }
  }),
  mutant('goes on with the version of the moment in ranges', (inner) => ({
    read: async (key, options) => {
      const result = await inner.read(key, options)
      if (options?.range === undefined) return result
      return asStream(result, async function* (bytes) {
        for (let at = 0; at < bytes.byteLength; at += 65_536) {
          const fresh = await inner.read(key).catch(() => ({ body: new Uint8Array(result.end) }))
          const end = Math.min(result.end, result.start + at + 65_536)
          yield (fresh.body as Uint8Array).slice(result.start + at, end)
        }
      })
    },
  })),
  mutant('never answers a chunk that is waited for at a cancel', (inner) => ({
    read: async (key, options) => {
      let isCancelled = false
      const result = await inner.read(key, options)
      const slow = async function* (bytes: Uint8Array): AsyncGenerator<Uint8Array> {
        for await (const piece of pieces(bytes)) {
          await soon()
          await soon()
          if (isCancelled) await new Promise(() => undefined)
          yield piece
        }
      }
      return asStream(result, slow, () => {
        isCancelled = true
      })
    },
  })),
  streamMutant(
    'cannot be cancelled',
    (bytes) => pieces(bytes),
    () => {
      throw new Error('no')
    },
  ),
  mutant('gives the rest of the last reader', (inner) => {
    const streams = new Map<string, AsyncGenerator<Uint8Array>>()
    return {
      read: async (key, options) => {
        const result = await inner.read(key, options)
        return asStream(result, (bytes) => {
          const shared = streams.get(result.info.etag) ?? pieces(bytes)
          streams.set(result.info.etag, shared)
          const next = (): Promise<IteratorResult<Uint8Array>> => shared.next()
          return { [Symbol.asyncIterator]: () => ({ next }) }
        })
      },
    }
  }),
  mutant('gives half a body when it is used again or was cancelled', (inner) => ({
    read: async (key, options) => {
      let isUsed = false
      const half = async function* (bytes: Uint8Array): AsyncGenerator<Uint8Array> {
        const wasUsed = isUsed
        isUsed = true
        yield* pieces(wasUsed ? bytes.slice(0, bytes.byteLength >> 1) : bytes)
      }
      const result = await inner.read(key, options)
      const stream = (bytes: Uint8Array): AsyncIterable<Uint8Array> => ({
        [Symbol.asyncIterator]: () => half(bytes),
      })
      return asStream(result, stream, () => {
        isUsed = true
      })
    },
  })),
  mutant('ends a body short when its signal fires', (inner) => ({
    read: async (key, options) => {
      const result = await inner.read(key, options)
      return asStream(result, async function* (bytes) {
        for await (const piece of pieces(bytes)) {
          if (options?.signal?.aborted === true) return
          yield piece
        }
      })
    },
  })),
  mutant('ends open bodies short at close', (inner) => {
    let isClosed = false
    return {
      read: async (key, options) => {
        const result = await inner.read(key, options)
        return asStream(result, async function* (bytes) {
          for await (const piece of pieces(bytes)) {
            if (isClosed) return
            yield piece
          }
        })
      },
      close: async () => {
        isClosed = true
        await inner.close()
      },
    }
  }),
  mutant('leaks a file for every read', (inner) => ({
    read: async (key, options) => {
      openSync('/dev/null', 'r')
      return asStream(await inner.read(key, options), pieces)
    },
  })),
  mutant('leaks a file for every refused write', (inner) => ({
    write: async (key, body, options) => {
      const file = openSync('/dev/null', 'r')
      const info = await inner.write(key, body, options)
      closeLater(file)
      return info
    },
  })),
  mutant('leaks a file for every listing', (inner) => ({
    list: async (options) => {
      openSync('/dev/null', 'r')
      return inner.list(options)
    },
  })),
  mutant('reads a suffix as one byte', (inner) => ({
    read: (key, options) =>
      options?.range !== undefined && ofSize(options.range)
        ? inner.read(key, { ...options, range: { offset: 0, length: 1 } })
        : inner.read(key, options),
  })),
]

function closeLater(file: number): void {
  void import('node:fs').then(({ closeSync }) => closeSync(file))
}
