/** What is tried again, how often, after which pauses, and what is told in the end. */
import { describe, expect, it } from 'vitest'
import {
  applyLayers,
  type Layer,
  MemoryStorageBackend,
  retry,
  retryChannel,
  type RetryEvent,
  type RetryOptions,
  stackOf,
  type StorageBackend,
  StorageError,
} from '../../src/index.ts'
import { type FaultOperation, faults, seededRandom, virtualClock } from '../../src/testing/index.ts'
import { retryIdMetadata } from '../../src/metadata.ts'
import { collected, textOf, utf8 } from './support/bodies.ts'

const type = { contentType: 'text/plain' }
const body = utf8('mine')

/** A memory store that fails when it is told to, behind retries that do not wait. */
function patient(options: RetryOptions = {}) {
  const clock = virtualClock()
  const slept: number[] = []
  const impatient = {
    ...clock,
    monotonicMs: () => clock.monotonicMs(),
    sleep: async (delayMs: number) => void slept.push(delayMs),
  }
  const random = { ...seededRandom(1), next: () => 0.5 }
  const injector = faults({ seed: 1 })
  const inner = new MemoryStorageBackend()
  const layers: Layer[] = [retry({ clock: impatient, random, ...options }), injector]
  return { backend: applyLayers(inner, layers), inner, injector, slept }
}

type Patient = ReturnType<typeof patient>

const failed = async (call: Promise<unknown>): Promise<StorageError> =>
  call.then(
    () => expect.fail('it was to fail'),
    (error: unknown) => error as StorageError,
  )

const calls: [FaultOperation, (backend: StorageBackend) => Promise<unknown>][] = [
  ['read', (backend) => backend.read('k')],
  ['stat', (backend) => backend.stat('k')],
  ['list', (backend) => backend.list()],
  ['write', (backend) => backend.write('k', body, type)],
  ['delete', (backend) => backend.delete('k')],
  ['copy', (backend) => backend.copy('k', 'to')],
  ['deleteMany', (backend) => backend.deleteMany(['k'])],
]

