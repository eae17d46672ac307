import { describe, expect, it } from 'vitest'
import {
  applyLayers,
  concurrency,
  MemoryStorageBackend,
  quota,
  type QuotaOptions,
  type QuotaUsage,
  stackOf,
  type StorageBackend,
  StorageManager,
} from '../../src/index.ts'
import { defineLayer } from '../../src/backend-kit.ts'
import { faults, virtualClock } from '../../src/testing/index.ts'

const type = { contentType: 'a/b' }
const bytes = (length: number): Uint8Array => new Uint8Array(length)

function open(options: QuotaOptions, inner: StorageBackend = new MemoryStorageBackend()) {
  const clock = virtualClock()
  let listings = 0
  const list = inner.list.bind(inner)
  inner.list = (given) => {
    listings++
    return list(given)
  }
  const backend = applyLayers(inner, [quota({ clock, ...options })])
  const state = () => stackOf(backend)[0]!.state!
  return { backend, inner, clock, state, listings: () => listings }
}

/** A body in pieces, that tells when it was closed. */
function pieces(sizes: readonly number[]) {
  const seen = { given: 0, isClosed: false }
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      for (const size of sizes) {
        seen.given++
        yield bytes(size)
      }
    } finally {
      seen.isClosed = true
    }
  }
  return { body: body(), seen }
}

const exceeded = { code: 'QUOTA_EXCEEDED', retryable: 'no' }

