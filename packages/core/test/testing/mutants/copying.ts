/** Mutants of copy. */
import { StorageError } from '../../../src/errors.ts'
import { etagOf, type Mutant, mutant, once, pieces } from './mutant.ts'

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
]