describe('retry', () => {
  it.each(calls)('tries %s again until it succeeds', async (operation, call) => {
    const { backend, inner, injector, slept } = patient()
    await inner.write('k', body, type)
    for (const code of ['UNAVAILABLE', 'LOCKED', 'CONFLICT'] as const) {
      injector.failNext(operation, code)
    }
    // All three rules strike one call: the last ones are left to be struck.
    await call(backend)
    expect(slept.length).toBeGreaterThan(0)
    expect(injector.events).toHaveLength(3)
  })

  it.each(calls)('gives up %s after its attempts, as exhausted', async (operation, call) => {
    const { backend, inner, injector, slept } = patient()
    await inner.write('k', body, type)
    injector.add({ operation, fault: { kind: 'error', error: 'RATE_LIMITED' } })
    const error = await failed(call(backend))
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retryable: 'exhausted' })
    expect(error.message).toMatch(/tried 4 times$/)
    expect(slept).toEqual([50, 100, 200])
  })

  it('waits no longer than delayMsMax, and at least as long as the service asks', async () => {
    const { backend, injector, slept } = patient({ attemptsMax: 6, delayMsMax: 150 })
    const fault = { kind: 'error', error: 'UNAVAILABLE' } as const
    injector.add({ operation: 'stat', times: 4, fault })
    const error = new StorageError('RATE_LIMITED', 'slow down', { retryAfterMs: 7000 })
    injector.add({ operation: 'list', times: 1, fault: { kind: 'error', error } })
    await failed(backend.stat('k'))
    expect(slept).toEqual([50, 75, 75, 75])
    await backend.list()
    expect(slept.slice(4)).toEqual([7050])
  })

  it('gives up with the error when the service asks for more patience than it has', async () => {
    const { backend, injector, slept } = patient()
    const error = new StorageError('RATE_LIMITED', 'slow down', { retryAfterMs: 60_001 })
    injector.failNext('list', error)
    const told = await failed(backend.list())
    expect(told).toMatchObject({ retryable: 'yes', retryAfterMs: 60_001 })
    expect(told.message).toMatch(/retryAfterMsMax/)
    expect(slept).toEqual([])
  })

  it.each<[string, StorageError]>([
    ['what is not retryable', new StorageError('UNAVAILABLE', 'no', { retryable: 'no' })],
    ['what was exhausted', new StorageError('TIMEOUT', 'no', { retryable: 'exhausted' })],
    ['another code', new StorageError('QUOTA_EXCEEDED', 'no', { retryable: 'yes' })],
  ])('does not try %s again', async (_name, error) => {
    const { backend, injector } = patient()
    injector.failNext('list', error)
    expect(await failed(backend.list())).toBe(error)
  })

  it('does not try again mistakes in the program, nor health', async () => {
    const { backend, inner, injector } = patient()
    inner.stat = () => Promise.reject(new TypeError('mistake'))
    await expect(backend.stat('k')).rejects.toThrow(TypeError)
    injector.failNext('health')
    await expect(backend.health()).rejects.toThrow('Injected')
  })

  it('ends a pause at once when the signal fires, and at close', async () => {
    const clock = virtualClock()
    const { backend, injector } = patient({ clock })
    injector.add({ operation: 'stat', fault: { kind: 'error' } })
    const controller = new AbortController()
    const ended = failed(backend.stat('k', { signal: controller.signal }))
    await new Promise((resolve) => setImmediate(resolve))
    expect(clock.sleepers).toBe(1)
    controller.abort('enough')
    expect(await ended).toMatchObject({ code: 'ABORTED', cause: 'enough' })
    const closed = failed(backend.stat('k'))
    await new Promise((resolve) => setImmediate(resolve))
    injector.clear()
    await backend.close()
    expect(await closed).toMatchObject({ code: 'CLOSED' })
    expect(clock.sleepers).toBe(0)
  })

  it('publishes each retry', async () => {
    const { backend, injector } = patient()
    const events: RetryEvent[] = []
    const listen = (event: unknown): void => void events.push(event as RetryEvent)
    retryChannel.subscribe(listen)
    injector.failNext('list', 'TIMEOUT')
    await backend.list()
    retryChannel.unsubscribe(listen)
    const event = { backend: 'memory', operation: 'list', attempt: 1, delayMs: 50 }
    expect(events).toEqual([{ ...event, code: 'TIMEOUT' }])
  })

  it('two of them do not multiply their attempts', async () => {
    const inner = new MemoryStorageBackend()
    let asked = 0
    inner.list = async () => {
      asked++
      throw new StorageError('UNAVAILABLE', 'down')
    }
    const own = { delayMs: 0, attemptsMax: 3 }
    const backend = applyLayers(applyLayers(inner, [retry(own)]), [retry(own)])
    const error = await failed(backend.list())
    expect(asked).toBe(3)
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: 'exhausted' })
    expect(error.message).toBe('down; tried 3 times')
    expect(() => applyLayers(inner, [retry(), retry()])).toThrow(/given twice/)
  })

  it('refuses options that mean nothing', () => {
    expect(() => retry({ attemptMax: 3 } as never)).toThrow(/did you mean "attemptsMax"/)
    expect(() => retry({ attemptsMax: 0 })).toThrow(/attemptsMax/)
    expect(() => retry({ clock: {} as never })).toThrow(/clock/)
  })
})

describe('the budget of retries', () => {
  it('ends retries while all calls fail, and begins again with answers', async () => {
    const { backend, injector } = patient({ attemptsMax: 2, budgetTokens: 10 })
    const fail = (): Promise<StorageError> => failed(backend.list())
    injector.add({ operation: 'list', fault: { kind: 'error' } })
    expect((await fail()).message).toMatch(/tried 2 times/)
    expect((await fail()).message).toMatch(/tried 2 times/)
    const error = await fail()
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: 'exhausted' })
    expect(error.message).toMatch(/budget of retries is empty/)
    const state = () => stackOf(backend)[0]!.state!
    expect(state()).toMatchObject({ ok: false, details: { retries: 2, tokens: 0 } })
    // A refusal with good reason is an answer too.
    for (let at = 0; at < 3; at++) await failed(backend.stat('none'))
    await failed(backend.copy('none', 'k'))
    expect(state().ok).toBe(false)
    await backend.write('k', body, type)
    expect(state()).toMatchObject({ ok: true, details: { tokens: 5 } })
    expect((await fail()).message).toMatch(/tried 2 times/)
  })

  it('takes more for a timeout, and never grows beyond its size', async () => {
    const { backend, injector } = patient({ budgetTokens: 20 })
    for (let at = 0; at < 30; at++) await backend.list()
    injector.failNext('list', 'TIMEOUT')
    await backend.list()
    expect(stackOf(backend)[0]!.state!.details).toEqual({ retries: 1, tokens: 11 })
  })
})