describe('a quota', () => {
  it('measures once, before the first write, and counts own writes since', async () => {
    const inner = new MemoryStorageBackend()
    await inner.write('old', bytes(40), type)
    const { backend, state, listings } = open({ bytesMax: 100, objectsMax: 5 }, inner)
    expect(listings()).toBe(0)
    expect(state()).toMatchObject({ ok: true, details: { isMeasured: false } })
    await Promise.all([backend.write('a', bytes(10), type), backend.write('b', bytes(10), type)])
    expect(listings()).toBe(1)
    expect(state()).toEqual({
      ok: true,
      message: '60 of 100 bytes and 3 of 5 objects are used',
      details: {
        bytes: 60,
        objects: 3,
        bytesMax: 100,
        objectsMax: 5,
        share: 0.6,
        isMeasured: true,
      },
    })
  })

  it('refuses a write that does not fit before a byte moves, and says why', async () => {
    const { backend, inner, state } = open({ bytesMax: 100 })
    await backend.write('a', bytes(95), { ...type, ifNoneMatch: '*' })
    let writes = 0
    const write = inner.write.bind(inner)
    inner.write = (...given) => {
      writes++
      return write(...given)
    }
    const error: unknown = await backend
      .write('b', bytes(6), type)
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ ...exceeded, key: 'b', operation: 'write' })
    expect((error as Error).message).toBe(
      'This needs 6 bytes, more than fits: 95 of 100 bytes are used; delete what is not ' +
        'needed, or raise the limit of quota()',
    )
    expect(writes).toBe(0)
    await backend.write('b', bytes(5), { ...type, ifNoneMatch: '*' })
    expect(state()).toMatchObject({ ok: false, details: { bytes: 100, share: 1 } })
    await expect(backend.write('c', bytes(1), type)).rejects.toMatchObject(exceeded)
    // What adds nothing passes also when it is full.
    await backend.write('a', bytes(90), type)
    expect(state().details).toMatchObject({ bytes: 95 })
  })

  it('counts objects too', async () => {
    const { backend } = open({ objectsMax: 2 })
    await backend.write('a', bytes(1), type)
    await backend.write('b', bytes(1), { ...type, ifNoneMatch: '*' })
    await expect(backend.write('c', bytes(0), type)).rejects.toMatchObject({
      ...exceeded,
      message:
        'This needs 1 more object, more than fits: 2 of 2 objects are used; delete what is not ' +
        'needed, or raise the limit of quota()',
    })
    await backend.write('a', bytes(9), type)
    expect(await backend.delete('a')).toBe(true)
    await backend.write('c', bytes(0), type)
  })

  it('tells both where neither bytes nor objects fit, and its name with options', async () => {
    const { backend } = open({ objectsMax: 1, bytesMax: 1 })
    await backend.write('a', bytes(1), type)
    await expect(backend.write('b', bytes(1), type)).rejects.toThrow(
      'This needs 1 more object and 1 byte, more than fits: 1 of 1 bytes and 1 of 1 objects',
    )
    expect(() => quota({ bytesMax: '1' as never })).toThrow('quota: bytesMax is a number')
    expect(() => quota({ bytesMax: 1, warnAt: 2 })).toThrow('quota: warnAt is 2')
  })

  it('holds for writes at once: what is under way is reserved', async () => {
    const { backend, inner } = open({ bytesMax: 100 })
    const writes = Array.from({ length: 20 }, (_, at) => backend.write(`k${at}`, bytes(10), type))
    const settled = await Promise.allSettled(writes)
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
    expect((await inner.list()).objects).toHaveLength(10)
  })

  it('cuts a stream that exceeds what is left, closes it, and keeps the old object', async () => {
    const { backend, inner, state } = open({ bytesMax: 100 })
    await backend.write('a', bytes(20), type)
    const { body, seen } = pieces([50, 50, 50, 50])
    await expect(backend.write('a', body, type)).rejects.toMatchObject({ ...exceeded, key: 'a' })
    expect(seen).toEqual({ given: 3, isClosed: true })
    expect((await inner.stat('a')).size).toBe(20)
    expect(state().details).toMatchObject({ bytes: 20 })
    // Nothing of it is reserved any more.
    await backend.write('a', pieces([50, 50]).body, type)
    expect(state().details).toMatchObject({ bytes: 100, objects: 1 })
  })

  it('closes a body that it refuses unread', async () => {
    const { backend } = open({ objectsMax: 1 })
    await backend.write('a', bytes(1), { ...type, ifNoneMatch: '*' })
    let isClosed = false
    const body = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false as const, value: bytes(1) }),
        return: async () => {
          isClosed = true
          return { done: true as const, value: undefined }
        },
      }),
    }
    await expect(backend.write('b', body, type)).rejects.toMatchObject(exceeded)
    await expect.poll(() => isClosed).toBe(true)
  })

  it('copies within the limit only', async () => {
    const { backend } = open({ bytesMax: 100 })
    await backend.write('a', bytes(60), { ...type, ifNoneMatch: '*' })
    await expect(backend.copy('a', 'b')).rejects.toMatchObject({ ...exceeded, operation: 'write' })
    await expect(backend.copy('none', 'b')).rejects.toMatchObject({
      ...{ code: 'NOT_FOUND', operation: 'copy', key: 'none' },
    })
    await backend.write('a', bytes(50), type)
    await backend.copy('a', 'b')
    await expect(backend.write('c', bytes(1), type)).rejects.toMatchObject(exceeded)
  })

  it('copies the version whose size it saw', async () => {
    const { backend, inner } = open({ bytesMax: 100 })
    await backend.write('a', bytes(10), { ...type, ifNoneMatch: '*' })
    const stat = inner.stat.bind(inner)
    let changes = 0
    inner.stat = async (key, options) => {
      const info = await stat(key, options)
      if (changes-- > 0) await inner.write('a', bytes(99), type)
      return info
    }
    changes = 1
    await expect(backend.copy('a', 'b')).rejects.toMatchObject(exceeded)
    await inner.write('a', bytes(10), type)
    changes = 100
    await expect(backend.copy('a', 'b', { sourceIfMatch: 'x' })).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    })
    const small = open({ bytesMax: 1000 })
    await small.backend.write('a', bytes(1), type)
    const look = small.inner.stat.bind(small.inner)
    small.inner.stat = async (key, options) => {
      const info = await look(key, options)
      await small.inner.write('a', bytes(1), type)
      return info
    }
    await expect(small.backend.copy('a', 'b')).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('counts what it does not know as growth, and measures anew before it refuses', async () => {
    const inner = new MemoryStorageBackend()
    await inner.write('old', bytes(60), type)
    const { backend, clock, state, listings } = open({ bytesMax: 100, refreshMs: 1000 }, inner)
    await backend.write('old', bytes(30), type)
    expect(state().details).toMatchObject({ bytes: 90, objects: 2 })
    // Too soon for another listing.
    await expect(backend.write('new', bytes(20), type)).rejects.toMatchObject(exceeded)
    expect(listings()).toBe(1)
    await clock.advance(100)
    await backend.write('new', bytes(20), { ...type, ifNoneMatch: '*' })
    expect(listings()).toBe(2)
    expect(state().details).toMatchObject({ bytes: 50, objects: 2 })
    // Nothing is in doubt: it is full, and no listing says otherwise.
    await clock.advance(100)
    await backend.write('newer', bytes(50), { ...type, ifNoneMatch: '*' })
    await expect(backend.write('x', bytes(1), type)).rejects.toMatchObject(exceeded)
    expect(listings()).toBe(2)
  })

  it('takes an overwrite that adds nothing, also of what it did not write, when full', async () => {
    const inner = new MemoryStorageBackend()
    await inner.write('old', bytes(60), type)
    await inner.write('other', bytes(40), type)
    const { backend, clock, state } = open({ bytesMax: 100, objectsMax: 2 }, inner)
    await backend.write('old', bytes(60), type)
    await backend.write('other', pieces([20, 20]).body, type)
    // A measure forgets what was known of each.
    await clock.advance(60_000)
    await backend.write('old', bytes(50), type)
    await clock.advance(60_000)
    await backend.write('old', bytes(60), type)
    await expect(backend.write('old', bytes(61), type)).rejects.toMatchObject(exceeded)
    await expect(backend.write('new', bytes(0), type)).rejects.toMatchObject(exceeded)
    await backend.copy('other', 'old')
    expect(state().details).toMatchObject({ bytes: 80, objects: 2 })
  })

  it('takes streams over what it did not write when full, and looks when it must', async () => {
    const inner = new MemoryStorageBackend()
    await inner.write('old', bytes(60), type)
    await inner.write('other', bytes(40), type)
    const { backend, clock, state } = open({ bytesMax: 100 }, inner)
    let looks = 0
    const stat = inner.stat.bind(inner)
    inner.stat = (...given) => {
      looks++
      return stat(...given)
    }
    await backend.write('old', pieces([20, 20, 20]).body, type)
    expect(looks).toBe(1)
    expect(state().details).toMatchObject({ bytes: 100 })
    await expect(backend.write('other', pieces([20, 21]).body, type)).rejects.toMatchObject(
      exceeded,
    )
    // Two at one key: neither knows what it replaces, and nothing goes beyond the limit.
    await clock.advance(60_000)
    await backend.write('other', pieces([10]).body, type)
    const both = [pieces([30, 30]), pieces([30, 40])]
    await Promise.allSettled(both.map(({ body }) => backend.write('old', body, type)))
    const { objects } = await inner.list()
    expect(objects.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(100)
    // Room that is there needs no look.
    looks = 0
    await backend.delete('old')
    await backend.write('third', pieces([1]).body, type)
    expect(looks).toBe(0)
  })

  it('looks at what a stream replaces before that holds the last permit', async () => {
    const inner = new MemoryStorageBackend()
    await inner.write('old', bytes(100), type)
    const clock = virtualClock()
    const layers = [
      quota({ bytesMax: 100, clock }),
      concurrency({ max: 1, waitMsMax: 1000, clock }),
    ]
    const written = applyLayers(inner, layers).write('old', pieces([20, 20]).body, type)
    await clock.runUntilIdle()
    expect(await written).toMatchObject({ size: 40 })
    expect(clock.now()).toBe(virtualClock().now())
  })

  it('knows what it deletes of its own, and learns of the rest when it measures', async () => {
    const inner = new MemoryStorageBackend()
    await inner.write('old', bytes(50), type)
    const { backend, clock, state } = open({ bytesMax: 1000, refreshMs: 1000 }, inner)
    await backend.write('a', bytes(10), type)
    await backend.write('b', bytes(20), type)
    await backend.delete('a')
    expect(state().details).toMatchObject({ bytes: 70, objects: 2 })
    await backend.deleteMany(['b', 'old', 'none'])
    expect(state().details).toMatchObject({ bytes: 50, objects: 1 })
    // Others write as well.
    await inner.write('theirs', bytes(500), type)
    await clock.advance(1000)
    await backend.write('c', bytes(1), type)
    await expect.poll(() => state().details).toMatchObject({ objects: 2, bytes: 501 })
  })

  it('counts twice rather than not at all what is written while it measures', async () => {
    const { backend, inner, clock, state } = open({ bytesMax: 1000, refreshMs: 100 })
    await backend.write('a', bytes(10), type)
    const list = inner.list.bind(inner)
    const listed = Promise.withResolvers<void>()
    inner.list = async (options) => {
      const page = await list(options)
      await listed.promise
      return page
    }
    await clock.advance(100)
    await backend.write('b', bytes(20), type)
    await backend.write('a', bytes(5), type)
    await backend.delete('b')
    await backend.write('c', bytes(30), type)
    listed.resolve()
    await clock.advance(0)
    const total = (await list()).objects.reduce((sum, { size }) => sum + size, 0)
    expect(total).toBe(35)
    expect(state().details['bytes']).toBeGreaterThanOrEqual(total)
    await clock.advance(100)
    await backend.write('d', bytes(0), { ...type, ifNoneMatch: '*' })
    await clock.advance(0)
    expect(state().details).toMatchObject({ bytes: 35 })
  })

  it('counts a write whose answer was lost, not one that was refused', async () => {
    const injector = faults()
    const { backend, state } = open({ bytesMax: 100 }, injector(new MemoryStorageBackend()))
    injector.loseNext('write')
    await expect(backend.write('a', bytes(10), type)).rejects.toThrow('answer lost')
    expect(state().details).toMatchObject({ bytes: 10 })
    injector.failNext('write', 'RATE_LIMITED')
    await expect(backend.write('b', bytes(10), type)).rejects.toThrow('refused')
    await expect(backend.write('a', bytes(1), { ...type, ifNoneMatch: '*' })).rejects.toMatchObject(
      {
        code: 'ALREADY_EXISTS',
      },
    )
    const torn = pieces([10])
    injector.tearNext('write', 5)
    await expect(backend.write('c', torn.body, type)).rejects.toMatchObject({ code: 'ABORTED' })
    expect(state().details).toMatchObject({ bytes: 10 })
  })

  it('does not take two writes of one key at once for one size', async () => {
    const { backend, inner, state } = open({ bytesMax: 1000 })
    await backend.write('a', bytes(1), type)
    // The first is answered last, and stands.
    const write = inner.write.bind(inner)
    const second = Promise.withResolvers<void>()
    inner.write = async (key, body, options) => {
      if ((body as Uint8Array).byteLength === 10) await second.promise
      const info = await write(key, body, options)
      second.resolve()
      return info
    }
    await Promise.all([backend.write('a', bytes(10), type), backend.write('a', bytes(90), type)])
    expect(state().details['bytes']).toBeGreaterThanOrEqual(90)
    await backend.delete('a')
    expect(state().details['bytes']).toBeGreaterThanOrEqual(0)
  })

  it('warns once for each crossing', async () => {
    const warnings: QuotaUsage[] = []
    const { backend } = open({ bytesMax: 100, onWarning: (usage) => warnings.push(usage) })
    const write = (size: number) => backend.write('a', bytes(size), type)
    await write(79)
    expect(warnings).toHaveLength(0)
    for (const size of [80, 90, 78, 81]) await write(size)
    expect(warnings).toEqual([
      { bytes: 80, objects: 1, bytesMax: 100, objectsMax: undefined, share: 0.8 },
    ])
    await write(70)
    await write(95)
    expect(warnings.map(({ bytes: used }) => used)).toEqual([80, 95])
  })

  it('survives a warning that throws, and warns of what was there', async () => {
    const inner = new MemoryStorageBackend()
    await inner.write('old', bytes(99), type)
    let warned = 0
    const onWarning = (): never => {
      warned++
      throw new Error('no mail server')
    }
    const { backend } = open({ bytesMax: 100, onWarning, warnAt: 0.9 }, inner)
    await backend.write('a', bytes(1), type)
    expect(warned).toBe(1)
  })

  it('of a prefix counts and refuses nothing else; several stand together', async () => {
    const inner = new MemoryStorageBackend()
    const layers = [quota({ prefix: 'a/', bytesMax: 10 }), quota({ prefix: 'b/', bytesMax: 20 })]
    const backend = applyLayers(inner, layers)
    await backend.write('c', bytes(1000), type)
    await backend.write('a/1', bytes(10), type)
    await expect(backend.write('a/2', bytes(1), type)).rejects.toMatchObject(exceeded)
    await expect(backend.copy('c', 'b/1')).rejects.toMatchObject(exceeded)
    await backend.copy('a/1', 'b/1')
    await backend.deleteMany(['a/1', 'c'])
    await backend.write('a/2', bytes(10), type)
  })

  it('refuses writes as long as it cannot measure, and tells why', async () => {
    const injector = faults()
    const { backend, state } = open({ bytesMax: 100 }, injector(new MemoryStorageBackend()))
    injector.failNext('list', 'PERMISSION_DENIED')
    await expect(backend.write('a', bytes(1), type)).rejects.toMatchObject({
      ...{ code: 'PERMISSION_DENIED', operation: 'write', key: 'a' },
    })
    expect(state().message).toContain('failed with PERMISSION_DENIED')
    await backend.write('a', bytes(1), type)
  })

  it('keeps what it knows when a later measure fails, and tries again', async () => {
    const injector = faults()
    const { backend, clock, state } = open(
      { bytesMax: 100, refreshMs: 1000 },
      injector(new MemoryStorageBackend()),
    )
    await backend.write('a', bytes(1), type)
    await clock.advance(1000)
    injector.failNext('list')
    await backend.write('b', bytes(1), type)
    await clock.advance(0)
    expect(state()).toMatchObject({ details: { bytes: 2 }, message: /UNAVAILABLE/ as never })
    await clock.advance(100)
    await backend.write('c', bytes(1), type)
    await clock.advance(0)
    expect(state().message).toBe('3 of 100 bytes are used')
  })

  it('ends the wait for a measure with the signal; the measure goes on for others', async () => {
    const injector = faults({ clock: virtualClock() })
    const { backend, inner } = open({ bytesMax: 100 }, injector(new MemoryStorageBackend()))
    const list = inner.list.bind(inner)
    const listed = Promise.withResolvers<void>()
    inner.list = async (options) => {
      await listed.promise
      return list(options)
    }
    const ending = new AbortController()
    const ended = backend.write('a', bytes(1), { ...type, signal: ending.signal })
    const other = backend.write('b', bytes(1), type)
    ending.abort()
    await expect(ended).rejects.toMatchObject({ code: 'ABORTED' })
    listed.resolve()
    await other
    expect((await list()).objects.map(({ key }) => key)).toEqual(['b'])
  })

  it('stands outside of retry and fallback', () => {
    for (const name of ['retry', 'fallback']) {
      const layer = defineLayer({ name, wrap: (inner) => inner })
      const layers = [layer, quota({ bytesMax: 1 })]
      expect(() => applyLayers(new MemoryStorageBackend(), layers)).toThrow(
        `"quota" must come before "${name}"`,
      )
      applyLayers(new MemoryStorageBackend(), layers.toReversed())
    }
  })

  it('refuses options that cannot be', () => {
    expect(() => quota({})).toThrow('give bytesMax, objectsMax')
    expect(() => quota({ bytesMx: 1 } as never)).toThrow('did you mean "bytesMax"')
    expect(() => quota({ bytesMax: 0 })).toThrow('integer from 1')
    expect(() => quota({ objectsMax: 1.5 })).toThrow('integer from 1')
    expect(() => quota({ bytesMax: 1, warnAt: 0 })).toThrow('above 0')
    expect(() => quota({ bytesMax: 1, warnAt: '1' as never })).toThrow(TypeError)
    expect(() => quota({ bytesMax: 1, refreshMs: 0 })).toThrow('refreshMs')
    expect(() => quota({ bytesMax: 1, onWarning: 1 as never })).toThrow(TypeError)
    expect(() => quota({ bytesMax: 1, clock: {} as never })).toThrow('lacks the methods')
  })

  it('makes a store that is full degraded, not down', async () => {
    const layers = [quota({ bytesMax: 10 })]
    const store = new StorageManager(new MemoryStorageBackend(), { layers })
    await store.save('a', bytes(10))
    const { ready, status, checks } = await store.readiness()
    expect([ready, status]).toEqual([true, 'degraded'])
    expect(checks[1]).toMatchObject({ name: 'quota', ok: false })
  })
})
