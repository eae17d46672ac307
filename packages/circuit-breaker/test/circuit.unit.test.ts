import {
  applyLayers,
  type BodyStream,
  type DeleteOutcome,
  MemoryStorageBackend,
  retry,
  StorageError,
  StorageManager,
} from '@aos-storage/core'
import { aroundCalls, defineLayer } from '@aos-storage/core/backend'
import { describe, expect, it, vi } from 'vitest'
import { circuitBreaker, type CircuitBreakerOptions, circuitOf } from '../src/index.ts'
import { eventsOf, open, type, type Store } from './support/store.ts'

const three = { consecutiveFailures: 3, openMs: 1000, openMsMax: 4000 }

async function trip(store: Store): Promise<void> {
  for (let call = 0; call < 3; call++) await store.ask('UNAVAILABLE')
  expect(store.circuit.position).toBe('open')
}

describe('a circuit', () => {
  it('opens after so many failures, refuses, tries, and closes', async () => {
    const store = open(three)
    const events = await eventsOf(async () => {
      await store.inner.write('k', new Uint8Array(1), type)
      expect(store.state()).toMatchObject({ ok: true, details: { state: 'closed' } })
      await trip(store)
      expect(store.state()).toMatchObject({
        ok: false,
        message:
          'The circuit is open since 2026-01-01T00:00:00.000Z, after 3 failures, the last ' +
          'UNAVAILABLE; a call may try in 1000 ms',
        details: {
          state: 'open',
          failures: 3,
          openedAt: '2026-01-01T00:00:00.000Z',
          nextTryMs: 1000,
        },
      })
      const seen = store.seen()
      await store.clock.advance(400)
      store.injector.clear()
      await expect(store.backend.stat('k')).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        retryable: 'exhausted',
        retryAfterMs: 600,
        isUnsent: true,
        backend: 'memory',
        operation: 'stat',
        key: 'k',
        message: expect.stringContaining('to "memory" is open since 2026'),
      })
      expect(store.seen()).toBe(seen)
      await store.clock.advance(600)
      expect(store.circuit.position).toBe('open')
      expect(await store.ask()).toBe('OK')
      expect(store.circuit.position).toBe('closed')
    })
    expect(events).toEqual([
      'memory: closed -> open',
      'memory: open -> half-open',
      'memory: half-open -> closed',
    ])
    // What was before is forgotten.
    await store.ask('UNAVAILABLE')
    await store.ask('UNAVAILABLE')
    expect(store.circuit.position).toBe('closed')
  })

  it('stays open longer after each try that failed, up to a limit', async () => {
    const store = open(three)
    await trip(store)
    const waits: number[] = []
    for (let attempt = 0; attempt < 5; attempt++) {
      const { nextTryMs } = store.state().details as { nextTryMs: number }
      waits.push(nextTryMs)
      await store.clock.advance(nextTryMs - 1)
      const seen = store.seen()
      await store.ask('TIMEOUT')
      expect(store.seen()).toBe(seen)
      await store.clock.advance(1)
      expect(await store.ask('TIMEOUT')).toBe('TIMEOUT')
    }
    expect(waits).toEqual([1000, 2000, 4000, 4000, 4000])
    expect(store.state().message).toContain('since 2026-01-01T00:00:00.000Z, after 8 failures')
  })

  it('does not care for the wall clock', async () => {
    const store = open(three)
    // cockatiel reads the host's own.
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000_000 })
    try {
      await trip(store)
      vi.setSystemTime(0)
      store.clock.setNow(0)
      await store.clock.advance(999)
      await expect(store.backend.stat('k')).rejects.toMatchObject({ isUnsent: true })
      await store.clock.advance(1)
      expect(await store.ask()).toBe('NOT_FOUND')
      expect(store.circuit.position).toBe('closed')
    } finally {
      vi.useRealTimers()
    }
  })

  it('opens no later than the failure that was one too many', async () => {
    const store = open(three)
    store.injector.add({ fault: { kind: 'error' } })
    const ends = await Promise.allSettled(
      Array.from({ length: 10 }, async () => store.backend.stat('k')),
    )
    // They were begun together.
    expect(ends.every(({ status }) => status === 'rejected')).toBe(true)
    const seen = store.seen()
    await expect(store.backend.stat('k')).rejects.toMatchObject({ isUnsent: true })
    expect(store.seen()).toBe(seen)
  })

  it('takes a ratio of calls of the last seconds, and forgets by the clock', async () => {
    const store = open({ failureRatio: 0.5, samplingMs: 10_000, callsMin: 4 })
    for (const code of ['UNAVAILABLE', undefined, undefined] as const) await store.ask(code)
    expect(await store.ask('UNAVAILABLE')).toBe('UNAVAILABLE')
    expect(store.circuit.position).toBe('open')
    store.circuit.reset()
    for (let call = 0; call < 3; call++) await store.ask('UNAVAILABLE')
    expect(store.state().details).toMatchObject({ failures: 3 })
    // An hour without calls: nothing of before counts.
    await store.clock.advance(3_600_000)
    expect(store.state().details).toMatchObject({ failures: 0 })
    await store.ask('UNAVAILABLE')
    expect(store.circuit.position).toBe('closed')
  })

  it('lets so many try at once, and needs all of them to succeed', async () => {
    const store = open({ ...three, probes: 2 })
    await trip(store)
    await store.clock.advance(1000)
    store.injector.clear()
    store.injector.add({ fault: { kind: 'latency', delayMs: 50 } })
    const probes = [store.backend.stat('k'), store.backend.stat('k')]
    for (const probe of probes) probe.catch(() => undefined)
    expect(store.circuit.position).toBe('half-open')
    await expect(store.backend.stat('k')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      isUnsent: true,
      message: expect.stringContaining('other calls try'),
    })
    expect(store.state()).toMatchObject({
      ok: false,
      message: expect.stringMatching(/ is half-open, and was opened at 2026.*; other calls try/),
      details: { state: 'half-open' },
    })
    await store.clock.advance(50)
    await Promise.allSettled(probes)
    expect(store.circuit.position).toBe('closed')

    await trip(store)
    await store.clock.advance(1000)
    expect(await store.ask()).toBe('NOT_FOUND')
    expect(store.circuit.position).toBe('half-open')
    expect(await store.ask('UNAVAILABLE')).toBe('UNAVAILABLE')
    expect(store.circuit.position).toBe('open')
  })
})

