/** Mutants of copy. */
import { checkWriteConditions } from '../../../src/conditions.ts'
import { isStorageError, StorageError } from '../../../src/errors.ts'
import { etagOf, type Mutant, mutant, once, pieces, soon } from './mutant.ts'

export const copyingMutants: readonly Mutant[] = [
  mutant('copies no metadata', (inner) => ({
    copy: async (from, to, options) => {
      const copied = await inner.copy(from, to, options)
      const bytes = (await inner.read(to)).body as Uint8Array
      return inner.write(to, bytes, { contentType: copied.contentType })
    },
  })),
  mutant('copies conditions away', (inner) => ({ copy: (from, to) => inner.copy(from, to) })),
  mutant('keeps the type and metadata of a copy’s destination', (inner) => ({
    copy: async (from, to, options) => {
      const old = await inner.stat(to).catch(() => undefined)
      const copied = await inner.copy(from, to, options)
      if (old === undefined || from === to) return copied
      const bytes = (await inner.read(to)).body as Uint8Array
      const { contentType, metadata } = old
      return inner.write(to, bytes, { contentType, metadata })
    },
  })),
  mutant('links copies to their source', (inner) => {
    const links = new Map<string, string>()
    return {
      copy: async (from, to, options) => {
        const info = await inner.copy(from, to, options)
        if (from !== to) links.set(to, from)
        return info
      },
      read: async (key, options) => {
        const source = links.get(key)
        if (source === undefined) return inner.read(key, options)
        const result = await inner.read(source, options)
        return { ...result, info: { ...result.info, key } }
      },
    }
  }),
  mutant('does nothing for a copy onto itself', (inner) => ({
    copy: (from, to, options) => (from === to ? inner.stat(from) : inner.copy(from, to, options)),
  })),
  mutant('empties a copy onto itself', (inner) => ({
    copy: async (from, to, options) => {
      const info = await inner.copy(from, to, options)
      return from === to ? inner.write(to, once(new Uint8Array()), info) : info
    },
  })),
  mutant('copies nothing as an empty object', (inner) => ({
    copy: async (from, to, options) => {
      const isMissing = (await etagOf(inner, from)) === undefined
      if (isMissing) await inner.write(from, new Uint8Array(), { contentType: 'a/b' })
      return inner.copy(from, to, options)
    },
  })),
  mutant('cuts copies at 5 MiB', (inner) => ({
    copy: async (from, to, options) => {
      const info = await inner.copy(from, to, options)
      if (info.size <= 5 << 20) return info
      const bytes = (await inner.read(to)).body as Uint8Array
      return inner.write(to, pieces(bytes.slice(0, 5 << 20)), info)
    },
  })),
  mutant('asks a copy’s conditions before its source', (inner) => ({
    copy: async (from, to, options) => {
      const isMissing = (await etagOf(inner, from)) === undefined
      if (isMissing && options?.sourceIfMatch !== undefined) {
        throw new StorageError('PRECONDITION_FAILED', 'x', { key: from })
      }
      return inner.copy(from, to, options)
    },
  })),
  mutant('shows half of a copy to readers', (inner) => ({
    copy: async (from, to, options) => {
      if (from === to) return inner.copy(from, to, options)
      const source = await inner.copy(from, to, options)
      const whole = (await inner.read(to)).body as Uint8Array
      await inner.write(to, whole.slice(0, whole.byteLength >> 1), source)
      await soon()
      await soon()
      return inner.copy(from, to, { signal: options?.signal })
    },
  })),
  mutant('decides the conditions of a copy apart from the change', (inner) => ({
    copy: async (from, to, options = {}) => {
      await inner.stat(from, { ifMatch: options.sourceIfMatch, signal: options.signal })
      checkWriteConditions(to, await etagOf(inner, to), options)
      await soon()
      return inner.copy(from, to, { signal: options.signal })
    },
  })),
  mutant('copies two versions of a source that changes', (inner) => ({
    copy: async (from, to, options = {}) => {
      const { sourceIfMatch, ...rest } = options
      const first = await inner.read(from, { ifMatch: sourceIfMatch, signal: options.signal })
      await soon()
      const second = await inner.read(from).catch(() => first)
      const [head, tail] = [first.body as Uint8Array, second.body as Uint8Array]
      const half = head.byteLength >> 1
      const mixed = Buffer.concat([head.subarray(0, half), tail.subarray(half)])
      const { contentType, metadata } = first.info
      return inner.write(to, mixed, { ...rest, contentType, metadata })
    },
  })),
  mutant('names another key in refusals of copies', (inner) => ({
    copy: (from, to, options) =>
      inner.copy(from, to, options).catch((error: unknown) => {
        const isRefused = isStorageError(error, 'PRECONDITION_FAILED', 'ALREADY_EXISTS')
        throw isRefused ? error.with({ key: `${from}.tmp`, backend: 'other' }) : error
      }),
  })),
]
