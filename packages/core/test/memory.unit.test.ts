import { describe, expect, it } from 'vitest'
import { MemoryStorageBackend, StorageError } from '../src/index.ts'

const type = { contentType: 'application/octet-stream' }

describe('the memory backend', () => {
  it.each([
    ['Uint8Array', (): Uint8Array => new Uint8Array([1, 2, 3])],
    ['Buffer', (): Uint8Array => Buffer.from([1, 2, 3])],
  ])('copies a %s in and out', async (_name, make) => {
    const backend = new MemoryStorageBackend()
    const bytes = make()
    const write = backend.write('k', bytes, type)
    bytes[0] = 9
    await write
    bytes[1] = 9
    const first = (await backend.read('k')).body as Uint8Array
    expect([...first]).toEqual([1, 2, 3])
    expect(first.constructor).toBe(Uint8Array)
    first[2] = 9
    expect([...((await backend.read('k')).body as Uint8Array)]).toEqual([1, 2, 3])
  })

  it('copies the chunks of a stream', async () => {
    const backend = new MemoryStorageBackend()
    const chunk = Buffer.alloc(2)
    async function* reused(): AsyncGenerator<Uint8Array> {
      for (const byte of [1, 2]) yield chunk.fill(byte)
    }
    await backend.write('k', reused(), type)
    expect([...((await backend.read('k')).body as Uint8Array)]).toEqual([1, 1, 2, 2])
  })

  it('keeps its quotas and counts what goes', async () => {
    const backend = new MemoryStorageBackend({ totalBytesMax: 10, objectBytesMax: 8 })
    await expect(backend.write('k', new Uint8Array(9), type)).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
    })
    await backend.write('k', new Uint8Array(8), type)
    await expect(backend.write('l', new Uint8Array(3), type)).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
    })
    await backend.write('k', new Uint8Array(7), type)
    await backend.write('l', new Uint8Array(3), type)
    await backend.delete('k')
    await backend.write('m', new Uint8Array(7), type)
  })

  it('never repeats an etag', async () => {
    const backend = new MemoryStorageBackend()
    const first = await backend.write('k', new Uint8Array(1), type)
    await backend.delete('k')
    const again = await backend.write('k', new Uint8Array(1), type)
    expect(again.etag).not.toBe(first.etag)
    const other = await new MemoryStorageBackend().write('k', new Uint8Array(1), type)
    expect(other.etag).not.toBe(first.etag)
  })

  it('counts streams under way, so that they never hold more than the quota together', async () => {
    const backend = new MemoryStorageBackend({ totalBytesMax: 1000 })
    let pulled = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        yield new Uint8Array(100)
        pulled += 100
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const writes = ['a', 'b', 'c'].map((key) => backend.write(key, endless(), type))
    for (const outcome of await Promise.allSettled(writes)) {
      expect(outcome).toMatchObject({ reason: { code: 'QUOTA_EXCEEDED' } })
    }
    expect(pulled).toBeLessThanOrEqual(3000)
    // Nothing is left of what they held.
    await backend.write('whole', new Uint8Array(1000), type)
  })

  it('lets a stream replace an object that leaves no room beside it', async () => {
    const backend = new MemoryStorageBackend({ totalBytesMax: 1000 })
    await backend.write('k', new Uint8Array(1000), type)
    const body = (async function* () {
      for (let i = 0; i < 10; i++) yield new Uint8Array(100)
    })()
    await backend.write('k', body, type)
    await expect(backend.write('l', new Uint8Array(1), type)).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
    })
    await backend.delete('k')
    expect((await backend.health()).details).toEqual({ objects: 0, bytes: 0 })
    await backend.write('l', new Uint8Array(1000), type)
  })

  it.each([
    [{ totalByteMax: 5 }, TypeError],
    [{ objectBytesMax: '5' }, TypeError],
    [{ objectBytesMax: -5 }, StorageError],
    [{ totalBytesMax: 0.5 }, StorageError],
  ])('refuses %j', (options, kind) => {
    expect(() => new MemoryStorageBackend(options as object)).toThrow(kind)
  })
})

it("tells who gives '*' for an etag what it is for", async () => {
  const backend = new MemoryStorageBackend()
  const options = { contentType: 'a/b' }
  await backend.write('k', new Uint8Array(1), options)
  await expect(
    backend.write('k', new Uint8Array(2), { ...options, ifMatch: '*' }),
  ).rejects.toMatchObject({
    code: 'PRECONDITION_FAILED',
    message: "ifMatch is the etag of a version; '*' is for ifNoneMatch only",
  })
})
