import { describe, expect, it } from 'vitest'
import { aroundCalls, defineLayer, tellState } from '../../src/backend-kit.ts'
import {
  applyLayers,
  type BodyStream,
  concurrency,
  type ConcurrencyOptions,
  type LayerState,
  MemoryStorageBackend,
  stackOf,
  type StorageBackend,
  StorageError,
  StorageManager,
} from '../../src/index.ts'
import { virtualClock } from '../../src/testing/index.ts'
import { HeldStore, turns } from './support/held-store.ts'

const type = { contentType: 'a/b' }

function stateOf(backend: StorageBackend): LayerState {
  return stackOf(backend)[0]!.state!
}

/** A store, the layer around it, and calls whose failures are waited for later. */
function start(options: ConcurrencyOptions): {
  clock: ReturnType<typeof virtualClock>
  store: HeldStore
  backend: StorageBackend
  stat: (key: string, signal?: AbortSignal) => Promise<unknown>
} {
  const clock = virtualClock()
  const store = new HeldStore()
  const backend = applyLayers(store, [concurrency({ ...options, clock })])
  const stat = (key: string, signal?: AbortSignal): Promise<unknown> => {
    const called = backend.stat(key, signal === undefined ? {} : { signal })
    called.catch(() => undefined)
    return called
  }
  return { clock, store, backend, stat }
}