describe('a change whose answer was lost, behind retry', () => {
  const once = { ifNoneMatch: '*' } as const

  it('a delete that finds nothing then says true, one that was turned away does not', async () => {
    const { backend, inner, injector } = patient()
    await inner.write('k', body, type)
    injector.loseNext('delete')
    expect(await backend.delete('k')).toBe(true)
    injector.failNext('delete', 'RATE_LIMITED')
    expect(await backend.delete('k')).toBe(false)
  })

  it('a create by who may not look is refused as it was, or open after a lost answer', async () => {
    const { backend, inner, injector } = patient()
    await inner.write('k', body, type)
    inner.stat = () => Promise.reject(new StorageError('PERMISSION_DENIED', 'write only'))
    const create = (key: string): Promise<StorageError> =>
      failed(backend.write(key, body, { ...type, ...once }))
    expect(await create('k')).toMatchObject({ code: 'ALREADY_EXISTS' })
    injector.loseNext('write')
    expect((await create('new')).message).toMatch(/outcome is open/)
  })

  it('a create and a swap know their own object, and show no id', async () => {
    const { backend, inner, injector } = patient()
    injector.loseNext('write')
    const metadata = { a: 'b' }
    const created = await backend.write('k', body, { ...type, ...once, metadata })
    injector.loseNext('write')
    const swapped = await backend.write('k', body, { ...type, metadata, ifMatch: created.etag })
    expect((await inner.stat('k')).metadata).toHaveProperty(retryIdMetadata)
    const infos = [created, swapped, await backend.stat('k'), (await backend.read('k')).info]
    infos.push(await backend.copy('k', 'to'))
    for (const info of infos) expect(info.metadata).toEqual(metadata)
    for (const object of (await backend.list()).objects) expect(object.metadata).toEqual(metadata)
    // The ids were spent on the retries only: nothing without a condition has one.
    await backend.write('plain', body, type)
    expect((await inner.stat('plain')).metadata).toEqual({})
  })

  it("does not take somebody else's object for its own, nor the other way round", async () => {
    const { backend, inner, injector } = patient()
    await inner.write('k', utf8('theirs'), type)
    injector.failNext('write', 'CONFLICT')
    const write = { ...type, ...once }
    expect(await failed(backend.write('k', body, write))).toMatchObject({ code: 'ALREADY_EXISTS' })
    expect(await textOf(await inner.read('k'))).toBe('theirs')
  })

  const open = { code: 'UNAVAILABLE', retryable: 'no', key: 'k' }
  it.each<[string, FaultOperation, (parts: Patient, etag: string) => Promise<unknown>]>([
    ['conditional delete', 'delete', ({ backend }, ifMatch) => backend.delete('k', { ifMatch })],
    ['conditional copy', 'copy', ({ backend }) => backend.copy('from', 'k', once)],
    ['copy onto itself', 'copy', (parts, etag) => onto(parts, etag)],
  ])('tells as open what met itself: %s', async (_name, operation, change) => {
    const parts = patient()
    const { etag } = await parts.inner.write('k', body, type)
    await parts.inner.write('from', body, type)
    if (_name === 'conditional copy') await parts.inner.delete('k')
    parts.injector.loseNext(operation)
    const error = await failed(change(parts, etag))
    expect(error).toMatchObject(open)
    expect(error.message).toMatch(/outcome is open/)
  })

  it('tells as open a plain copy whose source is gone then', async () => {
    const { backend, inner, injector } = patient()
    await inner.write('from', body, type)
    const copy = inner.copy.bind(inner)
    inner.copy = async (...call) => {
      const info = await copy(...call)
      await inner.delete('from')
      return info
    }
    injector.loseNext('copy')
    expect(await failed(backend.copy('from', 'k'))).toMatchObject(open)
  })

  it('tells as open, after the last attempt, what has a condition', async () => {
    const { backend, injector } = patient()
    injector.add({ operation: 'write', fault: { kind: 'error', error: 'TIMEOUT' } })
    const error = await failed(backend.write('k', body, { ...type, ...once }))
    expect(error).toMatchObject({ ...open, code: 'TIMEOUT' })
    expect(await failed(backend.write('k', body, type))).toMatchObject({ retryable: 'exhausted' })
  })

  it('does not hide behind a later refusal that a plain write may have been stored', async () => {
    const { backend, injector } = patient()
    injector.at(1, 'write', { kind: 'lost-answer' })
    injector.at(2, 'write', { kind: 'error', error: 'QUOTA_EXCEEDED' })
    const error = await failed(backend.write('k', body, type))
    expect(error.code).toBe('QUOTA_EXCEEDED')
    expect(error.message).toMatch(/outcome is open/)
  })

  function onto({ backend }: Patient, sourceIfMatch: string): Promise<unknown> {
    return backend.copy('k', 'k', { sourceIfMatch })
  }
})