describe('what counts', () => {
  it.each([
    ['UNAVAILABLE', 'open'],
    ['TIMEOUT', 'open'],
    ['RATE_LIMITED', 'closed'],
    ['ABORTED', 'closed'],
    ['NOT_FOUND', 'closed'],
    ['PRECONDITION_FAILED', 'closed'],
    ['QUOTA_EXCEEDED', 'closed'],
    ['CLOSED', 'closed'],
  ] as const)('%s leaves the circuit %s', async (code, position) => {
    const store = open(three)
    store.injector.add({ fault: { kind: 'error', error: code } })
    for (let call = 0; call < 3; call++) await store.backend.stat('k').catch(() => undefined)
    expect(store.circuit.position).toBe(position)
  })

  it('an answer in between begins the count anew; an aborted call does not', async () => {
    const store = open(three)
    for (const code of ['UNAVAILABLE', 'UNAVAILABLE', undefined] as const) await store.ask(code)
    for (const code of ['UNAVAILABLE', 'UNAVAILABLE', 'ABORTED'] as const) await store.ask(code)
    expect(store.circuit.position).toBe('closed')
    await store.ask('UNAVAILABLE')
    expect(store.circuit.position).toBe('open')
  })

  it('an aborted try neither closes nor reopens for long: the next call tries', async () => {
    const store = open(three)
    await trip(store)
    await store.clock.advance(1000)
    store.injector.clear()
    store.injector.add({ fault: { kind: 'hang' }, times: 1 })
    const controller = new AbortController()
    const probe = store.backend.stat('k', { signal: controller.signal })
    probe.catch(() => undefined)
    controller.abort()
    await expect(probe).rejects.toMatchObject({ code: 'ABORTED' })
    expect(store.state()).toMatchObject({ details: { state: 'open', nextTryMs: 0, failures: 3 } })
    expect(store.state().message).toContain('the next call tries')
    expect(await store.ask()).toBe('NOT_FOUND')
    expect(store.circuit.position).toBe('closed')
    expect(store.clock.sleepers).toBe(0)
  })

  it('a busy store says when to try again', async () => {
    const store = open(three)
    await trip(store)
    await store.clock.advance(1000)
    const busy = new StorageError('RATE_LIMITED', 'slow down', { retryAfterMs: 300 })
    store.injector.clear()
    store.injector.failNext('stat', busy)
    await expect(store.backend.stat('k')).rejects.toBe(busy)
    expect(store.state().details).toMatchObject({ state: 'open', nextTryMs: 300 })
  })

  it('a call that was aborted before it began is no try', async () => {
    const store = open(three)
    await trip(store)
    await store.clock.advance(1000)
    store.injector.clear()
    const seen = store.seen()
    const signal = AbortSignal.abort()
    const events = await eventsOf(async () => {
      await expect(store.backend.stat('k', { signal })).rejects.toMatchObject({ code: 'ABORTED' })
    })
    expect(events).toEqual([])
    expect(store.seen()).toBe(seen)
  })

  it('a try that does not end has failed, and its caller waits on', async () => {
    const store = open({ ...three, probeMsMax: 500 })
    await trip(store)
    await store.clock.advance(1000)
    store.injector.clear()
    store.injector.add({ fault: { kind: 'latency', delayMs: 700 }, times: 1 })
    const probe = store.backend.stat('k')
    probe.catch(() => undefined)
    await store.clock.advance(499)
    expect(store.circuit.position).toBe('half-open')
    await store.clock.advance(1)
    expect(store.state().details).toMatchObject({ state: 'open', nextTryMs: 2000 })
    await store.clock.advance(200)
    await expect(probe).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(store.circuit.position).toBe('open')
  })

  it('what was begun before the circuit opened does not count when it ends', async () => {
    const store = open(three)
    store.injector.add({ fault: { kind: 'latency', delayMs: 1100 }, times: 1 })
    store.injector.add({ fault: { kind: 'error', error: 'TIMEOUT' }, times: 1 })
    const old = store.backend.stat('k')
    old.catch(() => undefined)
    await trip(store)
    await store.clock.advance(1000)
    store.injector.clear()
    store.injector.add({ fault: { kind: 'latency', delayMs: 500 }, times: 1 })
    const probe = store.backend.stat('k')
    probe.catch(() => undefined)
    await store.clock.advance(100)
    await expect(old).rejects.toMatchObject({ code: 'TIMEOUT' })
    expect(store.circuit.position).toBe('half-open')
    await store.clock.advance(400)
    await probe.catch(() => undefined)
    expect(store.circuit.position).toBe('closed')
  })

  it('health always passes and never counts', async () => {
    const store = open(three)
    await trip(store)
    expect((await store.backend.health()).ok).toBe(true)
    expect(store.circuit.position).toBe('open')
    const sick = open(three)
    sick.injector.add({ fault: { kind: 'error' } })
    for (let call = 0; call < 5; call++) await sick.backend.health().catch(() => undefined)
    expect(sick.circuit.position).toBe('closed')
  })

  it('a batch fails when no key of it got an answer', async () => {
    const error = new StorageError('UNAVAILABLE', 'no')
    const lost = { key: 'k', deleted: false, error }
    const done = { key: 'l', deleted: true }
    const store = open({ ...three, consecutiveFailures: 1 })
    const answers: DeleteOutcome[][] = [[], [lost, done], [lost, lost]]
    store.inner.deleteMany = async () => answers.shift()!
    const positions: string[] = []
    while (answers.length > 0) {
      await store.backend.deleteMany(['k', 'l'])
      positions.push(store.circuit.position)
    }
    expect(positions).toEqual(['closed', 'closed', 'open'])
  })

  it('a mistake of the program does not count, and what breaks the contract does', async () => {
    const store = open({ ...three, consecutiveFailures: 1 })
    store.inner.stat = () => {
      throw new TypeError('key is a string')
    }
    await expect(store.backend.stat('k')).rejects.toThrow(TypeError)
    expect(store.circuit.position).toBe('closed')
    store.inner.stat = () => Promise.reject(new TypeError('fetch failed', { cause: 'network' }))
    await expect(store.backend.stat('k')).rejects.toThrow('fetch failed')
    expect(store.circuit.position).toBe('open')
  })
})

