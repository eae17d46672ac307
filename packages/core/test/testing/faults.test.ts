import { describe, expect, test } from 'vitest'
import { backendMembers } from '../../src/backend.ts'
import {
  applyLayers,
  MemoryStorageBackend,
  StorageError,
  type StorageBackend,
} from '../../src/index.ts'
import { faults, type FaultInjector, virtualClock } from '../../src/testing/index.ts'

const options = { contentType: 'text/plain' }

function faulty(injector: FaultInjector = faults({ seed: 1 })): {
  injector: FaultInjector
  inner: StorageBackend
  backend: StorageBackend
} {
  const inner = new MemoryStorageBackend()
  return { injector, inner, backend: injector(inner) }
}

/** A call of every method that faults can meet. */
function callsOf(backend: StorageBackend): Record<string, () => Promise<unknown>> {
  return {
    read: () => backend.read('doc'),
    write: () => backend.write('doc', Buffer.from('new'), options),
    stat: () => backend.stat('doc'),
    delete: () => backend.delete('doc'),
    list: () => backend.list(),
    copy: () => backend.copy('doc', 'copy'),
    deleteMany: () => backend.deleteMany(['doc']),
    health: () => backend.health(),
    close: () => backend.close(),
  }
}

test('it has every member of the contract, and passes every call on', async () => {
  const { backend, inner } = faulty()
  expect(backendMembers.filter((member) => !(member in backend))).toEqual([])
  expect(backend.capabilities).toEqual({ ...inner.capabilities, extras: [] })
  await backend.write('doc', Buffer.from('body'), options)
  expect((await backend.read('doc')).body).toEqual(new Uint8Array(Buffer.from('body')))
})

test('every method meets its faults', async () => {
  const { backend, injector, inner } = faulty()
  await inner.write('doc', Buffer.from('body'), options)
  const calls = callsOf(backend)
  expect(['name', 'capabilities', ...Object.keys(calls)]).toEqual([...backendMembers])
  for (const [operation, call] of Object.entries(calls)) {
    injector.failNext(operation as 'read', 'RATE_LIMITED')
    await expect(call()).rejects.toMatchObject({ code: 'RATE_LIMITED', operation })
  }
  expect(injector.events).toHaveLength(9)
  expect((await inner.list()).objects.map(({ key }) => key)).toEqual(['doc'])
})

describe('programmed faults', () => {
  test('a lost answer is lost after the work is done', async () => {
    const { backend, injector, inner } = faulty()
    injector.loseNext('write')
    const write = backend.write('doc', Buffer.from('body'), options)
    await expect(write).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: 'yes' })
    expect((await inner.stat('doc')).size).toBe(4)
  })

  test('a torn write leaves the old object', async () => {
    const { backend, injector, inner } = faulty()
    await inner.write('doc', Buffer.from('old'), options)
    injector.tearNext('write', 2)
    const write = backend.write('doc', Buffer.from('new body'), options)
    await expect(write).rejects.toMatchObject({ code: 'ABORTED' })
    expect((await inner.stat('doc')).size).toBe(3)
  })

  test('a short read gives so many bytes, then fails', async () => {
    const { backend, injector, inner } = faulty()
    await inner.write('doc', new Uint8Array(100_000), options)
    injector.tearNext('read', 50_000)
    const { body } = await backend.read('doc')
    let bytes = 0
    const reading = (async () => {
      for await (const chunk of body as AsyncIterable<Uint8Array>) bytes += chunk.byteLength
    })()
    await expect(reading).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(bytes).toBe(50_000)
  })

  test('the nth call of a method', async () => {
    const { backend, injector } = faulty()
    injector.at(2, 'list', { kind: 'error', error: new StorageError('TIMEOUT', 'too late') })
    await backend.list()
    await backend.health()
    await expect(backend.list()).rejects.toMatchObject({ code: 'TIMEOUT' })
    await backend.list()
  })

  test('keys by name and by pattern', async () => {
    const { backend, injector } = faulty()
    injector.add({ operation: 'write', key: /^logs\//, fault: { kind: 'error' } })
    injector.add({ key: 'doc', fault: { kind: 'error', error: 'CORRUPT' } })
    await backend.write('other', new Uint8Array(), options)
    const log = backend.write('logs/1', new Uint8Array(), options)
    await expect(log).rejects.toMatchObject({ code: 'UNAVAILABLE', key: 'logs/1' })
    await expect(backend.stat('doc')).rejects.toMatchObject({ code: 'CORRUPT' })
    await expect(backend.copy('other', 'doc')).rejects.toMatchObject({ code: 'CORRUPT' })
    injector.clear()
    await backend.copy('other', 'doc')
  })

  test('a hanging call ends with its signal only', async () => {
    const { backend, injector } = faulty()
    injector.add({ operation: 'stat', fault: { kind: 'hang' } })
    const controller = new AbortController()
    const stat = backend.stat('doc', { signal: controller.signal })
    const outcome = stat.catch((error: unknown) => error)
    controller.abort('enough')
    expect(await outcome).toMatchObject({ code: 'ABORTED', cause: 'enough' })
  })

  test('latency waits by the injected clock', async () => {
    const clock = virtualClock()
    const { backend } = faulty(
      faults({ seed: 1, clock, rules: [{ fault: { kind: 'latency', delayMs: 200 } }] }),
    )
    let isDone = false
    const listing = backend.list().then(() => (isDone = true))
    await clock.advance(199)
    expect(isDone).toBe(false)
    await clock.advance(1)
    await listing
    const controller = new AbortController()
    const aborted = backend.list({ signal: controller.signal })
    const outcome = aborted.catch((error: unknown) => error)
    controller.abort()
    expect(await outcome).toMatchObject({ code: 'ABORTED' })
  })

  test('crash points before and after the work', async () => {
    const points: string[] = []
    const inner = new MemoryStorageBackend()
    const injector = faults({
      onCrash: ({ operation, point }) => points.push(`${point} ${operation}`),
      rules: [
        { operation: 'write', fault: { kind: 'crash', point: 'before' } },
        { operation: 'write', fault: { kind: 'crash', point: 'after' } },
      ],
    })
    await injector(inner).write('doc', new Uint8Array(), options)
    expect(points).toEqual(['before write', 'after write'])
  })
})

