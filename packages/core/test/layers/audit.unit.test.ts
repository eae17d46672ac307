import { describe, expect, it, vi } from 'vitest'
import type { StorageBackend } from '../../src/backend-kit.ts'
import {
  applyLayers,
  audit,
  auditActions,
  type AuditEntry,
  type AuditOptions,
  callbackSink,
  currentActor,
  isStorageError,
  keyPrefixSink,
  type Layer,
  MemoryStorageBackend,
  prefix,
  runAs,
  stackOf,
  StorageManager,
} from '../../src/index.ts'
import { faults, virtualClock } from '../../src/testing/index.ts'
import { aroundCalls, defineLayer } from '../../src/backend-kit.ts'
import { MemorySink } from './support/audit-sinks.ts'

const type = { contentType: 'text/plain' }
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

interface Audited {
  readonly inner: MemoryStorageBackend
  readonly sink: MemorySink
  readonly backend: StorageBackend
}

function audited(options: Partial<AuditOptions> = {}, below: readonly Layer[] = []): Audited {
  const inner = new MemoryStorageBackend()
  const sink = new MemorySink()
  const backend = applyLayers(inner, [audit({ sink, ...options }), ...below])
  return { inner, sink, backend }
}

/** A body that knows whether it was closed. */
function watched(): { body: AsyncIterable<Uint8Array>; isClosed: () => boolean } {
  let closed = false
  const body = {
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ done: false as const, value: new Uint8Array(1) }),
      return: async () => {
        closed = true
        return { done: true as const, value: undefined }
      },
    }),
  }
  return { body, isClosed: () => closed }
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => 'none',
    (failure: unknown) => failure,
  )
  return isStorageError(error) ? error.code : String(error)
}