describe('bodies', () => {
  const large = new Uint8Array(200_000)

  async function opened(options: CircuitBreakerOptions): Promise<Store> {
    const store = open(options)
    await store.inner.write('large', large, type)
    return store
  }

  async function consume(store: Store): Promise<unknown> {
    const { body } = await store.backend.read('large')
    return Array.fromAsync(body as BodyStream).catch((error: unknown) => error)
  }

  it('count as a failure when they break off, in silence too', async () => {
    for (const kind of ['short-read', 'silent-end'] as const) {
      const store = await opened(three)
      store.injector.add({ operation: 'read', fault: { kind, afterBytes: 100_000 } })
      for (let read = 0; read < 3; read++) {
        expect(store.circuit.position).toBe('closed')
        await consume(store)
      }
      expect(store.circuit.position).toBe('open')
      expect(store.state().details).toMatchObject({ failures: 3 })
    }
  })

  it('count as a success when they end, and not at all when they are cancelled', async () => {
    const store = await opened(three)
    // Whole bodies come as a stream, too.
    const cut = { kind: 'short-read', afterBytes: large.byteLength + 1 } as const
    const stream = (): void =>
      store.injector.add({ operation: 'read', fault: { ...cut, kind: 'silent-end' } })
    await store.ask('UNAVAILABLE')
    await store.ask('UNAVAILABLE')
    stream()
    const { body } = await store.backend.read('large')
    await (body as BodyStream).cancel()
    const { body: left } = await store.backend.read('large')
    const iterator = (left as BodyStream)[Symbol.asyncIterator]()
    await iterator.next()
    await iterator.return!()
    // What ends early because its reader left was not cut.
    expect((await iterator.next()).done).toBe(true)
    expect(store.state().details).toMatchObject({ failures: 2 })
    expect(await consume(store)).toHaveLength(13)
    expect(store.state().details).toMatchObject({ failures: 0 })
  })

  it('reach the reader as they are, errors included', async () => {
    const store = await opened(three)
    store.injector.tearNext('read', 100_000)
    expect(await consume(store)).toMatchObject({ code: 'UNAVAILABLE', message: /cut off/ })
  })

  it('a body that is to be written is closed when the call is refused', async () => {
    const store = open(three)
    await trip(store)
    let isClosed = false
    const body = Object.assign(new ReadableStream<Uint8Array>(), {
      cancel: async () => void (isClosed = true),
    })
    const written = store.backend.write('k', body as AsyncIterable<Uint8Array>, type)
    await expect(written).rejects.toMatchObject({ isUnsent: true })
    await expect.poll(() => isClosed).toBe(true)
  })

  it('a long upload that tries is not taken for a failure', async () => {
    const store = open({ ...three, probeMsMax: 500 })
    await trip(store)
    await store.clock.advance(1000)
    let end = (): void => undefined
    const ended = new Promise<void>((resolve) => (end = resolve))
    const body = (async function* () {
      await ended
      yield new Uint8Array(1)
    })()
    const written = store.backend.write('k', body, type)
    await store.clock.advance(500)
    expect(store.state().details).toMatchObject({ state: 'open', nextTryMs: 0, failures: 3 })
    end()
    await written
  })
})

