/** Turns, queues and the pace of bodies, on a clock that the test turns. */
import { describe, expect, it } from 'vitest'
import {
  applyLayers,
  type BodyStream,
  MemoryStorageBackend,
  rateLimit,
  type RateLimitOptions,
  retry,
  stackOf,
  type StorageError,
} from '../../src/index.ts'
import { seededRandom, virtualClock } from '../../src/testing/index.ts'
import { collected, utf8 } from './support/bodies.ts'

const type = { contentType: 'text/plain' }

/** A store that notes when it was asked. */
function limited(options: RateLimitOptions) {
  const clock = virtualClock()
  const inner = new MemoryStorageBackend()
  const asked: [string, number][] = []
  inner.stat = async (key) => {
    asked.push([key, clock.monotonicMs()])
    return undefined as never
  }
  const backend = applyLayers(inner, [rateLimit({ clock, ...options })])
  return { clock, inner, backend, asked }
}

const failed = (call: Promise<unknown>): Promise<StorageError> =>
  call.then(
    () => expect.fail('it was to fail'),
    (error: unknown) => error as StorageError,
  )

describe('rateLimit', () => {
  it('lets a burst through, then so many a second, in the order in which they came', async () => {
    const { clock, backend, asked } = limited({ operationsPerSecond: 10, burst: 2 })
    const calls = ['a', 'b', 'c', 'd', 'e'].map((key) => backend.stat(key))
    await clock.advance(150)
    calls.push(backend.stat('f'))
    await clock.runUntilIdle()
    await Promise.all(calls)
    expect(asked).toEqual([
      ['a', 0],
      ['b', 0],
      ['c', 100],
      ['d', 200],
      ['e', 300],
      ['f', 400],
    ])
    await clock.advance(60_000)
    await Promise.all([backend.stat('g'), backend.stat('h')])
    expect(asked.slice(6)).toEqual([
      ['g', 60_400],
      ['h', 60_400],
    ])
  })

  it('refuses over the bounds, before the backend sees it, and says when to come', async () => {
    const { clock, backend, asked } = limited({ operationsPerSecond: 1, burst: 1, queueMax: 2 })
    const calls = ['a', 'b', 'c'].map((key) => backend.stat(key))
    const error = await failed(backend.stat('d'))
    expect(error).toMatchObject({
      code: 'RATE_LIMITED',
      retryable: 'yes',
      retryAfterMs: 3000,
      isUnsent: true,
    })
    expect(error.message).toMatch(/raise operationsPerSecond or queueMax/)
    expect(stackOf(backend)[0]!.state).toMatchObject({
      ok: false,
      details: { waiting: 2, refused: 1 },
    })
    await clock.runUntilIdle()
    await Promise.all(calls)
    expect(asked.map(([key]) => key)).toEqual(['a', 'b', 'c'])
    expect(stackOf(backend)[0]!.state).toMatchObject({ ok: true })
    const impatient = limited({ operationsPerSecond: 1, burst: 1, waitMsMax: 999 })
    await impatient.backend.stat('a')
    const late = await failed(impatient.backend.stat('b'))
    expect(late.message).toMatch(/raise operationsPerSecond or waitMsMax/)
  })

  it('closes the body of a write that it refuses', async () => {
    const { backend } = limited({ operationsPerSecond: 1, burst: 1, queueMax: 0 })
    await backend.stat('a')
    let isClosed = false
    const source: BodyStream = {
      [Symbol.asyncIterator]: () => expect.fail('it was not to be read'),
      cancel: async () => void (isClosed = true),
    }
    expect(await failed(backend.write('k', source, type))).toMatchObject({ code: 'RATE_LIMITED' })
    expect(isClosed).toBe(true)
  })

  it('a waiter that leaves gives its place to those behind it', async () => {
    const { clock, backend, asked } = limited({ operationsPerSecond: 1, burst: 1 })
    const controller = new AbortController()
    const first = backend.stat('a')
    const leaving = failed(backend.stat('b', { signal: controller.signal }))
    const behind = backend.stat('c')
    await clock.advance(500)
    controller.abort('enough')
    expect(await leaving).toMatchObject({ code: 'ABORTED', cause: 'enough' })
    await clock.runUntilIdle()
    await Promise.all([first, behind])
    expect(asked).toEqual([
      ['a', 0],
      ['c', 1000],
    ])
    expect(clock.sleepers).toBe(0)
  })

  it('close ends all waiters with CLOSED, and their timer', async () => {
    const { clock, backend } = limited({ operationsPerSecond: 1, burst: 1 })
    await backend.stat('a')
    const waiting = [failed(backend.stat('b')), failed(backend.stat('c'))]
    await backend.close()
    for (const error of await Promise.all(waiting)) expect(error.code).toBe('CLOSED')
    expect(clock.sleepers).toBe(0)
    expect((await backend.health()).ok).toBe(false)
    expect(await failed(backend.list())).toMatchObject({ code: 'CLOSED' })
  })

  it('is waited for by a retry around it', async () => {
    const clock = virtualClock()
    const layers = [
      retry({ clock, random: seededRandom(1) }),
      rateLimit({ operationsPerSecond: 1, burst: 1, queueMax: 0, clock }),
    ]
    const backend = applyLayers(new MemoryStorageBackend(), layers)
    await backend.list()
    const second = backend.list()
    expect(await clock.runUntilIdle()).toBeGreaterThanOrEqual(1000)
    expect((await second).objects).toEqual([])
  })

  it('refuses options that mean nothing', () => {
    expect(() => rateLimit({} as never)).toThrow(/operationsPerSecond is a number/)
    expect(() => rateLimit({ operationsPerSecond: 0 })).toThrow(/from 0.001/)
    expect(() => rateLimit({ operationsPerSecond: 1, burst: 0 })).toThrow(/burst/)
  })
})

