import { describe, expect, it } from 'vitest'
import { aroundCalls, backendMembers, collect, defineLayer } from '../../src/backend-kit.ts'
import { fallbackChannel } from '../../src/diagnostics/layer-channels.ts'
import {
  applyLayers,
  fallback,
  type FallbackLayer,
  type FallbackOptions,
  MemoryStorageBackend,
  prefix,
  stackOf,
  type StorageBackend,
  StorageError,
  StorageManager,
} from '../../src/index.ts'
import { faults, virtualClock } from '../../src/testing/index.ts'

const type = { contentType: 'text/plain' }
const bytes = (text: string): Uint8Array => Buffer.from(text)
const outage = { kind: 'error', error: 'UNAVAILABLE' } as const

async function text(backend: StorageBackend, key: string): Promise<string> {
  const { body } = await backend.read(key)
  return Buffer.from(await collect(body)).toString()
}

const everything = backendMembers.filter(
  (name) => name !== 'name' && name !== 'capabilities' && name !== 'close',
)

/** A primary, a spare and faults in front of each. */
function setUp(options: FallbackOptions = {}, lagMsMax?: number) {
  const primary = new MemoryStorageBackend()
  const spare = new MemoryStorageBackend()
  const [primaryFaults, spareFaults] = [faults({ seed: 1 }), faults({ seed: 2 })]
  const layer = fallback(
    { name: 'spare', backend: applyLayers(spare, [spareFaults]), lagMsMax },
    { reconcile: 'by-hand', ...options },
  )
  const backend = applyLayers(primary, [layer, primaryFaults])
  const cut = (): void => primaryFaults.add({ operation: everything, fault: outage })
  const mend = (): void => primaryFaults.clear()
  return { primary, spare, primaryFaults, spareFaults, layer, backend, cut, mend }
}

const writing = { writes: 'fallback' } as const