describe('a circuit by hand', () => {
  it('is held open until all who hold it let go', async () => {
    const store = open(three)
    const events = await eventsOf(async () => {
      const first = store.circuit.isolate()
      const second = store.circuit.isolate()
      expect(store.circuit.position).toBe('isolated')
      await expect(store.backend.stat('k')).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('isolate()'),
      })
      store.circuit.reset()
      expect(store.circuit.position).toBe('isolated')
      first[Symbol.dispose]()
      first[Symbol.dispose]()
      expect(store.circuit.position).toBe('isolated')
      second[Symbol.dispose]()
      expect(store.circuit.position).toBe('closed')
    })
    expect(events).toEqual(['memory: closed -> open', 'memory: open -> closed'])
  })

  it('is closed by reset, and found through other layers', async () => {
    const store = open(three)
    await trip(store)
    store.circuit.reset()
    expect(await store.ask()).toBe('NOT_FOUND')
    await store.ask('UNAVAILABLE')
    await store.ask('UNAVAILABLE')
    store.circuit.reset()
    await store.ask('UNAVAILABLE')
    expect(store.circuit.position).toBe('closed')
    const storage = new StorageManager(store.backend)
    expect(circuitOf(storage.within('a').backend)).toBe(store.circuit)
    expect(circuitOf(store.inner)).toBeUndefined()
  })

  it('is one for each backend', () => {
    const layer = circuitBreaker(three)
    const [one, two] = [1, 2].map(() => applyLayers(new MemoryStorageBackend(), [layer]))
    circuitOf(one!)!.isolate()
    expect(circuitOf(two!)!.position).toBe('closed')
  })
})

