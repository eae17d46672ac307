/** Times of attempts and of whole calls, on a clock that the test turns. */
import { describe, expect, it } from 'vitest'
import {
  applyLayers,
  concurrency,
  type BodyStream,
  deadline,
  type Layer,
  MemoryStorageBackend,
  rateLimit,
  type ReadResult,
  retry,
  stackOf,
  type StorageBackend,
  StorageError,
  timeout,
} from '../../src/index.ts'
import { faults, seededRandom, type VirtualClock, virtualClock } from '../../src/testing/index.ts'
import { collected, utf8 } from './support/bodies.ts'

const type = { contentType: 'text/plain' }
const body = utf8('body')

type Outcome = { readonly error?: StorageError; readonly value?: unknown; readonly atMs: number }

/** How a call ended, and when. */
async function outcomeOf(clock: VirtualClock, call: Promise<unknown>): Promise<Outcome> {
  return call.then(
    (value) => ({ value, atMs: clock.monotonicMs() }),
    (error: StorageError) => ({ error, atMs: clock.monotonicMs() }),
  )
}

/** A backend that never answers and hears no signal, for one method. */
function deaf(method: keyof StorageBackend): MemoryStorageBackend {
  const silent = () => new Promise<never>(() => undefined)
  return Object.assign(new MemoryStorageBackend(), { [method]: silent })
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

describe('timeout', () => {
  it.each<[keyof StorageBackend, number, (backend: StorageBackend) => Promise<unknown>]>([
    ['read', 100, (backend) => backend.read('k')],
    ['stat', 100, (backend) => backend.stat('k')],
    ['list', 100, (backend) => backend.list()],
    // A change is given time to say how it ended.
    ['write', 1100, (backend) => backend.write('k', new Uint8Array(), type)],
    ['delete', 1100, (backend) => backend.delete('k')],
    ['copy', 1100, (backend) => backend.copy('k', 'to')],
    ['deleteMany', 1100, (backend) => backend.deleteMany(['k'])],
  ])('ends %s of a backend that hears no signal after %i ms', async (method, ms, call) => {
    const clock = virtualClock()
    const backend = applyLayers(deaf(method), [timeout({ attemptMs: 100, clock })])
    const outcome = outcomeOf(clock, call(backend))
    await clock.runUntilIdle()
    const { error, atMs } = await outcome
    expect(atMs).toBe(ms)
    expect(error).toMatchObject({ code: 'TIMEOUT', retryable: 'yes', operation: method })
    expect(error!.message).toMatch(/within 100 ms.*raise attemptMs/)
    expect(stackOf(backend)[0]!.state!.details).toMatchObject({ lateCalls: 1 })
  })

  it('ends what hears its signal at once, and leaves no timer', async () => {
    const clock = virtualClock()
    const injector = faults({ seed: 1, clock })
    const layers = [timeout({ attemptMs: 100, clock }), injector]
    const backend = applyLayers(new MemoryStorageBackend(), layers)
    injector.at(1, 'write', { kind: 'hang' })
    const outcome = outcomeOf(clock, backend.write('k', new Uint8Array(), type))
    await clock.runUntilIdle()
    expect(await outcome).toMatchObject({ atMs: 100, error: { code: 'TIMEOUT' } })
    await backend.write('k', body, type)
    await clock.runUntilIdle()
    expect(clock.sleepers).toBe(0)
  })

  it('a change that succeeds while it is ended has succeeded; a refusal is told', async () => {
    const clock = virtualClock()
    const inner = new MemoryStorageBackend()
    const late = async () => {
      await clock.sleep(500)
      return true
    }
    inner.delete = late
    inner.copy = async () => {
      await clock.sleep(500)
      throw new StorageError('NOT_FOUND', 'none')
    }
    const backend = applyLayers(inner, [timeout({ attemptMs: 100, clock })])
    const deleted = outcomeOf(clock, backend.delete('k'))
    const copied = outcomeOf(clock, backend.copy('k', 'to'))
    await clock.runUntilIdle()
    expect(await deleted).toEqual({ value: true, atMs: 500 })
    expect(await copied).toMatchObject({ error: { code: 'NOT_FOUND' }, atMs: 500 })
  })

  it("tells the caller's abort as that, with its reason", async () => {
    const clock = virtualClock()
    const backend = applyLayers(deaf('stat'), [timeout({ attemptMs: 100, clock })])
    const controller = new AbortController()
    const outcome = outcomeOf(clock, backend.stat('k', { signal: controller.signal }))
    controller.abort('enough')
    expect(await outcome).toMatchObject({ error: { code: 'ABORTED', cause: 'enough' }, atMs: 0 })
  })

  it('frees a body that comes when nobody waits for it any more', async () => {
    const clock = virtualClock()
    const inner = new MemoryStorageBackend()
    let isFreed = false
    const late: BodyStream = {
      async *[Symbol.asyncIterator]() {
        yield body
      },
      cancel: async () => void (isFreed = true),
    }
    inner.read = async () => {
      await clock.sleep(5000)
      return { body: late } as ReadResult
    }
    const backend = applyLayers(inner, [timeout({ attemptMs: 100, clock })])
    const outcome = outcomeOf(clock, backend.read('k'))
    await clock.runUntilIdle()
    expect(await outcome).toMatchObject({ atMs: 100, error: { code: 'TIMEOUT' } })
    expect(isFreed).toBe(true)
  })

  it('gives a write more time for more bytes', async () => {
    const clock = virtualClock()
    const layer = timeout({ attemptMs: 100, bytesPerSecondMin: 1000, clock })
    const backend = applyLayers(deaf('write'), [layer])
    const outcome = outcomeOf(clock, backend.write('k', new Uint8Array(3000), type))
    await clock.runUntilIdle()
    expect(await outcome).toMatchObject({ atMs: 3000 + 100 + 1000 })
  })

  it('tells a silent store as unhealthy, and does not throw', async () => {
    const clock = virtualClock()
    const backend = applyLayers(deaf('health'), [timeout({ attemptMs: 100, clock })])
    const outcome = outcomeOf(clock, backend.health())
    await clock.runUntilIdle()
    expect(await outcome).toMatchObject({ value: { ok: false, latencyMs: 100 } })
  })

  it('refuses options that mean nothing', () => {
    expect(() => timeout({ attemptsMs: 1 } as never)).toThrow(/did you mean "attemptMs"/)
    expect(() => timeout({ attemptMs: 0 })).toThrow(/attemptMs/)
    expect(() => deadline({} as never)).toThrow(/totalMs/)
    expect(() => deadline(undefined as never)).toThrow(/totalMs/)
  })
})

describe('a stream that is written, behind timeout', () => {
  const limits = (clock: VirtualClock): Layer[] => [
    timeout({ attemptMs: 100, bytesPerSecondMin: 1000, clock }),
  ]

  it('may come as slowly as its source likes', async () => {
    const clock = virtualClock()
    const backend = applyLayers(new MemoryStorageBackend(), limits(clock))
    async function* slow(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < 3; at++) {
        await clock.sleep(10_000)
        yield body
      }
    }
    const outcome = outcomeOf(clock, backend.write('k', slow(), type))
    await clock.runUntilIdle()
    expect(await outcome).toMatchObject({ value: { size: 12 }, atMs: 30_000 })
  })

  it('must be taken by the store in time, more for more bytes', async () => {
    const clock = virtualClock()
    const inner = new MemoryStorageBackend()
    let isClosed = false
    inner.write = async (_key, given, options) => {
      const iterator = (given as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
      await iterator.next()
      await new Promise((resolve) => options.signal!.addEventListener('abort', resolve))
      // It goes on all the same: a part must not pass for the whole.
      await expect(iterator.next()).rejects.toMatchObject({ code: 'ABORTED' })
      await iterator.return?.()
      throw new StorageError('ABORTED', 'ended')
    }
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        yield new Uint8Array(500)
        yield body
      } finally {
        isClosed = true
      }
    }
    const backend = applyLayers(inner, limits(clock))
    const outcome = outcomeOf(clock, backend.write('k', source(), type))
    await clock.runUntilIdle()
    expect(await outcome).toMatchObject({ error: { code: 'TIMEOUT' }, atMs: 500 + 100 })
    expect(isClosed).toBe(true)
  })

  it.each([0, 1])('is closed when the store is deaf and closes nothing, %s read', async (pulls) => {
    const clock = virtualClock()
    const inner = new MemoryStorageBackend()
    inner.write = async (_key, given) => {
      const iterator = (given as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
      for (let at = 0; at < pulls; at++) await iterator.next()
      return new Promise(() => undefined)
    }
    let closed = 0
    const source: BodyStream = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: body }),
        return: async () => ({ done: true, value: void closed++ }),
      }),
      cancel: async () => void closed++,
    }
    const backend = applyLayers(inner, limits(clock))
    const outcome = outcomeOf(clock, backend.write('k', source, type))
    await clock.runUntilIdle()
    expect(await outcome).toMatchObject({ error: { code: 'TIMEOUT' } })
    expect(closed).toBe(1)
  })
})