describe('a fixed limit', () => {
  it('keeps others waiting, first come, first served', async () => {
    const { store, backend, stat } = start({ max: 2 })
    const all = ['a', 'b', 'c', 'd', 'e'].map((key) => stat(key))
    await turns()
    expect(store.seen).toEqual(['a', 'b'])
    expect(stateOf(backend).details).toMatchObject({ limit: 2, underWay: 2, waiting: 3 })
    store.calls[1]!.answer()
    await turns()
    expect(store.seen).toEqual(['a', 'b', 'c'])
    // A failure gives its permit back as well.
    store.calls[0]!.fail(new StorageError('NOT_FOUND', 'none'))
    await turns()
    expect(store.seen).toEqual(['a', 'b', 'c', 'd'])
    while (store.calls.length > 0) {
      store.calls[0]!.answer()
      await turns()
    }
    const ends = await Promise.allSettled(all)
    expect(ends.map(({ status }) => status === 'fulfilled')).toEqual([
      false,
      true,
      true,
      true,
      true,
    ])
    expect(stateOf(backend).details).toMatchObject({ underWay: 0, waiting: 0, rejected: 0 })
  })

  it('gives a permit to nobody before those who wait', async () => {
    const { store, stat } = start({ max: 1 })
    void stat('a')
    void stat('b')
    await turns()
    store.calls[0]!.answer()
    // In the same turn, before b goes on.
    void stat('c')
    await turns()
    expect(store.seen).toEqual(['a', 'b'])
  })

  it('refuses who finds the queue full, before the store sees it, and says when', async () => {
    const { clock, store, backend, stat } = start({ max: 2, queueMax: 1 })
    void stat('a')
    await turns()
    await clock.advance(400)
    store.calls[0]!.answer()
    await turns()
    void [stat('b'), stat('c'), stat('d')]
    await turns()
    expect(stateOf(backend)).toMatchObject({ ok: false })
    const refused = stat('e')
    await expect(refused).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryable: 'yes',
      isUnsent: true,
      // The one that waits and this one, two at a time, 400 ms each.
      retryAfterMs: 400,
      key: 'e',
      operation: 'stat',
      backend: 'memory',
    })
    expect(store.seen).not.toContain('e')
    expect(stateOf(backend).details).toMatchObject({ rejected: 1 })
  })

  it('closes the body of a write that it refuses', async () => {
    const { backend, stat } = start({ max: 1, queueMax: 0 })
    void stat('a')
    await turns()
    let isClosed = false
    const body = Object.assign(new ReadableStream<Uint8Array>(), {
      cancel: async () => void (isClosed = true),
    })
    const written = backend.write('k', body as AsyncIterable<Uint8Array>, type)
    await expect(written).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    await turns()
    expect(isClosed).toBe(true)
  })

  it('lets nobody wait longer than waitMsMax', async () => {
    const { clock, store, backend, stat } = start({ max: 1, waitMsMax: 500 })
    void stat('a')
    const late = stat('b')
    await clock.advance(499)
    expect(stateOf(backend).details).toMatchObject({ waiting: 1 })
    await clock.advance(1)
    await expect(late).rejects.toMatchObject({ code: 'RATE_LIMITED', isUnsent: true })
    store.calls[0]!.answer()
    await turns()
    expect(store.seen).toEqual(['a'])
    expect(stateOf(backend).details).toMatchObject({ underWay: 0, waiting: 0, rejected: 1 })
  })

  it('lets a signal end the wait at once, and leaves nothing behind', async () => {
    const { clock, store, backend, stat } = start({ max: 1 })
    void stat('a')
    const controller = new AbortController()
    const gone = stat('b', controller.signal)
    const next = stat('c', controller.signal)
    void stat('d')
    await turns()
    controller.abort(new Error('enough'))
    await expect(gone).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(next).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(stat('e', controller.signal)).rejects.toMatchObject({ code: 'ABORTED' })
    expect(clock.sleepers).toBe(1)
    store.calls[0]!.answer()
    await turns()
    expect(store.seen).toEqual(['a', 'd'])
    store.calls[0]!.answer()
    await turns()
    expect(stateOf(backend).details).toMatchObject({ underWay: 0, waiting: 0, rejected: 0 })
    expect(clock.sleepers).toBe(0)
  })

  it('ends all waits with CLOSED', async () => {
    const { clock, backend, stat } = start({ max: 1 })
    void stat('a')
    const waiting = [stat('b'), stat('c')]
    await turns()
    await backend.close()
    for (const each of waiting) await expect(each).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(backend.read('k')).rejects.toMatchObject({ code: 'CLOSED' })
    expect(clock.sleepers).toBe(0)
  })

  it('holds no permit for a body: a copy through the process needs no second one', async () => {
    const inner = new MemoryStorageBackend()
    const read = inner.read.bind(inner)
    const isOpen = { value: false }
    inner.read = async (key, options) => {
      const result = await read(key, options)
      const body: BodyStream = {
        async *[Symbol.asyncIterator]() {
          isOpen.value = true
          yield result.body as Uint8Array
          isOpen.value = false
        },
        cancel: async () => undefined,
      }
      return { ...result, body }
    }
    const layers = [concurrency({ max: 1 })]
    const storage = new StorageManager(inner, { layers })
    await storage.save('from', 'text')
    const body = await storage.readStream('from')
    await storage.writeStream('to', body, { contentType: 'text/plain' })
    expect(await storage.load('to')).toBe('text')
    expect(isOpen.value).toBe(false)
  })

  it('lets health and presign pass when all is full', async () => {
    const { store, backend, stat } = start({ max: 1, queueMax: 0 })
    void stat('a')
    await turns()
    expect((await backend.health()).ok).toBe(true)
    expect(store.calls.length).toBe(1)
    const extras = ['presign', 'getTags']
    const signing = Object.assign(new HeldStore(), {
      presign: async () => 'signed',
      getTags: async () => ({}),
    })
    Object.defineProperty(signing, 'capabilities', { value: { ...signing.capabilities, extras } })
    const outer = applyLayers(signing, [concurrency({ max: 1, queueMax: 0 })])
    outer.stat('a').catch(() => undefined)
    const presigning = outer as unknown as typeof signing
    expect(await presigning.presign()).toBe('signed')
    await expect(presigning.getTags()).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  })

  it('has permits of its own for each backend', async () => {
    const layer = concurrency({ max: 1, queueMax: 0 })
    const stores = [new HeldStore(), new HeldStore()]
    for (const store of stores) void applyLayers(store, [layer]).stat('a')
    await turns()
    expect(stores.map(({ seen }) => seen)).toEqual([['a'], ['a']])
  })
})

