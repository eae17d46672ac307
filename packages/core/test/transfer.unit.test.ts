import { describe, expect, it } from 'vitest'
import { MemoryStorageBackend, StorageError, StorageManager } from '../src/index.ts'
import { faults } from '../src/testing/index.ts'

const open = (): StorageManager => new StorageManager(new MemoryStorageBackend())

describe('copy', () => {
  it('keeps type and metadata, under conditions', async () => {
    const store = open()
    const source = await store.save('a', { d: new Date(1) }, { metadata: { by: 'ceo' } })
    const copy = await store.copy('a', 'b', { sourceIfMatch: source.etag, ifNoneMatch: '*' })
    expect(copy).toMatchObject({
      key: 'b',
      contentType: 'application/cbor',
      metadata: { by: 'ceo' },
    })
    await expect(store.copy('a', 'b', { ifNoneMatch: '*' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    })
    await expect(store.copy('none', 'b')).rejects.toMatchObject({ code: 'NOT_FOUND', key: 'none' })
  })

  it('streams to another manager', async () => {
    const [store, other] = [open(), open()]
    const bytes = new Uint8Array(300_000).fill(3)
    const contentType = 'image/png'
    const source = await store.save('a', bytes, { contentType, metadata: { by: 'ceo' } })
    const info = await store.copy('a', 'b/c', { destination: other, ifNoneMatch: '*' })
    expect(info).toMatchObject({ key: 'b/c', contentType, metadata: { by: 'ceo' } })
    expect(await other.load('b/c')).toEqual(bytes)
    const again = store.copy('a', 'b/c', { destination: other, ifNoneMatch: '*' })
    await expect(again).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    const stale = store.copy('a', 'z', { destination: other, sourceIfMatch: 'stale' })
    await expect(stale).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' })
    await store.copy('a', 'z', { destination: other, sourceIfMatch: source.etag })
    const view = store.within('view')
    await store.copy('a', 'in', { destination: view })
    expect(await store.exists('view/in')).toBe(true)
  })

  /** A copy between two stores, of which the source has these faults. */
  function between() {
    const injector = faults({ seed: 1 })
    const store = new StorageManager(new MemoryStorageBackend(), { layers: [injector] })
    return { injector, store, other: open() }
  }

  it('tells the failure of a source as the source does', async () => {
    const { injector, store, other } = between()
    await store.save('a', new Uint8Array(100))
    injector.tearNext('read', 10)
    const copying = store.copy('a', 'b', { destination: other })
    await expect(copying).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: 'yes',
      operation: 'copy',
      key: 'a',
    })
    expect(await other.exists('b')).toBe(false)
    await store.copy('a', 'b', { destination: other })
  })

  it('tells an abort as one, whatever its reason', async () => {
    const { store, other } = between()
    await store.save('a', 1)
    const control = new AbortController()
    const backend = store.backend
    const read = backend.read.bind(backend)
    backend.read = async (...call) => ({
      ...(await read(...call)),
      body: {
        async *[Symbol.asyncIterator]() {
          yield new Uint8Array([49])
          control.abort(new StorageError('LOCKED', 'the reason'))
          await new Promise(() => undefined)
        },
        cancel: () => Promise.resolve(),
      },
    })
    const copying = store.copy('a', 'b', { destination: other, signal: control.signal })
    await expect(copying).rejects.toMatchObject({ code: 'ABORTED', cause: { code: 'LOCKED' } })
  })
})

describe('move', () => {
  it('copies and deletes', async () => {
    const store = open()
    await store.save('a', 1)
    expect((await store.move('a', 'b')).key).toBe('b')
    expect(await store.listKeys()).toEqual(['b'])
    expect((await store.move('b', 'b')).key).toBe('b')
    await expect(store.move('none', 'none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await store.save('c', 3)
    await expect(store.move('b', 'c', { ifNoneMatch: '*' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    })
    expect(await store.listKeys()).toEqual(['b', 'c'])
  })

  it('onto itself keeps its conditions', async () => {
    const store = open()
    const { etag } = await store.save('a', 1)
    await expect(store.move('a', 'a', { ifNoneMatch: '*' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      backend: 'memory',
      operation: 'move',
      key: 'a',
    })
    const stale = store.move('a', 'a', { ifMatch: 'stale' })
    await expect(stale).rejects.toMatchObject({ code: 'PRECONDITION_FAILED', key: 'a' })
    expect((await store.move('a', 'a', { ifMatch: etag })).etag).toBe(etag)
    expect(await store.load('a')).toBe(1)
  })

  it.each(['lost-answer', 'error'] as const)('says where its copy is after %s', async (kind) => {
    const injector = faults({ seed: 1, rules: [{ operation: 'delete', fault: { kind } }] })
    const store = new StorageManager(new MemoryStorageBackend(), { layers: [injector] })
    await store.save('a', 1)
    for (const sourceCheck of ['version', 'none'] as const) {
      await store.save('a', 1)
      await expect(store.move('a', 'b', { sourceCheck })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        retryable: 'no',
        operation: 'move',
        key: 'a',
        message: expect.stringMatching(
          /^The copy is at "b"; to finish the move, delete "a"/,
        ) as string,
      })
    }
    expect(await store.load('b')).toBe(1)
  })

  it('does not lose what another writes to the source after the copy', async () => {
    const backend = new MemoryStorageBackend()
    const store = new StorageManager(backend)
    await store.save('a', 'old')
    const copy = backend.copy.bind(backend)
    backend.copy = async (...call) => {
      const info = await copy(...call)
      await store.save('a', 'new')
      return info
    }
    await expect(store.move('a', 'b')).rejects.toMatchObject({
      code: 'CONFLICT',
      operation: 'move',
      message: expect.stringContaining('the version before is at "b"') as string,
    })
    expect([await store.load('a'), await store.load('b')]).toEqual(['new', 'old'])
  })

  it('does not copy what another wrote before the copy', async () => {
    const backend = new MemoryStorageBackend()
    const store = new StorageManager(backend)
    await store.save('a', 'old')
    const stat = backend.stat.bind(backend)
    backend.stat = async (...call) => {
      const info = await stat(...call)
      await store.save('a', 'new')
      return info
    }
    await expect(store.move('a', 'b')).rejects.toThrow(/nothing was copied/)
    expect(await store.listKeys()).toEqual(['a'])
    // Also when the destination has a condition of its own, which holds.
    const { etag } = await backend.write('b', new Uint8Array(1), { contentType: 'image/png' })
    const moving = store.move('a', 'b', { ifMatch: etag })
    await expect(moving).rejects.toMatchObject({ code: 'CONFLICT', key: 'a' })
    const stale = store.move('a', 'b', { ifMatch: 'stale', sourceCheck: 'none' })
    await expect(stale).rejects.toMatchObject({ code: 'PRECONDITION_FAILED', key: 'b' })
  })

  it('without conditional delete is refused before the copy, unless told', async () => {
    const backend = new MemoryStorageBackend()
    Object.assign(backend, { capabilities: { ...backend.capabilities, conditionalDelete: 'none' } })
    const store = new StorageManager(backend)
    await store.save('a', 1)
    await expect(store.move('a', 'b')).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    expect(await store.listKeys()).toEqual(['a'])
    await store.move('a', 'b', { sourceCheck: 'none' })
    expect(await store.listKeys()).toEqual(['b'])
  })
})
