/** Mutants of write. */
import type { WriteBody, WriteOptions } from '../../../src/backend.ts'
import { checkWriteConditions } from '../../../src/conditions.ts'
import { StorageError } from '../../../src/errors.ts'
import { bytesOf, etagOf, type Mutant, mutant, soon } from './mutant.ts'

/** A mutant whose bodies go through `change`. */
function bodyMutant(
  name: string,
  change: (body: WriteBody) => WriteBody | Promise<WriteBody>,
): Mutant {
  return mutant(name, (inner) => ({
    write: async (key, body, options) => inner.write(key, await change(body), options),
  }))
}

/** A mutant that forgets or changes options of write. */
function optionMutant(
  name: string,
  change: (options: WriteOptions, key: string) => WriteOptions,
): Mutant {
  return mutant(name, (inner) => ({
    write: (key, body, options) => inner.write(key, body, change(options, key)),
  }))
}

async function* untilFailure(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch {
    // The fault: what came so far is taken for the whole.
  }
}

/** Reads chunks by hand, and never closes the source. */
async function* unclosed(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]()
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    yield next.value
  }
}

const ascii = (text: string): string => text.replace(/[^ -~]/g, '?')

export const writingMutants: readonly Mutant[] = [
  bodyMutant('drops the last byte', async (body) => (await bytesOf(body)).slice(0, -1)),
  bodyMutant('cuts bodies at 1 MiB', async (body) => (await bytesOf(body)).slice(0, 1 << 20)),
  bodyMutant('loses the byte behind a chunk of 64 KiB', async (body) => {
    const bytes = await bytesOf(body)
    return bytes.byteLength % 65_536 === 1 ? bytes.slice(0, -1) : bytes
  }),
  bodyMutant('stores the whole buffer of a view', (body) =>
    body instanceof Uint8Array ? new Uint8Array(body.buffer) : body,
  ),
  bodyMutant('stores what came when the source fails', (body) =>
    body instanceof Uint8Array ? body : untilFailure(body),
  ),
  bodyMutant('does not close its source', (body) =>
    body instanceof Uint8Array ? body : unclosed(body),
  ),
  bodyMutant('ends a stream at an empty chunk', async (body) => {
    if (body instanceof Uint8Array) return body
    const chunks: Uint8Array[] = []
    for await (const chunk of body) {
      if (chunk.byteLength === 0) break
      chunks.push(chunk.slice())
    }
    return Buffer.concat(chunks)
  }),
  bodyMutant('keeps chunks that its source writes over', async (body) => {
    if (body instanceof Uint8Array) return body
    const chunks: Uint8Array[] = []
    for await (const chunk of body) chunks.push(chunk)
    return Buffer.concat(chunks)
  }),
  bodyMutant('wipes chunks that it was given', async (body) => {
    if (body instanceof Uint8Array) return body
    const chunks: Uint8Array[] = []
    for await (const chunk of body) {
      chunks.push(chunk.slice())
      chunk.fill(0)
    }
    return Buffer.concat(chunks)
  }),
  bodyMutant('stores any chunk as text', async (body) => {
    if (body instanceof Uint8Array) return body
    const chunks: Uint8Array[] = []
    for await (const chunk of body) {
      chunks.push(chunk instanceof Uint8Array ? chunk.slice() : Buffer.from(String(chunk)))
    }
    return Buffer.concat(chunks)
  }),
  mutant('iterates its source twice', (inner) => ({
    write: async (key, body, options) => {
      if (!(body instanceof Uint8Array)) body[Symbol.asyncIterator]()
      return inner.write(key, body, options)
    },
  })),
  mutant('shows a stream while it is written', (inner) => ({
    write: async (key, body, options) => {
      if (body instanceof Uint8Array) return inner.write(key, body, options)
      const chunks: Uint8Array[] = []
      for await (const chunk of body) {
        chunks.push(chunk.slice())
        await inner.write(key, Buffer.concat(chunks), { ...options, ifMatch: undefined })
      }
      return inner.write(key, Buffer.concat(chunks), { ...options, ifMatch: undefined })
    },
  })),
  mutant('writes in two steps', (inner) => ({
    write: async (key, body, options) => {
      const bytes = await bytesOf(body)
      if (options.ifMatch === undefined && options.ifNoneMatch === undefined) {
        await inner.write(key, bytes.slice(0, bytes.byteLength >> 1), options)
        await soon()
      }
      return inner.write(key, bytes, options)
    },
  })),
  mutant('never overwrites', (inner) => ({
    write: async (key, body, options) => {
      const stored = await inner.stat(key).catch(() => undefined)
      if (stored === undefined) return inner.write(key, body, options)
      return { ...stored, size: (await bytesOf(body)).byteLength }
    },
  })),
  mutant('overwrites up to the old length', (inner) => ({
    write: async (key, body, options) => {
      const stored = await inner.stat(key).catch(() => undefined)
      if (stored === undefined || !(body instanceof Uint8Array)) {
        return inner.write(key, body, options)
      }
      return inner.write(key, body.slice(0, Math.max(stored.size, 1)), options)
    },
  })),
  mutant('takes an empty body for a delete', (inner) => ({
    write: async (key, body, options) => {
      const bytes = await bytesOf(body)
      const info = await inner.write(key, bytes, options)
      if (bytes.byteLength === 0) await inner.delete(key)
      return info
    },
  })),
  mutant('keeps the buffer of its caller', (inner) => {
    const held = new Map<string, Uint8Array>()
    return {
      write: async (key, body, options) => {
        const info = await inner.write(key, body, options)
        if (body instanceof Uint8Array) held.set(info.etag, body)
        return info
      },
      read: async (key, options) => {
        const result = await inner.read(key, options)
        const body = held.get(result.info.etag)?.slice(result.start, result.end)
        return body === undefined ? result : { ...result, body }
      },
    }
  }),
  mutant('shares one buffer between writes', (inner) => {
    let shared: Uint8Array
    return {
      write: async (key, body, options) => {
        shared = await bytesOf(body)
        await soon()
        return inner.write(key, shared, options)
      },
    }
  }),
  mutant('mixes writers of one key', (inner) => {
    const pending = new Map<string, Uint8Array>()
    return {
      write: async (key, body, options) => {
        const bytes = await bytesOf(body)
        pending.set(key, bytes)
        await soon()
        return inner.write(key, pending.get(key)!.slice(0, bytes.byteLength), options)
      },
    }
  }),
  optionMutant('ignores ifNoneMatch', (options) => ({ ...options, ifNoneMatch: undefined })),
  optionMutant('ignores ifMatch', (options) => ({ ...options, ifMatch: undefined })),
  optionMutant('forgets metadata', (options) => ({ ...options, metadata: {} })),
  optionMutant('writes metadata in ASCII', (options) => ({
    ...options,
    metadata: Object.fromEntries(
      Object.entries(options.metadata ?? {}).map(([name, value]) => [name, ascii(value)]),
    ),
  })),
  optionMutant('keeps 50 names and 1,000 bytes of metadata', (options) => ({
    ...options,
    metadata: Object.fromEntries(
      Object.entries(options.metadata ?? {})
        .slice(0, 50)
        .map(([name, value]) => [name, value.slice(0, 500)]),
    ),
  })),
  optionMutant('drops metadata names of layers', (options) => ({
    ...options,
    metadata: Object.fromEntries(
      Object.entries(options.metadata ?? {}).filter(([name]) => !name.startsWith('aos-')),
    ),
  })),
  optionMutant('invents metadata', (options) => ({
    ...options,
    metadata: { by: 'us', ...options.metadata },
  })),
  optionMutant('normalises content types', (options) => ({
    ...options,
    contentType: options.contentType.toLowerCase(),
  })),
  mutant('merges metadata', (inner) => ({
    write: async (key, body, options) => {
      const old = (await inner.stat(key).catch(() => undefined))?.metadata
      return inner.write(key, body, { ...options, metadata: { ...old, ...options.metadata } })
    },
  })),
  mutant('keeps the metadata object of its caller', (inner) => {
    const held = new Map<string, WriteOptions['metadata']>()
    return {
      write: async (key, body, options) => {
        const info = await inner.write(key, body, options)
        held.set(info.etag, options.metadata)
        return info
      },
      stat: async (key, options) => {
        const info = await inner.stat(key, options)
        return { ...info, metadata: held.get(info.etag) ?? {} }
      },
    }
  }),
  mutant('forgets what an empty object is', (inner) => ({
    write: async (key, body, options) => {
      const bytes = await bytesOf(body)
      if (bytes.byteLength > 0) return inner.write(key, bytes, options)
      return inner.write(key, bytes, { contentType: 'application/octet-stream' })
    },
  })),
  mutant('decides conditions before the body comes', (inner) => ({
    write: async (key, body, options) => {
      checkWriteConditions(key, await etagOf(inner, key), options)
      const { ifMatch: _, ifNoneMatch: __, ...rest } = options
      return inner.write(key, body, rest)
    },
  })),
  mutant('decides conditions apart from the change', (inner) => ({
    write: async (key, body, options) => {
      const bytes = await bytesOf(body)
      checkWriteConditions(key, await etagOf(inner, key), options)
      const { ifMatch: _, ifNoneMatch: __, ...rest } = options
      await soon()
      return inner.write(key, bytes, rest)
    },
    delete: async (key, options) => {
      const etag = await etagOf(inner, key)
      if (options?.ifMatch !== undefined && options.ifMatch !== etag) {
        throw new StorageError('PRECONDITION_FAILED', 'x', { key })
      }
      await soon()
      return inner.delete(key)
    },
  })),
  mutant('creates for ifMatch on a missing object', (inner) => ({
    write: async (key, body, options) => {
      const isMissing = (await etagOf(inner, key)) === undefined
      return inner.write(key, body, isMissing ? { ...options, ifMatch: undefined } : options)
    },
  })),
  mutant('takes the token of any key', (inner) => {
    const known = new Map<string, number>()
    return {
      write: async (key, body, options) => {
        const current = await etagOf(inner, key)
        const isKnown = options.ifMatch !== undefined && known.has(options.ifMatch)
        const ifMatch = isKnown ? current : options.ifMatch
        const info = await inner.write(key, body, { ...options, ifMatch })
        known.set(info.etag, 1)
        return info
      },
    }
  }),
  mutant('refuses an overwrite with the wrong code', (inner) => ({
    write: async (key, body, options) => {
      try {
        return await inner.write(key, body, options)
      } catch (error) {
        if (options.ifNoneMatch === undefined && options.ifMatch === undefined) throw error
        throw new StorageError('UNAVAILABLE', 'the service said 412', { key, cause: error })
      }
    },
  })),
  mutant('leaves its source open when it refuses', (inner) => ({
    write: async (key, body, options) => {
      if (body instanceof Uint8Array || options.ifNoneMatch === undefined) {
        return inner.write(key, body, options)
      }
      await body[Symbol.asyncIterator]().next()
      return inner.write(key, new Uint8Array(), options)
    },
  })),
]