describe('a body that is read, behind timeout', () => {
  /** A store whose chunks come after so long. */
  function slowStore(clock: VirtualClock, ...delaysMs: number[]) {
    const inner = new MemoryStorageBackend()
    const freed: string[] = []
    const read = inner.read.bind(inner)
    inner.read = async (key, options) => {
      const { body: whole, ...opened } = await read(key, options)
      async function* chunks(): AsyncGenerator<Uint8Array> {
        for (const byte of whole as Uint8Array) {
          await clock.sleep(delaysMs.shift() ?? 0)
          yield Uint8Array.of(byte)
        }
      }
      const stream = chunks()
      const cancel = async (): Promise<void> => void freed.push(key)
      return { ...opened, body: { [Symbol.asyncIterator]: () => stream, cancel } }
    }
    return { inner, freed }
  }

  it('fails when a chunk does not come, and is freed', async () => {
    const clock = virtualClock()
    const { inner, freed } = slowStore(clock, 900, 1001)
    await inner.write('k', body, type)
    const backend = applyLayers(inner, [timeout({ idleMs: 1000, clock })])
    const outcome = outcomeOf(clock, backend.read('k').then(collected))
    await clock.runUntilIdle()
    const { error, atMs } = await outcome
    expect([error!.code, error!.retryable, atMs]).toEqual(['TIMEOUT', 'yes', 1900])
    expect(error!.message).toMatch(/raise idleMs/)
    expect(freed).toEqual(['k'])
  })

  it('does not mind a reader that rests', async () => {
    const clock = virtualClock()
    const { inner } = slowStore(clock)
    await inner.write('k', body, type)
    const backend = applyLayers(inner, [timeout({ idleMs: 1000, clock })])
    const read = async (): Promise<number> => {
      let bytes = 0
      const opened = await backend.read('k')
      for await (const chunk of opened.body as BodyStream) {
        bytes += chunk.byteLength
        await clock.sleep(60_000)
      }
      return bytes
    }
    const outcome = outcomeOf(clock, read())
    await clock.runUntilIdle()
    expect(await outcome).toMatchObject({ value: 4 })
  })

  it('is read on by a retry around it', async () => {
    const clock = virtualClock()
    const { inner } = slowStore(clock, 0, 5000)
    await inner.write('k', body, type)
    const patience = retry({ clock, random: seededRandom(1) })
    const backend = applyLayers(inner, [patience, timeout({ idleMs: 1000, clock })])
    const outcome = outcomeOf(clock, backend.read('k').then(collected))
    await clock.runUntilIdle()
    expect((await outcome).value).toEqual(body)
  })

  it('ends with ABORTED when the signal fires, also while nobody reads', async () => {
    const clock = virtualClock()
    const { inner, freed } = slowStore(clock)
    await inner.write('k', body, type)
    const backend = applyLayers(inner, [timeout({ idleMs: 1000, clock })])
    const controller = new AbortController()
    const opened = await backend.read('k', { signal: controller.signal })
    controller.abort('enough')
    await expect(collected(opened)).rejects.toMatchObject({ code: 'ABORTED', cause: 'enough' })
    expect(freed).toContain('k')
  })

  it('that is cancelled answers whoever waits for a chunk', async () => {
    const clock = virtualClock()
    const { inner } = slowStore(clock, 1e6)
    await inner.write('k', body, type)
    const backend = applyLayers(inner, [timeout({ clock })])
    const stream = (await backend.read('k')).body as BodyStream
    const next = stream[Symbol.asyncIterator]().next()
    await turn()
    await stream.cancel()
    expect(await next).toEqual({ done: true, value: undefined })
  })
})