describe('audit', () => {
  it('tells who did what to which key, when, how it ended, and how large it was', async () => {
    const clock = virtualClock({ nowMs: Date.UTC(2026, 10, 26, 21, 47, 12, 123) })
    const { sink, backend } = audited({ clock, context: { service: 'billing' } })
    await runAs({ actor: 'ceo', context: { requestId: 'r1' } }, () =>
      backend.write('agents/ceo', bytes('12345'), type),
    )
    const [begun, ended] = sink.entries
    expect(begun).toEqual({
      version: 1,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      at: '2026-11-26T21:47:12.123Z',
      actor: 'ceo',
      action: 'write',
      resource: 'agents/ceo',
      outcome: 'begun',
      sizeBytes: 5,
      backend: 'memory',
      context: { service: 'billing', requestId: 'r1' },
    })
    expect(ended).toEqual({ ...begun, outcome: 'success', durationMs: 0 })
    expect(sink.entries.every((entry) => Object.isFrozen(entry))).toBe(true)
  })

  it('records every operation: changes twice, reads once, health never', async () => {
    const { sink, backend } = audited()
    await backend.write('a', bytes('abc'), type)
    await backend.read('a', { range: { offset: 1 } })
    await backend.stat('a')
    await backend.list({ prefix: 'a' })
    await backend.copy('a', 'b')
    await backend.delete('b')
    await backend.delete('b')
    await backend.deleteMany(['a', 'none'])
    await codeOf(backend.read('a'))
    await backend.health()
    expect(sink.told).toEqual([
      ...['write a begun', 'write a success', 'read a success', 'stat a success'],
      ...['list a success', 'copy a -> b begun', 'copy a -> b success'],
      ...['delete b begun', 'delete b success', 'delete b begun', 'delete b NOT_FOUND'],
      ...['delete a begun', 'delete none begun', 'delete a success', 'delete none NOT_FOUND'],
      'read a NOT_FOUND',
    ])
    const sizes = sink.entries.map(({ sizeBytes }) => sizeBytes)
    expect(sizes.slice(0, 7)).toEqual([3, 3, 2, undefined, undefined, undefined, 3])
    const many = sink.entries.slice(11, 15)
    expect(new Set(many.map(({ id }) => id)).size).toBe(1)
  })

  it('tells the code of a failure, and ERROR for a mistake of the program', async () => {
    const injector = faults({ seed: 1 })
    const broken = defineLayer({
      name: 'broken',
      wrap: (inner) =>
        aroundCalls(inner, (call, run) => {
          if (call.operation === 'stat') throw new TypeError('a mistake')
          return run()
        }),
    })
    const { sink, backend } = audited({}, [broken, injector])
    injector.failNext('write', 'QUOTA_EXCEEDED')
    expect(await codeOf(backend.write('a', bytes('x'), type))).toBe('QUOTA_EXCEEDED')
    injector.loseNext('delete')
    expect(await codeOf(backend.delete('a'))).toBe('UNAVAILABLE')
    await expect(backend.stat('a')).rejects.toThrow('a mistake')
    expect(sink.told).toEqual([
      ...['write a begun', 'write a QUOTA_EXCEEDED', 'delete a begun', 'delete a UNAVAILABLE'],
      'stat a ERROR',
    ])
  })

  it('records what was asked for, by operation and by key', async () => {
    const changes = audited({ operations: 'changes', keys: 'a/*' })
    await changes.backend.write('a/x', bytes('x'), type)
    await changes.backend.write('b', bytes('x'), type)
    await changes.backend.read('a/x')
    await changes.backend.copy('b', 'a/y')
    await changes.backend.deleteMany(['b', 'a/x', 'c'])
    expect(changes.sink.told.filter((line) => !line.endsWith('begun'))).toEqual([
      ...['write a/x success', 'copy b -> a/y success', 'delete a/x success'],
    ])
    const some = audited({ operations: ['list', 'stat'], keys: /^a/ })
    await some.backend.list()
    await codeOf(some.backend.stat('b'))
    await codeOf(some.backend.stat('a'))
    expect(some.sink.told).toEqual(['list  success', 'stat a NOT_FOUND'])
  })

  it('refuses options that mean nothing', () => {
    const sink = new MemorySink()
    const wrong: [object | undefined, RegExp][] = [
      [undefined, /give a sink/],
      [{}, /give a sink/],
      [{ sink: {} }, /lacks the methods append/],
      [{ sink, operation: 'all' }, /did you mean "operations"/],
      [{ sink, operations: ['writ'] }, /did you mean "write"/],
      [{ sink, operations: 'none' }, /operations is/],
      [{ sink, failure: 'shut' }, /'closed' or 'open'/],
      [{ sink, failure: { change: 'open' } }, /did you mean "changes"/],
      [{ sink, keys: 'a//b' }, /empty segment/],
      [{ sink, entriesWaitingMax: 0 }, /entriesWaitingMax is 0/],
      [{ sink, sinkTimeoutMs: 0 }, /sinkTimeoutMs is 0/],
      [{ sink, onDrop: 1 }, /onDrop is a function/],
      [{ sink, actor: '' }, /actor is empty/],
      [{ sink, context: { at: new Date() } }, /JSON does not keep/],
    ]
    for (const [options, message] of wrong) expect(() => audit(options as never)).toThrow(message)
    expect(() => callbackSink('x' as never)).toThrow(TypeError)
    expect(auditActions).toContain('presign')
  })

  it('must come before what repeats or answers calls', () => {
    for (const name of ['retry', 'fallback', 'cache']) {
      const other = defineLayer({ name, wrap: (inner) => aroundCalls(inner, (_, run) => run()) })
      const layers = [other, audit({ sink: new MemorySink() })]
      expect(() => applyLayers(new MemoryStorageBackend(), layers)).toThrow(
        `"audit" must come before "${name}"`,
      )
    }
  })
})