describe('an open circuit and the rest of the house', () => {
  it('a conditional change that it refused may be made later, and is no open outcome', async () => {
    const store = open(three)
    await trip(store)
    const storage = new StorageManager(store.backend)
    const saved = storage.save('k', 1, { ifNoneMatch: '*' })
    await expect(saved).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: 'exhausted' })
  })

  it('is told at once through a retry: nobody waits for it in there', async () => {
    const store = open(three)
    await trip(store)
    const retried = applyLayers(store.backend, [retry({ clock: store.clock })])
    await expect(retried.stat('k')).rejects.toMatchObject({ retryable: 'exhausted' })
    expect(store.clock.sleepers).toBe(0)
  })

  it('says nothing of keys: its callers may not know each other', async () => {
    const store = open(three)
    const error = new StorageError('UNAVAILABLE', 'Key "tenant-a/secret" failed', {
      key: 'tenant-a/secret',
    })
    store.injector.add({ fault: { kind: 'error', error } })
    const storage = new StorageManager(store.backend)
    const other = storage.within('tenant-a')
    for (let call = 0; call < 3; call++) await other.find('secret').catch(() => undefined)
    const refusal: unknown = await storage
      .within('tenant-b')
      .find('k')
      .catch((fault: unknown) => fault)
    expect(refusal).toMatchObject({ code: 'UNAVAILABLE', key: 'k', isUnsent: true })
    for (let at = refusal; at instanceof Error; at = at.cause) {
      expect(`${at.message}${at.stack}${JSON.stringify(at)}`).not.toContain('secret')
    }
  })

  it('tells CLOSED after close, as the backend does', async () => {
    const store = open(three)
    await trip(store)
    await store.backend.close()
    await expect(store.backend.read('k')).rejects.toMatchObject({ code: 'CLOSED' })
  })

  const named = (name: string) =>
    defineLayer({ name, wrap: (inner) => aroundCalls(inner, (_call, run) => run()) })

  it('stands inside of retry, outside of timeout and concurrency', () => {
    const backend = new MemoryStorageBackend()
    const layer = circuitBreaker()
    const right = [named('retry'), layer, named('concurrency'), named('timeout')]
    expect(() => applyLayers(backend, right)).not.toThrow()
    expect(() => applyLayers(backend, [layer, named('retry')])).toThrow(
      /"retry" must come before "circuitBreaker".*against an open circuit/,
    )
    for (const name of ['timeout', 'concurrency']) {
      expect(() => applyLayers(backend, [named(name), layer])).toThrow(
        new RegExp(`"circuitBreaker" must come before "${name}"`),
      )
    }
  })

  it.each([
    [{ failureratio: 0.5 }, TypeError],
    [{ consecutiveFailures: 3, callsMin: 2 }, TypeError],
    [{ failureRatio: '1' }, TypeError],
    [{ clock: {} }, TypeError],
    [{ failureRatio: 0 }, StorageError],
    [{ failureRatio: 1.1 }, StorageError],
    [{ samplingMs: 10 }, StorageError],
    [{ callsMin: 0 }, StorageError],
    [{ consecutiveFailures: 0 }, StorageError],
    [{ openMs: 0 }, StorageError],
    [{ openMs: 10, openMsMax: 9 }, StorageError],
    [{ probes: 0 }, StorageError],
    [{ probeMsMax: 0 }, StorageError],
  ])('options %o are refused', (options, kind) => {
    expect(() => circuitBreaker(options as CircuitBreakerOptions)).toThrow(kind)
  })
})