describe('deadline', () => {
  it('ends a call with all its attempts and pauses, as exhausted', async () => {
    const clock = virtualClock()
    const injector = faults({ seed: 1, clock })
    const random = { ...seededRandom(1), next: () => 0.99 }
    const layers = [
      deadline({ totalMs: 1000, clock }),
      retry({ attemptsMax: 100, clock, random }),
      timeout({ attemptMs: 300, clock }),
      injector,
    ]
    const backend = applyLayers(new MemoryStorageBackend(), layers)
    injector.add({ fault: { kind: 'hang' } })
    const outcome = outcomeOf(clock, backend.stat('k'))
    await clock.runUntilIdle()
    const { error, atMs } = await outcome
    expect(atMs).toBe(1000)
    expect(error).toMatchObject({ code: 'TIMEOUT', retryable: 'exhausted' })
    expect(error!.message).toMatch(/No time left.*raise totalMs/)
    expect(clock.sleepers).toBe(0)
  })

  it('counts a wait for a turn', async () => {
    const clock = virtualClock()
    const limit = rateLimit({ operationsPerSecond: 0.1, burst: 1, waitMsMax: 60_000, clock })
    const layers = [deadline({ totalMs: 1000, clock }), limit]
    const backend = applyLayers(new MemoryStorageBackend(), layers)
    await backend.list()
    const outcome = outcomeOf(clock, backend.list())
    await clock.runUntilIdle()
    expect(await outcome).toMatchObject({ atMs: 1000, error: { code: 'TIMEOUT' } })
  })
})