describe('who acts', () => {
  it('is inherited, laid over, and system outside of runAs', async () => {
    const { sink, backend } = audited({ context: { host: 'h', step: 0 } })
    const stat = (): Promise<string> => codeOf(backend.stat('a'))
    await stat()
    await runAs({ context: { requestId: 'r' } }, async () => {
      await stat()
      await runAs('ceo', async () => {
        await stat()
        await runAs({ actor: 'cfo', context: { step: 2 } }, stat)
        await stat()
      })
    })
    await stat()
    expect(sink.entries.map(({ actor, context }) => [actor, context])).toEqual([
      ['system', { host: 'h', step: 0 }],
      ['system', { host: 'h', step: 0, requestId: 'r' }],
      ['ceo', { host: 'h', step: 0, requestId: 'r' }],
      ['cfo', { host: 'h', step: 2, requestId: 'r' }],
      ['ceo', { host: 'h', step: 0, requestId: 'r' }],
      ['system', { host: 'h', step: 0 }],
    ])
    expect(currentActor()).toBeUndefined()
  })

  it('does not mix between requests side by side', async () => {
    const { sink, backend } = audited()
    await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        runAs({ actor: `actor-${at}`, context: { at } }, async () => {
          for (let turn = 0; turn < at % 7; turn++) await new Promise(setImmediate)
          await backend.write(`key-${at}`, bytes('x'), type)
          await backend.read(`key-${at}`)
        }),
      ),
    )
    expect(sink.entries).toHaveLength(150)
    for (const { actor, resource, context } of sink.entries) {
      expect([actor, context]).toEqual([
        resource.replace('key', 'actor'),
        { at: Number(resource.slice(4)) },
      ])
    }
  })

  it('is a copy, bounded, and JSON', async () => {
    const context = { tags: ['a'] }
    const { sink, backend } = audited()
    await runAs({ context }, async () => {
      context.tags.push('b')
      await codeOf(backend.stat('a'))
    })
    expect(sink.entries[0]!.context).toEqual({ tags: ['a'] })
    expect(() => (sink.entries[0]!.context!['tags'] as string[]).push('c')).toThrow(TypeError)
    const run = (): void => undefined
    expect(() => runAs({ context: { a: 'x'.repeat(4096) } }, run)).toThrow(/at most 4096/)
    const large = { a: 'x'.repeat(3000) }
    runAs({ context: large }, () => {
      expect(() => runAs({ context: { b: 'x'.repeat(2000) } }, run)).toThrow(/at most 4096/)
    })
    expect(() => runAs('x'.repeat(257), run)).toThrow(/actor is empty, longer/)
    expect(() => runAs({ context: { a: undefined } }, run)).toThrow(TypeError)
    expect(() => runAs({ context: new Map() as never }, run)).toThrow(TypeError)
    expect(() => runAs({ who: 'x' } as never, run)).toThrow(/unknown option/)
    expect(runAs('ceo', () => currentActor()?.actor)).toBe('ceo')
  })
})

