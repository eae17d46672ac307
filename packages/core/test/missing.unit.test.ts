import { describe, expect, it } from 'vitest'
import {
  type Codec,
  MemoryStorageBackend,
  type StandardSchema,
  StorageError,
  StorageManager,
} from '../src/index.ts'

/** `NOT_FOUND` of something else is no missing object: found and unreadable is an error. */
const dictionary = new StorageError('NOT_FOUND', 'the dictionary is missing', { key: 'dictionary' })
const refuse = (): never => {
  throw dictionary
}
const schema: StandardSchema = { '~standard': { version: 1, vendor: 'test', validate: refuse } }
const codec: Codec = {
  contentType: 'application/json',
  test: () => false,
  encode: refuse,
  decode: refuse,
}

describe('an object whose schema or codec throws NOT_FOUND is not taken for missing', () => {
  const seeded = async (codecs: readonly Codec[]): Promise<StorageManager> => {
    const backend = new MemoryStorageBackend()
    await new StorageManager(backend).save('docs/x', { n: 1 })
    return new StorageManager(backend, { codecs })
  }
  it.each<[string, readonly Codec[], { schema?: StandardSchema }]>([
    ['schema', [], { schema }],
    ['codec', [codec], {}],
  ])('%s', async (_name, codecs, options) => {
    const store = await seeded(codecs)
    const docs = options.schema ? store.collection('docs', schema) : store.collection('docs')
    const code = { code: 'NOT_FOUND', message: dictionary.message }
    await expect(store.find('docs/x', options)).rejects.toMatchObject(code)
    await expect(store.load('docs/x', { ...options, default: 1 })).rejects.toMatchObject(code)
    await expect(docs.find('x')).rejects.toMatchObject(code)
    await expect(Array.fromAsync(docs.documents())).rejects.toMatchObject(code)
  })

  it('while one that is deleted as documents are gone through is left out', async () => {
    const store = new StorageManager(new MemoryStorageBackend())
    const docs = store.collection<number>('docs')
    await docs.put('a', 1)
    await docs.put('b', 2)
    const list = store.backend.list.bind(store.backend)
    store.backend.list = async (options) => {
      const page = await list(options)
      await docs.delete('a')
      return page
    }
    expect(await Array.fromAsync(docs.documents())).toMatchObject([{ id: 'b', value: 2 }])
  })
})