describe('a stream that is written, behind retry', () => {
  /** A source that tells how often it was opened, read and closed. */
  function source() {
    const seen = { opened: 0, pulled: 0, closed: 0 }
    let left = 2
    const iterable = {
      [Symbol.asyncIterator]() {
        seen.opened++
        return {
          async next() {
            seen.pulled++
            if (left-- > 0) return { done: false as const, value: utf8('ab') }
            return { done: true as const, value: undefined }
          },
          async return() {
            seen.closed++
            return { done: true as const, value: undefined }
          },
        }
      },
    }
    return { iterable, seen }
  }

  it('is tried again as long as nothing was pulled from it', async () => {
    const { backend, inner, injector } = patient()
    const { iterable, seen } = source()
    injector.add({ operation: 'write', times: 2, fault: { kind: 'error' } })
    await backend.write('k', iterable, type)
    expect(await textOf(await inner.read('k'))).toBe('abab')
    expect(seen).toMatchObject({ opened: 1 })
  })

  it('is not tried again once it was read; the error says why and stays retryable', async () => {
    const { backend, injector, slept } = patient()
    const { iterable, seen } = source()
    injector.loseNext('write')
    const error = await failed(backend.write('k', iterable, type))
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: 'yes' })
    expect(error.message).toMatch(/cannot be read twice; give bytes/)
    expect([slept, seen.opened]).toEqual([[], 1])
    injector.loseNext('write')
    const create = backend.write('new', source().iterable, { ...type, ifNoneMatch: '*' })
    expect((await failed(create)).message).toMatch(/outcome is open/)
  })

  it('is closed when no try read it', async () => {
    const { backend, injector } = patient()
    const { iterable, seen } = source()
    injector.add({ operation: 'write', fault: { kind: 'error' } })
    await failed(backend.write('k', iterable, type))
    expect(seen).toEqual({ opened: 1, pulled: 0, closed: 1 })
  })

  it('is not cut short for a try that was given up and goes on', async () => {
    const { backend, inner } = patient()
    const write = inner.write.bind(inner)
    let late: Promise<unknown> | undefined
    inner.write = async (key, given, options) => {
      if (late !== undefined) return write(key, given, options)
      // Reads only after the next try has begun, as one that did not hear of its timeout.
      const wait = new Promise((resolve) => setImmediate(resolve))
      late = wait.then(() => write('late', given, options)).catch((error: unknown) => error)
      throw new StorageError('TIMEOUT', 'late')
    }
    await backend.write('k', source().iterable, type)
    expect(await late).toMatchObject({ code: 'ABORTED' })
    expect((await inner.list()).objects.map(({ key }) => key)).toEqual(['k'])
    expect(await textOf(await inner.read('k'))).toBe('abab')
  })
})