describe('closed', () => {
  it('refuses each change before it is begun, and closes its body', async () => {
    const { inner, sink, backend } = audited()
    await inner.write('a', bytes('old'), type)
    sink.fault = new Error('secret text of the sink')
    const stream = watched()
    const write = backend.write('a', stream.body, type)
    await expect(write).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message:
        'The audit sink memory took no entry: it failed, see cause; mend it. The write was not ' +
        'begun, and nothing was changed',
      key: 'a',
      operation: 'write',
      backend: 'memory',
      cause: sink.fault,
    })
    await expect.poll(stream.isClosed).toBe(true)
    for (const call of [
      backend.delete('a'),
      backend.deleteMany(['a']),
      backend.copy('a', 'b'),
      backend.write('b', bytes('x'), type),
    ]) {
      expect(await codeOf(call)).toBe('UNAVAILABLE')
    }
    const { objects } = await inner.list()
    expect(objects.map(({ key, size }) => [key, size])).toEqual([['a', 3]])
    expect(stackOf(backend)[0]!.state).toMatchObject({ ok: false, details: { waiting: 0 } })
    sink.fault = undefined
    expect(await backend.delete('a')).toBe(true)
    expect(stackOf(backend)[0]!.state).toMatchObject({ ok: true, details: { dropped: 0 } })
  })

  it('gives nothing out that cannot be recorded, and frees its body', async () => {
    const { inner, sink, backend } = audited()
    let isCancelled = false
    const read = inner.read.bind(inner)
    inner.read = async (key) => {
      const result = await read(key)
      const cancel = async (): Promise<void> => void (isCancelled = true)
      const body = { [Symbol.asyncIterator]: () => ({ next: vi.fn() }), cancel }
      return { ...result, body }
    }
    await inner.write('a', bytes('old'), type)
    sink.fault = new Error('down')
    for (const call of [
      backend.read('a'),
      backend.stat('a'),
      backend.list(),
      // Also what is not there is an answer.
      backend.stat('none'),
    ]) {
      await expect(call).rejects.toThrow(/is not answered$/)
    }
    expect(isCancelled).toBe(true)
  })

  it('tells a change that was made as made; its end waits, ahead of what comes', async () => {
    const { inner, sink, backend } = audited()
    const write = inner.write.bind(inner)
    inner.write = async (...given) => {
      sink.fault = new Error('down')
      return write(...given)
    }
    await backend.write('a', bytes('x'), type)
    expect(sink.told).toEqual(['write a begun'])
    expect(stackOf(backend)[0]!.state).toMatchObject({ ok: false, details: { waiting: 1 } })
    // Nothing else is changed meanwhile.
    expect(await codeOf(backend.delete('a'))).toBe('UNAVAILABLE')
    sink.fault = undefined
    await backend.delete('a')
    expect(sink.told).toEqual([
      ...['write a begun', 'write a success', 'delete a begun', 'delete a success'],
    ])
    expect(stackOf(backend)[0]!.state).toMatchObject({ ok: true, details: { waiting: 0 } })
  })

  it('waits no longer than sinkTimeoutMs, nor asks a sink that has not answered', async () => {
    const clock = virtualClock()
    const { inner, sink, backend } = audited({ clock, sinkTimeoutMs: 500 })
    let open: (() => void) | undefined
    sink.gate = new Promise((resolve) => (open = resolve))
    let appends = 0
    sink.onAppend = () => appends++
    const first = codeOf(backend.write('a', bytes('x'), type))
    await clock.advance(499)
    await clock.advance(1)
    expect(await first).toBe('UNAVAILABLE')
    await expect(backend.write('a', bytes('x'), type)).rejects.toThrow(/within 500 ms/)
    expect(appends).toBe(1)
    expect((await inner.list()).objects).toEqual([])
    open!()
    sink.gate = undefined
    await clock.advance(1000)
    await backend.write('a', bytes('x'), type)
    expect(clock.sleepers).toBe(0)
    // It took the first one after all: that it ended is told too.
    expect(sink.told).toEqual([
      ...['write a begun', 'write a UNAVAILABLE', 'write a begun', 'write a success'],
    ])
  })

  it.each(['open', 'closed'] as const)(
    'asks a sink again that failed until there was no room for more, %s',
    async (failure) => {
      const clock = virtualClock()
      const dropped: number[] = []
      const onDrop = (entries: readonly unknown[]): void => void dropped.push(entries.length)
      const reads = 'open' as const
      const changes = failure
      const more = { clock, entriesWaitingMax: 3, onDrop, failure: { changes, reads } }
      const { sink, backend } = audited(more)
      sink.fault = new Error('down')
      for (let count = 0; count < 5; count++) await backend.list()
      await clock.advance(0)
      expect(dropped).toEqual([1, 1])
      sink.fault = undefined
      await clock.advance(1000)
      await backend.write('a', bytes('x'), type).catch(() => undefined)
      await clock.advance(0)
      await backend.write('b', bytes('x'), type)
      await clock.advance(0)
      expect(sink.told).toContain('write b success')
      expect(stackOf(backend)[0]!.state!.details).toMatchObject({ waiting: 0 })
    },
  )

  it('ends with ABORTED while the sink is silent, and tells so later', async () => {
    const { inner, sink, backend } = audited()
    let open: (() => void) | undefined
    sink.gate = new Promise((resolve) => (open = resolve))
    const controller = new AbortController()
    const stream = watched()
    const write = codeOf(backend.write('a', stream.body, { ...type, signal: controller.signal }))
    const read = codeOf(backend.list({ signal: controller.signal }))
    await new Promise(setImmediate)
    controller.abort(new Error('enough'))
    expect([await write, await read]).toEqual(['ABORTED', 'ABORTED'])
    await expect.poll(stream.isClosed).toBe(true)
    open!()
    await expect.poll(() => sink.told).toContain('write a ABORTED')
    expect((await inner.list()).objects).toEqual([])
  })

  it('gives a result once the signal fires, although its end is not recorded yet', async () => {
    const { inner, sink, backend } = audited()
    const controller = new AbortController()
    const write = inner.write.bind(inner)
    inner.write = async (...given) => {
      sink.gate = new Promise(() => undefined)
      return write(...given)
    }
    const result = backend.write('a', bytes('x'), { ...type, signal: controller.signal })
    await new Promise(setImmediate)
    controller.abort(new Error('enough'))
    expect((await result).size).toBe(1)
  })

  it('puts what comes during an append into the next one, in order', async () => {
    const { sink, backend } = audited({ operations: ['stat'] })
    await Promise.all(Array.from({ length: 30 }, (_, at) => codeOf(backend.stat(`k${at}`))))
    expect(sink.told).toEqual(Array.from({ length: 30 }, (_, at) => `stat k${at} NOT_FOUND`))
    expect(sink.batches.length).toBeLessThan(5)
  })

  it('overlooks nothing that comes right as an append ends', async () => {
    const { sink, backend } = audited()
    for (let turns = 0; turns < 40; turns++) {
      const first = codeOf(backend.stat('a'))
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      await Promise.all([first, codeOf(backend.stat('b'))])
    }
    expect(sink.entries).toHaveLength(80)
  })

  it('refuses what there is no room for', async () => {
    const { sink, backend } = audited({ entriesWaitingMax: 4 })
    expect(await codeOf(backend.deleteMany(['a', 'b']))).toBe('none')
    await expect(backend.deleteMany(['a', 'b', 'c'])).rejects.toThrow(/entriesWaitingMax/)
    sink.gate = new Promise(() => undefined)
    void backend.write('a', bytes('x'), type).catch(() => undefined)
    void backend.write('b', bytes('x'), type).catch(() => undefined)
    await expect(backend.write('c', bytes('x'), type)).rejects.toThrow(/4 entries wait/)
  })
})