describe('the pace of bodies', () => {
  const fast = { operationsPerSecond: 1000, bytesPerSecond: 1000 }

  it('slows down what is written and read, both together', async () => {
    const { clock, inner, backend } = limited(fast)
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < 4; at++) yield new Uint8Array(500)
    }
    // The first chunk passes at once, those behind it pay for it.
    const stream = backend.write('a', chunks(), type)
    expect(await clock.runUntilIdle()).toBe(1500)
    expect((await stream).size).toBe(2000)
    const bytes = backend.write('b', new Uint8Array(100), type)
    expect(await clock.runUntilIdle()).toBe(500)
    await bytes
    await inner.write('c', new Uint8Array(700), type)
    await collected(await backend.read('c'))
    const behind = backend.write('d', new Uint8Array(1), type)
    expect(await clock.runUntilIdle()).toBe(800)
    await behind
  })

  it('lets no body in while too many bytes are under way', async () => {
    const { clock, backend } = limited(fast)
    await backend.write('large', new Uint8Array(11_000), type)
    const error = await failed(backend.write('k', utf8('x'), type))
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 11_000, isUnsent: true })
    expect(error.message).toMatch(/raise bytesPerSecond or waitMsMax/)
    expect(await failed(backend.read('large'))).toMatchObject({ code: 'RATE_LIMITED' })
    await clock.advance(1000)
    const controller = new AbortController()
    const { signal } = controller
    const leaving = failed(backend.write('k', new Uint8Array(60_000), { ...type, signal }))
    await clock.advance(0)
    controller.abort()
    expect(await leaving).toMatchObject({ code: 'ABORTED' })
    // What did not pass is not paid for.
    const behind = backend.write('k', utf8('x'), type)
    expect(await clock.runUntilIdle()).toBe(10_000)
    await behind
  })

  it('refuses those of many at once whose first byte would come too late', async () => {
    const { clock, backend } = limited({ ...fast, waitMsMax: 2000 })
    const keys = ['a', 'b', 'c', 'd', 'e']
    const calls = keys.map((key) =>
      backend.write(key, new Uint8Array(1000), type).then(
        () => clock.monotonicMs(),
        (error: StorageError) => error.code,
      ),
    )
    await clock.runUntilIdle()
    expect(await Promise.all(calls)).toEqual([0, 1000, 2000, 'RATE_LIMITED', 'RATE_LIMITED'])
  })

  it('refuses streams too whose first chunk would come late, and lets others go on', async () => {
    const { clock, inner, backend } = limited({ ...fast, waitMsMax: 2000 })
    let closed = 0
    async function* chunks(): AsyncGenerator<Uint8Array> {
      try {
        yield new Uint8Array(0)
        for (let at = 0; at < 2; at++) yield new Uint8Array(1000)
      } finally {
        closed++
      }
    }
    const keys = ['a', 'b', 'c', 'd', 'e']
    const writes = keys.map((key) =>
      backend.write(key, chunks(), type).then(
        () => 'written',
        (error: StorageError) => [error.code, error.retryAfterMs, error.isUnsent],
      ),
    )
    await clock.runUntilIdle()
    const late = ['RATE_LIMITED', 3000, false]
    expect(await Promise.all(writes)).toEqual(['written', 'written', 'written', late, late])
    expect(closed).toBe(5)

    await clock.advance(10_000)
    const read = inner.read.bind(inner)
    inner.read = async (key, options) => {
      const opened = await read(key, options)
      return { ...opened, body: { [Symbol.asyncIterator]: chunks, cancel: async () => undefined } }
    }
    const opened = await Promise.all(keys.map(() => backend.read('a')))
    const reads = opened.map((each) =>
      collected(each).then(
        () => 'read',
        (error: StorageError) => error.code,
      ),
    )
    await clock.runUntilIdle()
    const refused = 'RATE_LIMITED'
    expect(await Promise.all(reads)).toEqual(['read', 'read', 'read', refused, refused])
    expect(closed).toBe(10)
  })

  it('a wait ends with its signal, with its body, and at close', async () => {
    const { clock, inner, backend } = limited({ ...fast, waitMsMax: 1_000_000 })
    const read = inner.read.bind(inner)
    inner.read = async (key, options) => {
      const { body: whole, ...opened } = await read(key, options)
      async function* stream(): AsyncGenerator<Uint8Array> {
        yield whole as Uint8Array
      }
      const cancel = (): Promise<void> => Promise.resolve()
      return { ...opened, body: { [Symbol.asyncIterator]: stream, cancel } }
    }
    await inner.write('k', utf8('body'), type)
    await backend.write('large', new Uint8Array(100_000), type)
    const controller = new AbortController()
    const { signal } = controller
    const writing = failed(backend.write('k', utf8('x'), { ...type, signal }))
    const reading = failed(backend.read('k', { signal }).then(collected))
    const opened = await backend.read('k')
    const cancelled = (opened.body as BodyStream)[Symbol.asyncIterator]().next()
    const ended = failed(cancelled)
    const closed = failed(backend.write('k', utf8('x'), type))
    await clock.advance(1)
    controller.abort('enough')
    expect(await writing).toMatchObject({ code: 'ABORTED', cause: 'enough' })
    expect(await reading).toMatchObject({ code: 'ABORTED', cause: 'enough' })
    await (opened.body as BodyStream).cancel()
    expect(await ended).toMatchObject({ code: 'ABORTED' })
    await backend.close()
    expect(await closed).toMatchObject({ code: 'CLOSED' })
    expect(clock.sleepers).toBe(0)
  })
})