describe('deleteMany behind retry', () => {
  it('sends only those again that may succeed, and keeps the order', async () => {
    const { backend, inner } = patient()
    for (const key of ['a', 'b', 'd']) await inner.write(key, body, type)
    const sent: (readonly string[])[] = []
    const deleteMany = inner.deleteMany.bind(inner)
    inner.deleteMany = async (keys, options) => {
      sent.push(keys)
      if (sent.length > 1) return deleteMany(keys, options)
      const denied = new StorageError('PERMISSION_DENIED', 'no')
      const [a, , c] = await deleteMany(['a', 'c', 'c'])
      return [
        { key: 'b', deleted: false, error: new StorageError('LOCKED', 'held') },
        a!,
        { key: 'd', deleted: false, error: denied },
        c!,
      ]
    }
    const outcomes = await backend.deleteMany(['b', 'a', 'd', 'c'])
    expect(sent).toEqual([['b', 'a', 'd', 'c'], ['b']])
    expect(outcomes).toMatchObject([
      { key: 'b', deleted: true },
      { key: 'a', deleted: true },
      { key: 'd', deleted: false, error: { code: 'PERMISSION_DENIED', retryable: 'no' } },
      { key: 'c', deleted: false },
    ])
  })

  it('does not lose what is known when a later round fails as a whole', async () => {
    const { backend, inner } = patient({ attemptsMax: 2 })
    let round = 0
    inner.deleteMany = async () => {
      if (++round > 1) throw new StorageError('UNAVAILABLE', 'down')
      const error = new StorageError('LOCKED', 'held')
      return [
        { key: 'a', deleted: true },
        { key: 'b', deleted: false, error },
      ]
    }
    expect(await backend.deleteMany(['a', 'b'])).toMatchObject([
      { key: 'a', deleted: true },
      { key: 'b', error: { code: 'UNAVAILABLE', retryable: 'exhausted', key: 'b' } },
    ])
  })

  it('after a lost answer takes what is gone for its own, each key once', async () => {
    const { backend, inner, injector } = patient()
    await inner.write('a', body, type)
    injector.loseNext('deleteMany')
    const outcomes = await backend.deleteMany(['a', 'a'])
    expect(outcomes.map(({ deleted }) => deleted)).toEqual([true, false])
  })

  it('gives nothing back to the budget where no key got an answer', async () => {
    const { backend, inner } = patient({ attemptsMax: 2, budgetTokens: 10 })
    inner.deleteMany = async (keys) =>
      keys.map((key) => ({ key, deleted: false, error: new StorageError('UNAVAILABLE', key) }))
    const tokens = (): unknown => stackOf(backend)[0]!.state!.details['tokens']
    await backend.deleteMany(['a', 'b'])
    expect(tokens()).toBe(5)
    await backend.deleteMany(['a', 'b'])
    await backend.deleteMany(['a', 'b'])
    expect(tokens()).toBe(0)
  })

  it('tells each key its own error in the end', async () => {
    const { backend, inner } = patient({ attemptsMax: 2 })
    inner.deleteMany = async (keys) =>
      keys.map((key) => {
        const error = new StorageError(key === 'a' ? 'LOCKED' : 'RATE_LIMITED', key)
        return { key, deleted: false, error }
      })
    expect(await backend.deleteMany(['a', 'b'])).toMatchObject([
      { error: { code: 'LOCKED', retryable: 'exhausted', key: 'a' } },
      { error: { code: 'RATE_LIMITED', retryable: 'exhausted', key: 'b' } },
    ])
  })
})

describe('extras behind retry', () => {
  it('reads and what replaces all are tried again, the rest is called once', async () => {
    const inner = new MemoryStorageBackend()
    const asked: string[] = []
    const failing = (name: string) => async (): Promise<unknown> => {
      asked.push(name)
      if (asked.filter((each) => each === name).length > 1) return name
      throw new StorageError('UNAVAILABLE', 'once')
    }
    const extras = ['getTags', 'setTags', 'createSnapshot', 'deleteVersion']
    for (const name of extras) Object.assign(inner, { [name]: failing(name) })
    Object.defineProperty(inner, 'capabilities', { value: { ...inner.capabilities, extras } })
    const backend = applyLayers(inner, [retry({ delayMs: 0 })]) as unknown as Record<
      string,
      (...given: unknown[]) => Promise<unknown>
    >
    expect(await backend['getTags']!('k')).toBe('getTags')
    expect(await backend['setTags']!('k', {})).toBe('setTags')
    await expect(backend['createSnapshot']!('k')).rejects.toThrow('once')
    await expect(backend['deleteVersion']!('k', 'v')).rejects.toThrow('once')
  })
})