describe('open', () => {
  it('goes on without the sink; entries wait, and are taken later', async () => {
    const clock = virtualClock()
    const { sink, backend } = audited({ failure: 'open', clock })
    sink.fault = new Error('down')
    let appends = 0
    sink.onAppend = () => appends++
    await backend.write('a', bytes('x'), type)
    await clock.advance(0)
    await backend.read('a')
    await clock.advance(0)
    expect([appends, sink.entries.length]).toEqual([1, 0])
    expect(stackOf(backend)[0]!.state).toMatchObject({ ok: false, details: { waiting: 2 } })
    sink.fault = undefined
    await clock.advance(1000)
    await backend.delete('a')
    await clock.advance(0)
    expect(sink.told).toEqual(['write a success', 'read a success', 'delete a success'])
    expect(stackOf(backend)[0]!.state).toMatchObject({ ok: true })
  })

  it('drops and counts what there is no room for, and says so', async () => {
    const onDrop = vi.fn((_entries: readonly AuditEntry[]) => {
      throw new Error('of no concern')
    })
    const { sink, backend } = audited({ failure: 'open', entriesWaitingMax: 2, onDrop })
    sink.fault = new Error('down')
    for (const key of ['a', 'b', 'c']) await backend.write(key, bytes('x'), type)
    expect(onDrop).toHaveBeenCalledOnce()
    expect(onDrop.mock.calls[0]![0].map(({ resource }) => resource)).toEqual(['c'])
    sink.fault = undefined
    await backend.close()
    expect(sink.told).toEqual(['write a success', 'write b success'])
    const { state } = stackOf(backend)[0]!
    expect(state).toMatchObject({ ok: false, details: { dropped: 1, appended: 2 } })
  })

  it('may be for reads alone', async () => {
    const { sink, backend } = audited({ failure: { reads: 'open' } })
    sink.fault = new Error('down')
    expect(await codeOf(backend.stat('a'))).toBe('NOT_FOUND')
    expect(await codeOf(backend.delete('a'))).toBe('UNAVAILABLE')
  })
})

