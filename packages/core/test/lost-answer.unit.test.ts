/** Changes of the manager whose answer gets lost: which of them may be done again. */
import { describe, expect, it } from 'vitest'
import { metadataBytesMax, writeIdMetadata, writeOnce } from '../src/backend-kit.ts'
import { MemoryStorageBackend, type ObjectInfo, StorageManager } from '../src/index.ts'
import { type FaultOperation, faults } from '../src/testing/index.ts'

interface Counter {
  readonly n: number
}

/** A store with the document "c/x" and an injector that loses answers. */
async function lossy() {
  const injector = faults({ seed: 1 })
  const store = new StorageManager(new MemoryStorageBackend(), { layers: [injector] })
  const counters = store.collection<Counter>('c')
  const info = await counters.insert('x', { n: 0 })
  return { injector, store, counters, info }
}

type Lossy = Awaited<ReturnType<typeof lossy>>

async function* chunks(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(3)
}

const once = { ifNoneMatch: '*' } as const

describe('a conditional change whose answer was lost', () => {
  it.each<[string, FaultOperation, (lossy: Lossy) => Promise<unknown>]>([
    ['save, create only', 'write', ({ store }) => store.save('k', 1, once)],
    ['save, swap', 'write', ({ store, info }) => store.save('c/x', 1, { ifMatch: info.etag })],
    ['writeStream', 'write', ({ store }) => store.writeStream('k', chunks(), once)],
    ['insert', 'write', ({ counters }) => counters.insert('y', { n: 0 })],
    ['update', 'write', ({ counters }) => counters.update('x', ({ n }) => ({ n: n + 1 }))],
    ['delete', 'delete', ({ store, info }) => store.delete('c/x', { ifMatch: info.etag })],
    ['copy', 'copy', ({ store }) => store.copy('c/x', 'k', once)],
  ])('is not to be done again: %s', async (_name, operation, change) => {
    const parts = await lossy()
    parts.injector.loseNext(operation)
    const changing = change(parts)
    await expect(changing).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: 'no' })
    await expect(changing).rejects.toThrow(/outcome is open/)
  })

  it('is made once: nothing is sent again behind the back of the caller', async () => {
    const { injector, counters } = await lossy()
    injector.loseNext('write')
    await counters.update('x', ({ n }) => ({ n: n + 1 })).catch(() => undefined)
    expect(await counters.get('x')).toEqual({ n: 1 })
  })

  it('may be done again when it was turned away before', async () => {
    const { injector, store } = await lossy()
    injector.failNext('write', 'RATE_LIMITED')
    await expect(store.save('k', 1, once)).rejects.toMatchObject({ retryable: 'yes' })
    await store.save('k', 1, once)
  })
})

describe('a change without a condition whose answer was lost', () => {
  it.each<[string, FaultOperation, (lossy: Lossy) => Promise<unknown>]>([
    ['save', 'write', ({ store }) => store.save('k', 1)],
    ['delete', 'delete', ({ store }) => store.delete('c/x')],
    ['copy', 'copy', ({ store, info }) => store.copy('c/x', 'k', { sourceIfMatch: info.etag })],
  ])('may be done again: %s', async (_name, operation, change) => {
    const parts = await lossy()
    parts.injector.loseNext(operation)
    await expect(change(parts)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: 'yes' })
    await change(parts)
  })
})

describe('the write id', () => {
  const type = { contentType: 'application/json' }

  it('leaves user metadata the room that is promised', async () => {
    const backend = new MemoryStorageBackend()
    const store = new StorageManager(backend)
    const metadata = { a: 'x'.repeat(metadataBytesMax - 1) }
    await store.save('k', 1, { metadata })
    const tooMuch = { a: 'x'.repeat(metadataBytesMax) }
    const saving = store.save('k', 1, { metadata: tooMuch })
    await expect(saving).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    // S3 holds 2 KiB in all.
    const info = await writeOnce(backend, 'k', new Uint8Array([49]), { ...type, metadata })
    expect(Object.entries(info.metadata).flat().join('')).toHaveLength(2048)
  })

  it('is hidden from users', async () => {
    const backend = new MemoryStorageBackend()
    const store = new StorageManager(backend)
    const written = await writeOnce(backend, 'k', new Uint8Array([49]), type)
    expect(written.metadata).toHaveProperty(writeIdMetadata)
    const seen: unknown[] = [await store.stat('k'), (await store.readStream('k')).info]
    for await (const entry of store.list()) seen.push(entry)
    seen.push(...(await store.listPage()).objects)
    expect(seen.map((info) => (info as ObjectInfo).metadata)).toEqual([{}, {}, {}, {}])
  })
})