describe('a body that breaks off, behind retry', () => {
  const long = Uint8Array.from({ length: 100_000 }, (_, at) => at % 251)

  it('is read on where it broke off, as often as bytes come', async () => {
    const { backend, inner, injector, slept } = patient({ attemptsMax: 2 })
    await inner.write('k', long, type)
    const reads = inner.read.bind(inner)
    const ranges: unknown[] = []
    inner.read = (key, options) => {
      ranges.push(options?.range)
      return reads(key, options)
    }
    injector.add({ operation: 'read', times: 3, fault: { kind: 'short-read', afterBytes: 20_000 } })
    const opened = await backend.read('k', { range: { offset: 5, length: 90_000 } })
    expect(await collected(opened)).toEqual(long.subarray(5, 90_005))
    expect(ranges.slice(1)).toEqual([
      { offset: 20_005, length: 70_000 },
      { offset: 40_005, length: 50_000 },
      { offset: 60_005, length: 30_000 },
    ])
    expect(slept).toEqual([50, 50, 50])
  })

  it('is not taken for whole when it ends silently', async () => {
    const { backend, inner, injector } = patient()
    await inner.write('k', long, type)
    injector.add({ operation: 'read', times: 1, fault: { kind: 'silent-end', afterBytes: 7 } })
    expect(await collected(await backend.read('k'))).toEqual(long)
  })

  it('is of one version, or fails', async () => {
    for (const interfere of ['write', 'delete'] as const) {
      const { backend, inner, injector } = patient()
      await inner.write('k', long, type)
      injector.add({ operation: 'read', times: 1, fault: { kind: 'short-read', afterBytes: 7 } })
      const opened = await backend.read('k')
      if (interfere === 'write') await inner.write('k', body, type)
      else await inner.delete('k')
      expect(await failed(collected(opened))).toMatchObject({ code: 'CONFLICT', key: 'k' })
    }
  })

  it('gives up after its attempts without a byte', async () => {
    const { backend, inner, injector } = patient()
    await inner.write('k', long, type)
    injector.add({ operation: 'read', fault: { kind: 'short-read', afterBytes: 0 } })
    const error = await failed(collected(await backend.read('k')))
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: 'exhausted' })
  })

  it('fails as it is where a backend cannot read on', async () => {
    const inner = new MemoryStorageBackend()
    const capabilities = { ...inner.capabilities, rangeRead: false }
    Object.defineProperty(inner, 'capabilities', { value: capabilities })
    await inner.write('k', long, type)
    const injector = faults({ seed: 1 })
    injector.tearNext('read', 7)
    const backend = applyLayers(inner, [retry(), injector])
    const error = await failed(collected(await backend.read('k')))
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: 'yes' })
  })

  it('that is cancelled amid a pause ends, and opens nothing', async () => {
    const clock = virtualClock()
    const { backend, inner, injector } = patient({ clock })
    await inner.write('k', long, type)
    const controller = new AbortController()
    for (const end of ['cancel', 'abort'] as const) {
      injector.tearNext('read', 0)
      const opened = await backend.read('k', { signal: controller.signal })
      const stream = opened.body as Exclude<typeof opened.body, Uint8Array>
      const next = stream[Symbol.asyncIterator]().next()
      next.catch(() => undefined)
      await new Promise((resolve) => setImmediate(resolve))
      expect(clock.sleepers).toBe(1)
      if (end === 'cancel') {
        await stream.cancel()
        expect(await next).toMatchObject({ done: true })
      } else {
        controller.abort('enough')
        await expect(next).rejects.toMatchObject({ code: 'ABORTED', cause: 'enough' })
      }
      expect(clock.sleepers).toBe(0)
    }
  })
})