describe('flush and close', () => {
  it('flush waits for what waits, and tells when the sink does not take it', async () => {
    const sink = new MemorySink()
    const layer = audit({ sink, failure: 'open' })
    const backend = applyLayers(new MemoryStorageBackend(), [layer])
    sink.fault = new Error('down')
    await codeOf(backend.stat('a'))
    await expect(layer.flush()).rejects.toThrow(/memory took no entry/)
    sink.fault = undefined
    await layer.flush()
    expect(sink.told).toEqual(['stat a NOT_FOUND'])
    await layer.flush()
  })

  it('close takes along what waits and runs; the last store closes the sink', async () => {
    const sink = new MemorySink()
    const layer = audit({ sink, failure: 'open' })
    const [one, two] = [new MemoryStorageBackend(), new MemoryStorageBackend()].map((inner) =>
      applyLayers(inner, [layer]),
    )
    await codeOf(one!.stat('a'))
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }
    const write = codeOf(one!.write('b', silent, type))
    await new Promise(setImmediate)
    await Promise.all([one!.close(), one!.close()])
    expect(await write).toBe('CLOSED')
    expect(sink.told).toEqual(['stat a NOT_FOUND', 'write b CLOSED'])
    expect(sink.closes).toBe(0)
    expect(await codeOf(one!.stat('a'))).toBe('CLOSED')
    await codeOf(two!.stat('a'))
    await two!.close()
    expect([sink.closes, sink.entries.length]).toEqual([1, 3])
  })

  it('close takes along what waits for a sink in the same store', async () => {
    const inner = new MemoryStorageBackend()
    const slow = defineLayer({
      name: 'slow',
      wrap: (store) =>
        aroundCalls(store, async (_call, run) => {
          await new Promise((resolve) => setTimeout(resolve, 1))
          return run()
        }),
    })
    const store = applyLayers(inner, [slow])
    const kept = vi.spyOn(inner, 'write')
    const sink = keyPrefixSink(store, 'audit/')
    const backend = applyLayers(store, [audit({ sink, failure: 'open' })])
    await backend.write('a', bytes('1'), type)
    await backend.write('b', bytes('2'), type)
    const closing = backend.close()
    // Refused, as it would not be recorded.
    const { body, isClosed } = watched()
    expect(await codeOf(backend.write('c', body, type))).toBe('CLOSED')
    expect(isClosed()).toBe(true)
    expect(await codeOf(backend.delete('a'))).toBe('CLOSED')
    await closing
    const written = kept.mock.calls.map(([key, given]) => [key, Buffer.from(given as Uint8Array)])
    const entries = written.filter(([key]) => String(key).startsWith('audit/')).join()
    expect(entries).toMatch(/"resource":"a".*"resource":"b"/s)
    expect(written.filter(([key]) => !String(key).startsWith('audit/'))).toHaveLength(2)
  })

  it('close tells what the sink did not take, and gives it to onDrop', async () => {
    const onDrop = vi.fn()
    const { inner, sink, backend } = audited({ failure: 'open', onDrop })
    sink.fault = new Error('down')
    await codeOf(backend.stat('a'))
    await expect(backend.close()).rejects.toThrow(/took no entry/)
    expect(onDrop).toHaveBeenCalledOnce()
    expect(sink.closes).toBe(1)
    expect(await codeOf(inner.stat('a'))).toBe('CLOSED')
  })
})