describe('the place of concurrency in a stack', () => {
  const named = (name: string) =>
    defineLayer({ name, wrap: (inner) => aroundCalls(inner, (_call, run) => run()) })

  it('is inside of retry and outside of timeout', () => {
    const store = new MemoryStorageBackend()
    const layer = concurrency()
    const layers = [named('retry'), layer, named('timeout')]
    expect(() => applyLayers(store, layers)).not.toThrow()
    expect(() => applyLayers(store, [layer, named('retry')])).toThrow(
      /"retry" must come before "concurrency".*hold its permit/,
    )
    expect(() => applyLayers(store, [named('timeout'), layer])).toThrow(
      /"concurrency" must come before "timeout".*wait for a permit/,
    )
    expect(() => applyLayers(store, [layer, concurrency()])).toThrow(/twice/)
  })
})

describe('options of concurrency', () => {
  it.each([
    [{ maximum: 1 }, TypeError],
    [{ max: 1, adaptive: {} }, TypeError],
    [{ adaptive: { least: 1 } }, TypeError],
    [{ adaptive: { tolerance: '2' } }, TypeError],
    [{ adaptive: null }, TypeError],
    [{ adaptive: false }, TypeError],
    [{ clock: {} }, TypeError],
    [{ max: 0 }, StorageError],
    [{ queueMax: -1 }, StorageError],
    [{ waitMsMax: 0 }, StorageError],
    [{ adaptive: { min: 5, max: 4 } }, StorageError],
    [{ adaptive: { initial: 1 } }, StorageError],
    [{ adaptive: { tolerance: 0.9 } }, StorageError],
    [{ adaptive: { baselineMs: 1 } }, StorageError],
  ])('%o is refused', (options, kind) => {
    expect(() => concurrency(options as ConcurrencyOptions)).toThrow(kind)
  })

  it('have defaults that fit each other', () => {
    for (const adaptive of [{}, { min: 200 }, { max: 4 }]) concurrency({ adaptive })
    const backend = applyLayers(new MemoryStorageBackend(), [concurrency()])
    expect(stateOf(backend)).toMatchObject({ ok: true, details: { limit: 16 } })
    tellState(backend, {})
  })
})

describe('an adaptive limit and calls whose latency says nothing', () => {
  it('lets them pass during a measurement, and does not wait for them', async () => {
    const clock = virtualClock()
    const store = new HeldStore()
    const adaptive = { min: 1, max: 8, initial: 8 }
    const backend = applyLayers(store, [concurrency({ adaptive, clock })])
    // Long uploads, which answer when their source ends.
    let endAll = (): void => undefined
    const end = new Promise<void>((resolve) => (endAll = resolve))
    const uploads = Array.from({ length: 4 }, (_, upload) => {
      const body = (async function* () {
        await end
        yield new Uint8Array(1)
      })()
      return backend.write(`upload-${upload}`, body, type)
    })
    await turns()
    const stats: Promise<unknown>[] = []
    for (let call = 0; call < 10; call++) {
      stats.push(backend.stat('k'))
      await clock.advance(10)
      expect(store.calls.length).toBe(1)
      store.calls[0]!.answer()
      await turns()
    }
    await Promise.all(stats)
    expect(stateOf(backend).details).toMatchObject({ limit: 8, measuring: false })
    endAll()
    await Promise.all(uploads)
  })

  it('gives a measurement up when nothing comes that could be measured', async () => {
    const clock = virtualClock()
    const store = new MemoryStorageBackend()
    const adaptive = { min: 1, max: 8, initial: 8 }
    const backend = applyLayers(store, [concurrency({ adaptive, clock })])
    await backend.list()
    expect(stateOf(backend).details).toMatchObject({ limit: 1, measuring: true })
    await clock.advance(5000)
    expect(stateOf(backend).details).toMatchObject({ limit: 8, measuring: false })
  })
})
