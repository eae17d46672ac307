import { describe, expect, it } from 'vitest'
import { MemoryStorageBackend, type StandardSchema, StorageManager } from '../src/index.ts'

/** Answers only when it is told to. */
function slowSchema(): { schema: StandardSchema; answer: () => void } {
  const gate = Promise.withResolvers<void>()
  const validate = async (value: unknown): Promise<{ value: unknown }> => {
    await gate.promise
    return { value }
  }
  return {
    schema: { '~standard': { version: 1, vendor: 'test', validate } },
    answer: gate.resolve,
  }
}

const open = (): StorageManager => new StorageManager(new MemoryStorageBackend())

describe('options are read once, as the call begins', () => {
  it('by save, whatever the caller changes while the schema works', async () => {
    const store = open()
    await store.save('k', 1)
    const { schema, answer } = slowSchema()
    const metadata: Record<string, string> = { a: '1' }
    const options: Record<string, unknown> = { schema, metadata, ifNoneMatch: '*' }
    const create = store.save('k', 2, options)
    const plain = store.save('new', 2, { schema, metadata })
    metadata['aos-write-id'] = 'forged'
    delete options['ifNoneMatch']
    answer()
    await expect(create).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    await plain
    expect((await store.backend.stat('new')).metadata).toEqual({ a: '1' })
  })

  it('by the entries of saveMany', async () => {
    const store = open()
    const { schema, answer } = slowSchema()
    const metadata: Record<string, string> = { a: '1' }
    const saving = store.saveMany([{ key: 'k', value: 1, schema, metadata }])
    await new Promise((resolve) => setImmediate(resolve))
    metadata['aos-write-id'] = 'forged'
    answer()
    await saving
    expect((await store.backend.stat('k')).metadata).toEqual({ a: '1' })
  })

  it('by put of a collection', async () => {
    const store = open()
    const { schema, answer } = slowSchema()
    await store.save('docs/x', 1)
    const options: Record<string, unknown> = { ifNoneMatch: '*' }
    const put = store.collection('docs', schema).put('x', 2, options)
    delete options['ifNoneMatch']
    answer()
    await expect(put).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
  })

  it('by list, although it begins when it is consumed', async () => {
    const store = open()
    await store.saveMany([
      ['a', 1],
      ['b', 1],
    ])
    const options: Record<string, unknown> = { limit: 1 }
    const list = store.list(options)
    options['limit'] = -1
    expect(await Array.fromAsync(list)).toMatchObject([{ key: 'a' }])
  })

  it('by readStream, although the backend may resolve the range later', async () => {
    const backend = new MemoryStorageBackend()
    const store = new StorageManager(backend)
    await store.save('k', 'abcdef')
    const read = backend.read.bind(backend)
    backend.read = async (key, options) => {
      await new Promise((resolve) => setImmediate(resolve))
      return read(key, options)
    }
    const range = { offset: 1, length: 2 }
    const opening = store.readStream('k', { range })
    range.offset = 3
    expect(await (await opening).text()).toBe('bc')
  })

  it('also from accessors, which may say something else the second time', async () => {
    const store = open()
    await store.save('k', 1)
    let reads = 0
    const options = {
      get ifNoneMatch(): '*' | undefined {
        return reads++ === 0 ? '*' : undefined
      },
    }
    await expect(store.save('k', 2, options)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    expect(reads).toBe(1)
  })

  it('also those that a class inherits', async () => {
    const store = open()
    await store.save('k', 1)
    const options = Object.create({ ifNoneMatch: '*' }) as { ifNoneMatch: '*' }
    await expect(store.save('k', 2, options)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
  })

  it('by the manager itself', async () => {
    const clock = { now: () => 0, monotonicMs: () => 0, sleep: () => Promise.resolve() }
    const options: Record<string, unknown> = { clock }
    const store = new StorageManager(new MemoryStorageBackend(), options)
    options['clock'] = 'none'
    expect(await store.within('view').listKeys()).toEqual([])
  })
})

it('a default is given back as it is', async () => {
  const absent = { name: 'nobody' }
  expect(await open().load('none', { default: absent })).toBe(absent)
  expect(await open().load('none', { default: undefined })).toBeUndefined()
})