describe('extras', () => {
  it('are recorded, with what was asked for; what nobody knows is hidden', async () => {
    const inner = Object.assign(new MemoryStorageBackend(), {
      presign: async () => ({ url: 'https://secret.example/?sig=1' }),
      setTags: async () => undefined,
      readVersion: async (key: string) => inner.read(key),
      listVersions: async function* () {
        yield 1
        yield 2
      },
      strange: () => 'unseen',
    })
    const extras = ['presign', 'setTags', 'readVersion', 'listVersions', 'strange']
    Object.defineProperty(inner, 'capabilities', { value: { ...inner.capabilities, extras } })
    await inner.write('a', bytes('abc'), type)
    const sink = new MemorySink()
    const backend = applyLayers(inner, [audit({ sink })]) as unknown as typeof inner &
      Record<string, (...given: unknown[]) => Promise<unknown>>
    await (backend.presign as (...given: unknown[]) => Promise<unknown>)('a', {
      method: 'PUT',
      expiresInSeconds: 60,
    })
    await (backend.setTags as (...given: unknown[]) => Promise<unknown>)('a', { tag: 'secret' })
    await (backend.readVersion as (...given: unknown[]) => Promise<unknown>)('a', 'v1')
    expect(
      await Array.fromAsync(
        (backend.listVersions as unknown as (key: string) => AsyncIterable<number>)('a'),
      ),
    ).toEqual([1, 2])
    expect(sink.told).toEqual([
      ...['presign a begun', 'presign a success', 'setTags a begun', 'setTags a success'],
      ...['readVersion a success', 'listVersions a success'],
    ])
    expect(sink.entries[0]!.details).toEqual({ method: 'PUT', expiresInSeconds: 60 })
    expect(sink.entries[4]).toMatchObject({ details: { id: 'v1' }, sizeBytes: 3 })
    expect(JSON.stringify(sink.entries)).not.toContain('secret')
    expect(backend.capabilities.extras).not.toContain('strange')
    expect(backend.strange).toBeUndefined()
    sink.fault = new Error('down')
    const presign = (backend.presign as (...given: unknown[]) => Promise<unknown>)('a', {
      method: 'GET',
    })
    expect(await codeOf(presign)).toBe('UNAVAILABLE')
  })
})

describe('entries in the audited store', () => {
  it('are changed by nobody, and can be read', async () => {
    const inner = new MemoryStorageBackend()
    const pass = defineLayer({ name: 'pass', wrap: (b) => aroundCalls(b, (_, run) => run()) })
    const layers = [audit({ sink: keyPrefixSink(inner, 'audit/') }), pass]
    const storage = new StorageManager(inner, { layers })
    await storage.save('doc', 1)
    const [entry] = await storage.listKeys('audit/')
    const stream = watched()
    expect(await codeOf(storage.writeStream(entry!, stream.body))).toBe('PERMISSION_DENIED')
    await expect.poll(stream.isClosed).toBe(true)
    expect(await codeOf(storage.delete(entry!))).toBe('PERMISSION_DENIED')
    expect(await codeOf(storage.copy('doc', 'audit/new'))).toBe('PERMISSION_DENIED')
    const results = await storage.deleteMany(['none', entry!, 'doc'])
    expect(results.map((result) => ('error' in result ? result.error.code : undefined))).toEqual([
      undefined,
      'PERMISSION_DENIED',
      undefined,
    ])
    expect(await storage.load(entry!, { as: 'text' })).toContain('"resource":"doc"')
    await storage.save('audit', 'not in the folder')
    const log = await Promise.all(
      (await storage.listKeys('audit/')).map((key) => storage.load(key, { as: 'text' })),
    )
    expect(log.join('')).toContain('"outcome":"PERMISSION_DENIED"')
  })

  it('are kept behind prefix views, too, under what their keys are there', async () => {
    const inner = new MemoryStorageBackend()
    const sinkAt = (path: string): Layer => audit({ sink: keyPrefixSink(inner, path) })
    const views = [prefix('b'), prefix('a')]
    const above = applyLayers(inner, [sinkAt('a/b/audit'), ...views])
    await above.write('audits', bytes('1'), type)
    expect(await codeOf(above.write('audit/x', bytes('1'), type))).toBe('PERMISSION_DENIED')
    const [entry] = (await inner.list({ prefix: 'a/b/audit/' })).objects
    expect(await codeOf(above.delete(entry!.key.slice('a/b/'.length)))).toBe('PERMISSION_DENIED')
    // All that can be seen there is the trail.
    const within = applyLayers(inner, [sinkAt('a'), ...views])
    expect(await codeOf(within.delete(entry!.key.slice('a/b/'.length)))).toBe('PERMISSION_DENIED')
  })

  it('are other keys behind a prefix view', async () => {
    const inner = new MemoryStorageBackend()
    const layers = [audit({ sink: keyPrefixSink(inner, 'audit') }), prefix('tenant')]
    const storage = new StorageManager(inner, { layers })
    await storage.save('audit/mine', 1)
    expect(await storage.listKeys()).toEqual(['audit/mine'])
  })
})