test('chance comes from the seed, and the record tells it', async () => {
  const run = async (seed: number): Promise<number[]> => {
    const injector = faults({ seed, rules: [{ probability: 0.3, fault: { kind: 'error' } }] })
    const backend = injector(new MemoryStorageBackend())
    for (let at = 0; at < 100; at++) await backend.list().catch(() => undefined)
    expect(injector.describe()).toContain(`seed ${seed}`)
    return injector.events.map(({ call }) => call)
  }
  expect(await run(5)).toEqual(await run(5))
  expect(await run(5)).not.toEqual(await run(6))
  expect((await run(5)).length).toBeGreaterThan(10)
})

test('it is a layer, given among others', async () => {
  const injector = faults({ seed: 1 })
  const backend = applyLayers(new MemoryStorageBackend(), [injector])
  injector.failNext('stat', 'LOCKED')
  await expect(backend.stat('doc')).rejects.toMatchObject({ code: 'LOCKED' })
})

test('a hang ends with a signal that fired before it began', async () => {
  const clock = { now: () => 0, monotonicMs: () => 0, sleep: () => Promise.resolve() }
  const fault = { kind: 'latency', delayMs: 5 } as const
  const rules = [{ fault }, { fault: { kind: 'hang' } as const }]
  const { backend } = faulty(faults({ seed: 1, clock, rules }))
  const controller = new AbortController()
  const outcome = backend
    .stat('doc', { signal: controller.signal })
    .catch((error: unknown) => error)
  controller.abort('enough')
  expect(await outcome).toMatchObject({ code: 'ABORTED', cause: 'enough' })
})

describe('a slip of the pen is refused, since its rule would never strike', () => {
  const error = { kind: 'error' }
  test('in the plan', () => {
    expect(() => faults({ sed: 1 } as object)).toThrow(/unknown option "sed"/)
  })
  test('with the kinds that there are', () => {
    const rule = { fault: { kind: 'eror' } } as never
    expect(() => faults().add(rule)).toThrow(
      'fault.kind is "eror"; it is one of latency, error, lost-answer, torn-write, short-read, ' +
        'silent-end, hang, crash',
    )
  })
  test.each([
    { operatoin: 'write', fault: error },
    { operation: 'wirte', fault: error },
    { operation: ['write', 'wirte'], fault: error },
    { fault: { kind: 'eror' } },
    { fault: { kind: 'toString' } },
    { fault: { kind: 'latency', delay: 5 } },
  ])('in the rule %j', (rule) => {
    expect(() => faults({ rules: [rule as never] })).toThrow(TypeError)
    expect(() => faults().add(rule as never)).toThrow(TypeError)
  })
})