describe('the order of retry, rateLimit, timeout and deadline', () => {
  const layers: Record<string, Layer> = {
    deadline: deadline({ totalMs: 1 }),
    retry: retry(),
    rateLimit: rateLimit({ operationsPerSecond: 1 }),
    concurrency: concurrency(),
    timeout: timeout(),
  }
  it.each([
    ['timeout', 'retry'],
    ['retry', 'deadline'],
    ['rateLimit', 'retry'],
    ['rateLimit', 'deadline'],
    ['concurrency', 'deadline'],
    ['timeout', 'rateLimit'],
  ])('%s is not to be outside of %s', (outer, inner) => {
    const order = (...names: string[]) =>
      applyLayers(
        new MemoryStorageBackend(),
        names.map((name) => layers[name]!),
      )
    expect(() => order(outer, inner)).toThrow(/must come before/)
    expect(() => order(inner, outer)).not.toThrow()
  })
})

it.each([
  ['timeout', (clock: VirtualClock) => timeout({ clock })],
  ['deadline', (clock: VirtualClock) => deadline({ totalMs: 30_000, clock })],
] as const)('%s leaves no timer behind after close, and still ends what runs', async (_, layer) => {
  const clock = virtualClock()
  const idle = applyLayers(new MemoryStorageBackend(), [layer(clock)])
  await idle.list()
  await idle.close()
  expect(clock.sleepers).toBe(0)
  const busy = applyLayers(deaf('stat'), [layer(clock)])
  const outcome = outcomeOf(clock, busy.stat('k'))
  await busy.close()
  await clock.advance(60_000)
  expect((await outcome).error).toMatchObject({ code: 'TIMEOUT' })
  expect(clock.sleepers).toBe(0)
})