describe('reads through a fallback', () => {
  it('come from the primary while it answers', async () => {
    const { primary, spare, backend } = setUp()
    await primary.write('k', bytes('primary'), type)
    await spare.write('k', bytes('spare'), type)
    expect(await text(backend, 'k')).toBe('primary')
    const answeredBy = { store: 'memory', isFallback: false, staleMsMax: 0 }
    expect((await backend.stat('k')).answeredBy).toEqual(answeredBy)
    expect((await backend.list()).answeredBy).toEqual(answeredBy)
  })

  it.each(['UNAVAILABLE', 'TIMEOUT', 'RATE_LIMITED'] as const)(
    'come from the fallback on %s, and say so',
    async (code) => {
      const { spare, backend, primaryFaults } = setUp({}, 5000)
      await spare.write('k', bytes('spare'), type)
      const error = new StorageError(code, 'away', { retryable: 'exhausted' })
      primaryFaults.add({ fault: { kind: 'error', error } })
      expect(await text(backend, 'k')).toBe('spare')
      const answeredBy = { store: 'spare', isFallback: true, staleMsMax: 5000 }
      expect((await backend.stat('k')).answeredBy).toEqual(answeredBy)
      expect((await backend.list()).answeredBy).toEqual(answeredBy)
    },
  )

  it.each(['NOT_FOUND', 'PERMISSION_DENIED', 'CORRUPT', 'CLOSED'] as const)(
    'take %s of the primary for an answer',
    async (code) => {
      const { spare, backend, primaryFaults } = setUp()
      await spare.write('k', bytes('spare'), type)
      primaryFaults.failNext('read', code)
      await expect(backend.read('k')).rejects.toMatchObject({ code })
    },
  )

  it('go on to the next fallback, and end with the primary’s failure', async () => {
    const [primary, first, second] = [1, 2, 3].map(() => new MemoryStorageBackend())
    const stores = [
      { name: 'first', backend: first! },
      { name: 'second', backend: second! },
    ]
    const away = faults({ seed: 1, rules: [{ fault: outage }] })
    const backend = applyLayers(primary!, [fallback(stores), away])
    await second!.write('k', bytes('second'), type)
    expect((await backend.read('k')).info.answeredBy).toMatchObject({ store: 'second' })
    // That a store which may lag has no such object does not prove that there is none.
    await expect(backend.read('none')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('first: NOT_FOUND, second: NOT_FOUND') as string,
    })
  })

  it('never match an etag of one store with an object of another', async () => {
    const { primary, spare, backend, cut, mend } = setUp()
    await primary.write('k', bytes('primary'), type)
    await spare.write('k', bytes('spare'), type)
    const ofPrimary = (await backend.stat('k')).etag
    cut()
    const ofSpare = (await backend.stat('k')).etag
    expect(ofSpare).not.toBe((await spare.stat('k')).etag)
    await expect(backend.read('k', { ifMatch: ofPrimary })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('ifMatch') as string,
    })
    expect((await backend.read('k', { ifMatch: ofSpare })).info.etag).toBe(ofSpare)
    await expect(backend.stat('k', { ifNoneMatch: ofSpare })).rejects.toMatchObject({
      code: 'NOT_MODIFIED',
    })
    expect((await backend.stat('k', { ifNoneMatch: ofPrimary })).etag).toBe(ofSpare)
    mend()
    // The version that was read goes on where it is; a swap is refused by the primary.
    expect((await backend.read('k', { ifMatch: ofSpare })).info.answeredBy?.store).toBe('spare')
    expect((await backend.stat('k', { ifNoneMatch: ofSpare })).etag).toBe(ofPrimary)
    await expect(
      backend.write('k', bytes('new'), { ...type, ifMatch: ofSpare }),
    ).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' })
    const listed = async (): Promise<string> => (await backend.list()).objects[0]!.etag
    expect(await listed()).toBe(ofPrimary)
    cut()
    expect(await listed()).toBe(ofSpare)
  })

  it('of a listing go on at the store where it began', async () => {
    const { primary, spare, backend, cut, mend } = setUp()
    for (const key of ['a', 'b', 'c']) {
      await primary.write(key, bytes('p'), type)
      await spare.write(`${key}2`, bytes('s'), type)
    }
    const first = await backend.list({ limit: 1 })
    cut()
    await expect(backend.list({ limit: 1, cursor: first.cursor })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('start it again') as string,
    })
    const other = await backend.list({ limit: 1 })
    expect(other.objects[0]!.key).toBe('a2')
    mend()
    const next = await backend.list({ limit: 5, cursor: other.cursor })
    expect(next.objects.map(({ key }) => key)).toEqual(['b2', 'c2'])
    expect(next.answeredBy).toMatchObject({ store: 'spare', isFallback: true })
    expect((await backend.list({ cursor: first.cursor })).objects).toHaveLength(2)
  })

  it('neither show nor touch what is reserved', async () => {
    const { spare, backend, cut } = setUp()
    for (const key of ['aos-fallback/bodies/x', 'aos-other', 'b']) {
      await spare.write(key, bytes('s'), type)
    }
    cut()
    expect((await backend.list()).objects.map(({ key }) => key)).toEqual(['aos-other', 'b'])
    expect((await backend.list({ delimiter: '/' })).prefixes).toEqual([])
    expect((await backend.list({ delimiter: '-' })).prefixes).toEqual(['aos-'])
    await spare.delete('aos-other')
    expect((await backend.list({ delimiter: '-' })).prefixes).toEqual([])
    for (const call of [
      () => backend.read('aos-fallback/bodies/x'),
      () => backend.write('aos-fallback/new', bytes('x'), type),
      () => backend.copy('b', 'aos-fallback/new'),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'INVALID_KEY' })
    }
    const [outcome] = await backend.deleteMany(['aos-fallback/bodies/x'])
    expect(outcome).toMatchObject({ deleted: false, error: { code: 'INVALID_KEY' } })
  })

  it('tell a manager’s callers who answered', async () => {
    const { primary, spare, backend, cut } = setUp()
    const storage = new StorageManager(backend)
    for (const store of [primary, spare]) await new StorageManager(store).save('k', { a: 1 })
    const told = async () => [
      (await storage.loadEntry('k')).info.answeredBy?.store,
      (await storage.stat('k')).answeredBy?.store,
      (await storage.readStream('k')).info.answeredBy?.store,
      (await storage.listPage()).answeredBy?.store,
    ]
    expect(await told()).toEqual(['memory', 'memory', 'memory', 'memory'])
    cut()
    expect(await told()).toEqual(['spare', 'spare', 'spare', 'spare'])
    expect(await storage.load('k')).toEqual({ a: 1 })
  })

  it('pass a body that breaks off', async () => {
    const { primary, spare, backend, primaryFaults } = setUp()
    for (const store of [primary, spare]) await store.write('k', new Uint8Array(1000), type)
    primaryFaults.tearNext('read', 10)
    const { body } = await backend.read('k')
    await expect(collect(body)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

describe('writes in an outage', () => {
  it('are refused by default, as the primary refuses them', async () => {
    const { spare, backend, cut } = setUp()
    cut()
    await expect(backend.write('k', bytes('x'), type)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
    await expect(backend.delete('k')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect((await spare.list()).objects).toEqual([])
  })

  it('wait in the fallback, are read and listed, and outlive the process', async () => {
    const { primary, spare, backend, layer, cut } = setUp(writing)
    for (const key of ['a', 'c']) await primary.write(key, bytes('old'), type)
    cut()
    const { answeredBy, etag } = await backend.write('b', bytes('new'), {
      ...type,
      metadata: { by: 'me' },
    })
    expect(answeredBy).toEqual({ store: 'spare', isFallback: true, staleMsMax: 0 })
    expect(await backend.delete('a')).toBe(false)
    expect(await backend.deleteMany(['b', 'c'])).toMatchObject([{ deleted: true }, {}])
    await backend.write('b', bytes('newer'), { ...type, metadata: { by: 'me' } })
    expect(layer.pending).toBe(3)
    const seen = async (through: StorageBackend): Promise<void> => {
      const info = await through.stat('b')
      expect(info).toMatchObject({ key: 'b', size: 5, metadata: { by: 'me' } })
      expect(info.etag).not.toBe(etag)
      expect(await text(through, 'b')).toBe('newer')
      await expect(through.read('a')).rejects.toMatchObject({ code: 'NOT_FOUND', key: 'a' })
      const { objects } = await through.list()
      expect(objects.map((each) => [each.key, each.etag])).toEqual([['b', info.etag]])
    }
    await seen(backend)
    // A new process, with the primary there: what waits is still what is seen.
    await seen(applyLayers(primary, [fallback({ name: 'spare', backend: spare }, writing)]))
  })

  it('of another process are seen as soon as the primary is away', async () => {
    const { primary, spare, backend, cut } = setUp(writing)
    const away = faults({ seed: 1, rules: [{ fault: outage }] })
    const options = { ...writing, reconcile: 'by-hand' } as const
    const other = applyLayers(primary, [fallback({ name: 'spare', backend: spare }, options), away])
    await expect(other.read('k')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    cut()
    await backend.write('k', bytes('new'), type)
    expect(await text(other, 'k')).toBe('new')
    await backend.write('l', bytes('new'), type)
    expect((await other.list().catch(() => undefined))?.objects.map(({ key }) => key)).toEqual([
      'k',
      'l',
    ])
  })

  it('with a condition fail: only the primary can judge it', async () => {
    const { backend, cut, layer } = setUp(writing)
    const { etag } = await backend.write('k', bytes('x'), type)
    cut()
    for (const condition of [{ ifMatch: etag }, { ifNoneMatch: '*' as const }]) {
      await expect(backend.write('k', bytes('y'), { ...type, ...condition })).rejects.toMatchObject(
        { code: 'UNAVAILABLE' },
      )
    }
    await expect(backend.delete('k', { ifMatch: etag })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
    await expect(backend.copy('k', 'l')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(layer.pending).toBe(0)
    expect(backend.capabilities.conditionalWrite).toBe('process')
  })

  it('fail while a condition of the same key is being judged', async () => {
    const { backend, primaryFaults } = setUp(writing)
    const { etag } = await backend.write('k', bytes('old'), type)
    primaryFaults.add({ operation: 'write', nth: 2, fault: outage })
    const body = async function* () {
      yield bytes('swapped')
      await expect(backend.write('k', bytes('plain'), type)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('under way') as string,
      })
    }
    await backend.write('k', body(), { ...type, ifMatch: etag })
    expect(await text(backend, 'k')).toBe('swapped')
  })

  it('send a stream again as far as it was kept, and close it once', async () => {
    const { backend, primaryFaults } = setUp({ ...writing, spoolBytesMax: 100 })
    let closed = 0
    const body = async function* (chunks: number) {
      try {
        for (let at = 0; at < chunks; at++) yield new Uint8Array(40).fill(at)
      } finally {
        closed++
      }
    }
    primaryFaults.add({ operation: 'write', fault: { kind: 'lost-answer' }, nth: 1 })
    await backend.write('short', body(2), type)
    expect(Buffer.from(await text(backend, 'short'))).toHaveLength(80)
    expect(closed).toBe(1)
    primaryFaults.add({ operation: 'write', fault: { kind: 'lost-answer' }, nth: 1 })
    await expect(backend.write('long', body(3), type)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('spoolBytesMax') as string,
    })
    expect(closed).toBe(2)
    // Not read by the primary at all: nothing is missing, however long it is.
    primaryFaults.add({ operation: 'write', fault: outage, nth: 1 })
    await backend.write('untouched', body(5), type)
    expect(closed).toBe(3)
  })

  it('are bounded', async () => {
    const { backend, cut } = setUp({ ...writing, pendingMax: 2 })
    cut()
    await backend.write('a', bytes('x'), type)
    await backend.write('b', bytes('x'), type)
    await expect(backend.write('c', bytes('x'), type)).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
      key: 'c',
    })
    await backend.write('a', bytes('again'), type)
  })

  it('fail with the primary’s failure when the fallback is away as well', async () => {
    const { backend, cut, spareFaults } = setUp(writing)
    await backend.list()
    cut()
    spareFaults.add({ fault: outage })
    await expect(backend.write('k', bytes('x'), type)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('could not take it either') as string,
    })
  })

  it('do not need the fallback while the primary answers', async () => {
    const { backend, spareFaults, layer } = setUp(writing)
    spareFaults.add({ fault: outage })
    await backend.write('k', bytes('x'), type)
    expect(await text(backend, 'k')).toBe('x')
    expect(stackOf(backend)[0]!.state).toMatchObject({ ok: false })
    expect(layer.pending).toBe(0)
  })

  it('are known again when their answer was lost and the fallback told instead', async () => {
    const { primary, backend, layer, primaryFaults } = setUp(writing)
    primaryFaults.loseNext('write')
    await backend.write('k', bytes('x'), type)
    expect(layer.pending).toBe(1)
    const { etag } = await primary.stat('k')
    expect(await layer.reconcile()).toMatchObject({ settled: 1, conflicts: [], pending: 0 })
    expect((await primary.stat('k')).etag).toBe(etag)
  })
})

describe('a mirror', () => {
  it('holds what the primary holds, and knows where it does not', async () => {
    const { primary, spare, backend, spareFaults, layer, cut, mend } = setUp({ mirror: true })
    const chunks = async function* () {
      yield bytes('stre')
      yield bytes('am')
    }
    await backend.write('a', bytes('bytes'), { ...type, metadata: { by: 'me' } })
    await backend.write('b', chunks(), type)
    await backend.copy('a', 'c')
    await backend.write('d', bytes('gone'), type)
    await backend.delete('d')
    await backend.write('e', bytes('gone'), type)
    await backend.deleteMany(['e'])
    expect((await spare.list()).objects.map(({ key }) => key)).toEqual(['a', 'b', 'c'])
    expect(await spare.stat('c')).toMatchObject({ contentType: 'text/plain', size: 5 })
    expect((await spare.stat('a')).metadata).toEqual({ by: 'me' })
    spareFaults.failNext('write')
    await backend.write('b', bytes('newer'), type)
    await primary.write('x', bytes('by others'), type)
    cut()
    const stale = async (key: string) => (await backend.stat(key)).answeredBy?.staleMsMax
    expect(await stale('a')).toBe(0)
    expect(await stale('b')).toBeUndefined()
    // Deleted through the mirror: known to be gone. Of what others wrote nothing is known.
    await expect(backend.stat('d')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(backend.stat('x')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    mend()
    expect(await layer.reconcile()).toMatchObject({ stoppedBy: undefined })
    expect(await text(spare, 'b')).toBe('newer')
    cut()
    expect(await stale('b')).toBe(0)
  })

  it('tells when it lost sight of keys, and claims no bound for them', async () => {
    const clock = virtualClock()
    const [primary, spare] = [new MemoryStorageBackend(), new MemoryStorageBackend()]
    const [cut, spareFaults] = [faults({ seed: 1 }), faults({ seed: 1 })]
    const store = { name: 'spare', backend: applyLayers(spare, [spareFaults]), lagMsMax: 5000 }
    const layer = fallback(store, { mirror: true, pendingMax: 1, reconcile: 'by-hand', clock })
    const backend = applyLayers(primary, [layer, cut])
    await spare.write('x', bytes('of old'), type)
    spareFaults.add({ fault: { kind: 'error' } })
    for (const key of ['k', 'x']) await backend.write(key, bytes('new'), type)
    spareFaults.clear()
    await layer.reconcile()
    expect(stackOf(backend)[0]!.state).toMatchObject({
      ok: false,
      message: expect.stringContaining('migrate'),
      details: { outOfStep: 0 },
    })
    cut.add({ fault: { kind: 'error' } })
    expect((await backend.stat('x')).answeredBy?.staleMsMax).toBeUndefined()
    expect((await backend.list()).answeredBy?.staleMsMax).toBeUndefined()
    cut.clear()
    await backend.write('x', bytes('newer'), type)
    cut.add({ fault: { kind: 'error' } })
    expect((await backend.stat('x')).answeredBy?.staleMsMax).toBe(0)
  })

  it('claims only its own copy: another process may copy an older version over it', async () => {
    const [primary, spare] = [new MemoryStorageBackend(), new MemoryStorageBackend()]
    const cut = faults({ seed: 1 })
    const [gate, open] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const slow = defineLayer({
      name: 'slow',
      wrap: (inner) =>
        aroundCalls(inner, async (call, run) => {
          if (call.operation !== 'write') return run()
          gate.resolve()
          await open.promise
          return run()
        }),
    })
    const of = (store: StorageBackend): StorageBackend =>
      applyLayers(primary, [fallback({ name: 'spare', backend: store }, { mirror: true }), cut])
    const [first, second] = [of(applyLayers(spare, [slow])), of(spare)]
    const writing = first.write('k', Buffer.from('one'), { contentType: 'text/plain' })
    await gate.promise
    await second.write('k', Buffer.from('two'), { contentType: 'text/plain' })
    open.resolve()
    await writing
    cut.add({ fault: { kind: 'error' } })
    const { info, body } = await second.read('k')
    expect(Buffer.from(body as Uint8Array).toString()).toBe('one')
    expect(info.answeredBy).toEqual({ store: 'spare', isFallback: true, staleMsMax: undefined })
  })

  it('is out of step after a write whose answer was lost', async () => {
    const { backend, primaryFaults, cut } = setUp({ mirror: true })
    await backend.write('k', bytes('old'), type)
    primaryFaults.loseNext('write')
    await expect(backend.write('k', bytes('new'), type)).rejects.toThrow('answer lost')
    cut()
    expect((await backend.stat('k')).answeredBy?.staleMsMax).toBeUndefined()
  })
})

describe('the layer itself', () => {
  it('tells its state, and the channel who answered', async () => {
    const clock = virtualClock()
    const { spare, backend, cut, mend } = setUp({ ...writing, clock })
    const events: unknown[] = []
    const listen = (event: unknown): void => void events.push(event)
    fallbackChannel.subscribe(listen)
    try {
      await spare.write('k', bytes('x'), type)
      cut()
      await backend.read('k')
      await backend.write('k', bytes('y'), type)
      const [entry] = stackOf(backend)
      expect(entry!.state).toMatchObject({
        ok: false,
        message: expect.stringContaining('2026-01-01T00:00:00.000Z') as string,
        details: { pending: 1, isPrimaryAway: true, conflicts: 0 },
      })
      expect(entry!.others['spare']!.at(-1)!.backend).toBe(spare)
      mend()
      await backend.stat('other').catch(() => undefined)
      expect(stackOf(backend)[0]!.state).toMatchObject({ ok: true })
    } finally {
      fallbackChannel.unsubscribe(listen)
    }
    expect(events).toEqual([
      { backend: 'memory', store: 'spare', operation: 'read', code: 'UNAVAILABLE' },
      { backend: 'memory', store: 'spare', operation: 'write', code: 'UNAVAILABLE' },
    ])
  })

  it('is healthy as long as one store is', async () => {
    const { backend, primary, spare } = setUp()
    expect((await backend.health()).message).toMatch(/primary works/)
    await primary.close()
    expect(await backend.health()).toMatchObject({
      ok: true,
      message: expect.stringContaining('"spare"') as string,
      details: { 'primary.ok': false, 'spare.ok': true },
    })
    await spare.close()
    expect((await backend.health()).ok).toBe(false)
  })

  it.each([true, false])('closes its fallbacks: %s', async (closeFallbacks) => {
    const { backend, primary, spare } = setUp({ closeFallbacks, ...writing })
    await backend.close()
    expect((await primary.health()).ok).toBe(false)
    expect((await spare.health()).ok).toBe(!closeFallbacks)
    await expect(backend.stat('k')).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('ends an outage write from a silent source at close', async () => {
    const { backend, cut } = setUp({ closeFallbacks: false, ...writing })
    cut()
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }
    const write = backend.write('k', silent, type)
    const outcome = write.catch((error: unknown) => error)
    await new Promise((resolve) => setImmediate(resolve))
    await backend.close()
    expect(await outcome).toMatchObject({ code: 'ABORTED' })
  })

  it('refuses what makes no sense', () => {
    const backend = new MemoryStorageBackend()
    const wrong = (...given: unknown[]) =>
      Reflect.apply(fallback, undefined, given) as FallbackLayer
    expect(() => wrong([])).toThrow('one store at least')
    expect(() => wrong({ name: 'x' })).toThrow('a store is a backend')
    expect(() => wrong([backend, backend])).toThrow('same name')
    expect(() => wrong({ name: 'a:b', backend })).toThrow('letters')
    expect(() => wrong(backend, { write: 'fallback' })).toThrow('did you mean "writes"')
    expect(() => wrong(backend, { writes: 'yes' })).toThrow("'refuse' or 'fallback'")
    expect(() => wrong(backend, { mirror: 1 })).toThrow('mirror')
    expect(() => wrong(backend, { pendingMax: 0 })).toThrow('pendingMax')
    const layer = fallback(new MemoryStorageBackend())
    layer(backend)
    expect(() => layer(backend)).toThrow('make one for each')
    const weak = new MemoryStorageBackend()
    const capabilities = { ...weak.capabilities, conditionalWrite: 'none' }
    Object.defineProperty(weak, 'capabilities', { value: capabilities })
    expect(() => fallback(backend, writing)(weak)).toThrow('no conditional write')
    expect(() => fallback(weak, writing)(backend)).toThrow('"memory" has no conditional write')
  })

  it('hands on extras only where they cannot go around it', () => {
    const extended = () => {
      const backend = Object.assign(new MemoryStorageBackend(), { presign: () => 'signed' })
      const capabilities = { ...backend.capabilities, extras: ['presign'] }
      Object.defineProperty(backend, 'capabilities', { value: capabilities })
      return backend
    }
    const reading = fallback(new MemoryStorageBackend())(extended())
    expect((reading as unknown as { presign(): string }).presign()).toBe('signed')
    expect(fallback(new MemoryStorageBackend(), writing)(extended()).capabilities.extras).toEqual(
      [],
    )
  })

  it('works over a part of a store', async () => {
    const shared = new MemoryStorageBackend()
    const spare = applyLayers(shared, [prefix('spare')])
    const away = faults({ seed: 1, rules: [{ fault: outage }] })
    const backend = applyLayers(new MemoryStorageBackend(), [fallback(spare, writing), away])
    await backend.write('k', bytes('x'), type)
    expect(await text(backend, 'k')).toBe('x')
    expect((await shared.list()).objects.every(({ key }) => key.startsWith('spare/'))).toBe(true)
  })
})
