import { describe, expect, it } from 'vitest'
import {
  type CircuitState,
  formatPrometheus,
  metrics,
  type BodyStream,
  type MeterSnapshot,
  type StorageErrorCode,
} from '../../src/index.ts'
import { aroundCalls, defineLayer, StorageError, tellState } from '../../src/backend-kit.ts'
import { applyLayers, MemoryStorageBackend, StorageManager } from '../../src/index.ts'
import { faults, virtualClock } from '../../src/testing/index.ts'
import { parsePrometheus } from './support/prometheus-parser.ts'

const type = { contentType: 'a/b' }
const bytes = (size: number): Uint8Array => new Uint8Array(size)

function operation(snapshot: MeterSnapshot, name: string) {
  const found = snapshot.operations.find((each) => each.operation === name)
  if (found === undefined) throw new Error(`${name} was not counted`)
  return found
}

/** The memory backend, whose bodies come in chunks of 10 bytes. */
function streaming(inner = new MemoryStorageBackend()): MemoryStorageBackend {
  const read = inner.read.bind(inner)
  inner.read = async (...given) => {
    const result = await read(...given)
    const whole = result.body as Uint8Array
    const body: BodyStream = {
      async *[Symbol.asyncIterator]() {
        for (let at = 0; at < whole.byteLength; at += 10) yield whole.subarray(at, at + 10)
      },
      cancel: async () => undefined,
    }
    return { ...result, body }
  }
  return inner
}

function setUp(inner = new MemoryStorageBackend()) {
  const clock = virtualClock()
  const meter = metrics({ clock })
  const injector = faults({ seed: 1, clock })
  return { clock, meter, injector, backend: applyLayers(inner, [meter, injector]) }
}

/** A layer that tells a state, as retries and circuits do. */
function teller(name: string, details: Record<string, string | number>, ok = true) {
  return defineLayer({
    name,
    isRepeatable: true,
    wrap(inner) {
      const outer = aroundCalls(inner, (_call, run) => run())
      tellState(outer, { state: () => ({ ok, message: name, details }) })
      return outer
    },
  })
}

describe('what a meter counts', () => {
  it('operations, durations and bytes', async () => {
    const { backend, meter, injector, clock } = setUp()
    injector.add({ operation: 'write', fault: { kind: 'latency', delayMs: 20 } })
    const writing = backend.write('k', bytes(100), type)
    await clock.advance(20)
    await writing
    await backend.read('k', { range: { suffix: 40 } })
    await backend.copy('k', 'l')
    const snapshot = meter.snapshot()
    expect(snapshot.name).toBe('memory')
    expect(snapshot.operations.map((each) => each.operation)).toEqual(['copy', 'read', 'write'])
    const write = operation(snapshot, 'write')
    expect(write).toMatchObject({ calls: 1, bytesWritten: 100, bytesRead: 0, availability: 1 })
    expect(write.latency).toMatchObject({ count: 1, sumMs: 20, meanMs: 20, maxMs: 20 })
    expect(write.latency.p50Ms).toBeCloseTo(20, 0)
    expect(write.latency.buckets.find(({ leMs }) => leMs === 10)!.count).toBe(0)
    expect(write.latency.buckets.find(({ leMs }) => leMs === 25)!.count).toBe(1)
    expect(operation(snapshot, 'read').bytesRead).toBe(40)
    expect(snapshot.total).toMatchObject({ calls: 3, bytesRead: 40, bytesWritten: 100 })
    expect(snapshot.total.latency.maxMs).toBe(20)
  })

  it('what is in flight, and was at most', async () => {
    const { backend, meter, injector, clock } = setUp()
    injector.add({ fault: { kind: 'latency', delayMs: 10 } })
    const calls = [backend.list(), backend.list(), backend.stat('k').catch(() => undefined)]
    expect(meter.snapshot().total.inFlight).toBe(3)
    expect(operation(meter.snapshot(), 'list')).toMatchObject({ calls: 0, inFlight: 2 })
    await clock.advance(10)
    await Promise.all(calls)
    expect(meter.snapshot().total).toMatchObject({ inFlight: 0, inFlightMax: 3 })
    expect(operation(meter.snapshot(), 'list').inFlightMax).toBe(2)
  })

  it.each<[StorageErrorCode, number, number]>([
    ['NOT_FOUND', 1, 0],
    ['ALREADY_EXISTS', 1, 0],
    ['PRECONDITION_FAILED', 1, 0],
    ['CONFLICT', 1, 0],
    ['LOCKED', 1, 0],
    ['UNAVAILABLE', 0, 1],
    ['TIMEOUT', 0, 1],
    ['RATE_LIMITED', 0, 1],
    ['CORRUPT', 0, 1],
    ['UNAUTHENTICATED', 0, 1],
    ['PERMISSION_DENIED', 0, 1],
    ['QUOTA_EXCEEDED', 0, 1],
    ['ABORTED', 0, 0],
    ['CLOSED', 0, 0],
    ['INVALID_ARGUMENT', 0, 0],
    ['UNSUPPORTED', 0, 0],
  ])('%s: %i answered, %i faults', async (code, answered, failed) => {
    const { backend, meter, injector } = setUp()
    injector.failNext('stat', code)
    await expect(backend.stat('k')).rejects.toMatchObject({ code })
    const { total } = meter.snapshot()
    expect(total).toMatchObject({ calls: 1, answered, faults: failed, errors: { [code]: 1 } })
    const share = answered + failed === 0 ? undefined : answered
    expect(total.availability).toBe(share)
    expect(total.oneMinute.availability).toBe(share)
  })

  it('a mistake of the program as nothing about the store', async () => {
    const backend = applyLayers(new MemoryStorageBackend(), [])
    const meter = metrics()
    const stat = aroundCalls(backend, () => Promise.reject(new TypeError('a number as key')))
    await expect(meter(stat).stat('k')).rejects.toThrow(TypeError)
    const { total } = meter.snapshot()
    expect(total).toMatchObject({ errors: { TypeError: 1 }, answered: 0, faults: 0 })
  })

  it('an unhealthy store as an error, and health not in the availability', async () => {
    const { backend, meter } = setUp()
    await backend.health()
    await backend.close()
    expect((await backend.health()).ok).toBe(false)
    const health = operation(meter.snapshot(), 'health')
    expect(health).toMatchObject({ calls: 2, errors: { UNAVAILABLE: 1 }, availability: undefined })
    expect(meter.snapshot().total.availability).toBeUndefined()
  })

  it('a deleteMany in which a key met a fault as that fault', async () => {
    const inner = new MemoryStorageBackend()
    const answers: (StorageErrorCode | undefined)[][] = [
      [undefined, 'LOCKED'],
      [undefined, 'TIMEOUT'],
    ]
    inner.deleteMany = async (keys) => {
      const codes = answers.shift()!
      return keys.map((key, at) => {
        const code = codes[at]
        return code === undefined
          ? { key, deleted: true }
          : { key, deleted: false, error: new StorageError(code, 'no') }
      })
    }
    const { backend, meter } = setUp(inner)
    await backend.deleteMany(['a', 'b'])
    await backend.deleteMany(['a', 'b'])
    const many = operation(meter.snapshot(), 'deleteMany')
    expect(many).toMatchObject({ calls: 2, answered: 1, faults: 1, errors: { TIMEOUT: 1 } })
  })

  it('extras by their names', async () => {
    const inner = Object.assign(new MemoryStorageBackend(), { getTags: async () => ({ a: 'b' }) })
    const capabilities = { ...inner.capabilities, extras: ['getTags'] }
    Object.defineProperty(inner, 'capabilities', { value: capabilities })
    const meter = metrics()
    await (applyLayers(inner, [meter]) as unknown as typeof inner).getTags()
    expect(operation(meter.snapshot(), 'getTags').calls).toBe(1)
  })
})

describe('bodies', () => {
  it('count when they are read, and settle at their end', async () => {
    const { backend, meter, clock } = setUp(streaming())
    await backend.write('k', bytes(25), type)
    const { body } = await backend.read('k')
    const read = () => operation(meter.snapshot(), 'read')
    expect(read()).toMatchObject({ calls: 1, bytesRead: 0, answered: 0, bodies: { open: 1 } })
    const iterator = (body as BodyStream)[Symbol.asyncIterator]()
    await iterator.next()
    expect(read().bytesRead).toBe(10)
    await clock.advance(300)
    await iterator.next()
    await iterator.next()
    expect((await iterator.next()).done).toBe(true)
    expect(read()).toMatchObject({ bytesRead: 25, answered: 1, availability: 1 })
    expect(read().bodies).toMatchObject({ open: 0, openMax: 1, consumed: 1, errors: {} })
    expect(read().bodies.untilConsumed).toMatchObject({ count: 1, maxMs: 300 })
    expect(read().latency.maxMs).toBe(0)
  })

  it('that their reader leaves are answered, once', async () => {
    const { backend, meter } = setUp(streaming())
    await backend.write('k', bytes(25), type)
    const { body } = await backend.read('k')
    for await (const _chunk of body as BodyStream) break
    await (body as BodyStream).cancel()
    const other = await backend.read('k')
    await (other.body as BodyStream).cancel()
    await (other.body as BodyStream).cancel()
    const { bodies, answered, faults: failed, bytesRead } = operation(meter.snapshot(), 'read')
    expect(bodies).toMatchObject({ open: 0, openMax: 1, consumed: 0, cancelled: 2 })
    expect([answered, failed, bytesRead]).toEqual([2, 0, 10])
  })

  it.each([
    ['short-read', 'UNAVAILABLE'],
    ['silent-end', 'UNAVAILABLE'],
  ] as const)('that break off are faults: %s', async (kind, code) => {
    const { backend, meter, injector } = setUp()
    const storage = new StorageManager(backend)
    await storage.save('k', 'x'.repeat(1000))
    injector.add({ operation: 'read', fault: { kind, afterBytes: 10 } })
    await expect(storage.load('k')).rejects.toMatchObject({ code })
    const read = operation(meter.snapshot(), 'read')
    expect(read).toMatchObject({ calls: 1, errors: {}, answered: 0, faults: 1, availability: 0 })
    expect(read.bodies).toMatchObject({ open: 0, errors: { [code]: 1 } })
  })

  it('give the bytes that the store gave', async () => {
    const { backend } = setUp(streaming())
    const storage = new StorageManager(backend)
    const text = 'so many words '.repeat(20)
    await storage.save('k', text)
    expect(await storage.load('k')).toBe(text)
  })
})

describe('windows', () => {
  it('forget what is older, and tell rates', async () => {
    const { backend, meter, injector, clock } = setUp()
    await clock.advance(600_000)
    injector.failNext('write')
    await backend.write('k', bytes(10), type).catch(() => undefined)
    await clock.advance(120_000)
    for (let n = 0; n < 30; n++) await backend.write('k', bytes(1000), type)
    const { total } = meter.snapshot()
    expect(total.oneMinute).toMatchObject({ calls: 30, faults: 0, availability: 1 })
    const { seconds } = total.oneMinute
    expect(seconds).toBeGreaterThanOrEqual(55)
    expect(seconds).toBeLessThanOrEqual(60)
    expect(total.oneMinute.callsPerSecond).toBeCloseTo(30 / seconds)
    expect(total.oneMinute.bytesWrittenPerSecond).toBeCloseTo(30_000 / seconds)
    expect(total.fiveMinutes).toMatchObject({ calls: 31, faults: 1, availability: 30 / 31 })
    await clock.advance(300_000)
    const later = meter.snapshot().total
    expect(later.fiveMinutes).toMatchObject({ calls: 0, faults: 0, availability: undefined })
    expect(later.availability).toBeCloseTo(30 / 31)
  })

  it('begin with the meter, not with a first call', async () => {
    const { backend, meter, clock } = setUp()
    await clock.advance(300_000)
    await backend.list()
    const { oneMinute } = operation(meter.snapshot(), 'list')
    expect(oneMinute.seconds).toBeGreaterThanOrEqual(55)
    expect(oneMinute.callsPerSecond).toBeCloseTo(1 / oneMinute.seconds)
  })

  it('cover no more than since the start', async () => {
    const { backend, meter, clock } = setUp()
    await backend.list()
    await clock.advance(10_000)
    const { oneMinute, fiveMinutes } = meter.snapshot().total
    expect([oneMinute.seconds, fiveMinutes.seconds]).toEqual([10, 10])
    expect(oneMinute.callsPerSecond).toBe(0.1)
  })
})

describe('a meter', () => {
  it('tells of the layers inside of it, and of no other store', async () => {
    const inside = () => [
      teller('retry', { retries: 3 }),
      teller('circuitBreaker', { state: 'half-open' satisfies CircuitState }, false),
      teller('retry', { retries: 4 }),
    ]
    const [one, other] = [metrics(), metrics({ name: 'other' })]
    const outside = teller('retry', { retries: 100 })
    applyLayers(new MemoryStorageBackend(), [outside, one, ...inside()])
    applyLayers(new MemoryStorageBackend(), [other])
    const snapshot = one.snapshot()
    expect(snapshot).toMatchObject({ retries: 7, circuit: 'half-open' })
    expect(snapshot.layers.map(({ name, place, ok }) => [name, place, ok])).toEqual([
      ['retry', '0', true],
      ['circuitBreaker', '1', false],
      ['retry', '2', true],
    ])
    expect(other.snapshot()).toMatchObject({
      name: 'other',
      layers: [],
      retries: undefined,
      circuit: undefined,
    })
  })

  it('tells of stores that a layer turns to', () => {
    const spare = applyLayers(new MemoryStorageBackend(), [
      teller('circuitBreaker', { state: 'open' }),
    ])
    const turning = defineLayer({
      name: 'fallback',
      wrap(inner) {
        const outer = aroundCalls(inner, (_call, run) => run())
        tellState(outer, { others: { spare } })
        return outer
      },
    })
    const meter = metrics()
    applyLayers(new MemoryStorageBackend(), [meter, turning])
    const { layers, circuit } = meter.snapshot()
    expect(layers.map(({ place }) => place)).toEqual(['0.spare.0'])
    expect(circuit).toBe('open')
  })

  it('tells a circuit that is held open by hand as open', () => {
    const meter = metrics()
    const isolated = teller('circuitBreaker', { state: 'isolated' }, false)
    applyLayers(new MemoryStorageBackend(), [meter, isolated])
    expect(meter.snapshot().circuit).toBe('open')
  })

  it('counts attempts when it is inside of what tries again', async () => {
    const [calls, attempts] = [metrics(), metrics()]
    const twice = defineLayer({
      name: 'twice',
      wrap: (inner) => aroundCalls(inner, (_call, run) => run().catch(() => run())),
    })
    const injector = faults({ seed: 1 })
    const layers = [calls, twice, attempts, injector]
    const backend = applyLayers(new MemoryStorageBackend(), layers)
    injector.failNext('list')
    await backend.list()
    expect(calls.snapshot().total).toMatchObject({ calls: 1, availability: 1 })
    expect(attempts.snapshot().total).toMatchObject({ calls: 2, availability: 0.5 })
  })

  it('forgets on reset, but not what is under way', async () => {
    const { backend, meter, injector, clock } = setUp()
    await backend.write('k', bytes(10), type)
    injector.add({ operation: 'list', fault: { kind: 'latency', delayMs: 10 } })
    const listing = backend.list()
    await clock.advance(5)
    meter.reset()
    expect(meter.snapshot()).toMatchObject({
      sinceMs: clock.now(),
      total: { calls: 0, bytesWritten: 0, inFlight: 1, inFlightMax: 1, latency: { count: 0 } },
    })
    expect(meter.snapshot().operations.map((each) => each.operation)).toEqual(['list'])
    await clock.advance(5)
    await listing
    expect(meter.snapshot().total).toMatchObject({ calls: 1, inFlight: 0, answered: 1 })
  })

  it('keeps a bounded number of operations', async () => {
    const inner = new MemoryStorageBackend()
    const names = Array.from({ length: 100 }, (_, n) => `extra${n}`)
    const meter = metrics()
    // As a backend with members that no extra of ours has: each gets its own name.
    const { StoreMeter } = await import('../../src/diagnostics/meter.ts')
    const store = new StoreMeter('many', virtualClock())
    for (const name of names) store.begin(name).end('OK')
    const { operations, total } = store.snapshot()
    expect(operations).toHaveLength(33)
    expect(operations.find((each) => each.operation === 'other')!.calls).toBe(68)
    expect(total.calls).toBe(100)
    expect(meter(inner).name).toBe('memory')
  })

  it.each<[unknown, ErrorConstructor | TypeErrorConstructor]>([
    [{ nam: 'x' }, TypeError],
    [{ name: '' }, TypeError],
    [{ name: 1 }, TypeError],
    [{ clock: {} }, TypeError],
    [null, TypeError],
  ])('refuses options that mean nothing: %j', (options, error) => {
    expect(() => metrics(options as never)).toThrow(error)
  })
})

describe('the text for Prometheus', () => {
  it('is what a strict reader reads', async () => {
    const clock = virtualClock()
    const name = 'a "quoted" \\ name\nin two lines'
    const meter = metrics({ name, clock })
    const injector = faults({ seed: 1, clock })
    const inside = [
      teller('retry', { retries: 2 }),
      teller('circuitBreaker', { state: 'open', failures: 5, failuresMax: Infinity }, false),
      teller('retry', { retries: 1 }),
    ]
    const layers = [meter, ...inside, injector]
    const backend = applyLayers(streaming(), layers)
    await backend.write('k', bytes(25), type)
    for await (const _chunk of (await backend.read('k')).body as BodyStream);
    await backend.stat('none').catch(() => undefined)
    injector.failNext('stat', 'TIMEOUT')
    await backend.stat('k').catch(() => undefined)
    const families = parsePrometheus(meter.prometheus())
    const value = (family: string, labels: Record<string, string>, sample = family) =>
      families
        .get(`aos_storage_${family}`)!
        .samples.filter((each) => each.name === `aos_storage_${sample}`)
        .find((each) =>
          Object.entries(labels).every(([label, text]) => each.labels[label] === text),
        )?.value
    expect(value('operations_total', { store: name, operation: 'write', outcome: 'OK' })).toBe(1)
    expect(value('operations_total', { operation: 'stat', outcome: 'TIMEOUT' })).toBe(1)
    expect(value('operations_total', { operation: 'stat', outcome: 'OK' })).toBe(0)
    expect(value('faults_total', { operation: 'stat' })).toBe(1)
    expect(value('answered_total', { operation: 'stat' })).toBe(1)
    expect(value('read_bytes_total', { operation: 'read' })).toBe(25)
    expect(value('bodies_total', { operation: 'read', end: 'consumed' })).toBe(1)
    expect(value('bodies_total', { operation: 'write' })).toBeUndefined()
    expect(value('retries_total', {})).toBe(3)
    expect(value('circuit_state', { state: 'open' })).toBe(1)
    expect(value('circuit_state', { state: 'closed' })).toBe(0)
    expect(value('layer_ok', { layer: 'circuitBreaker' })).toBe(0)
    expect(value('layer_number', { detail: 'failures' })).toBe(5)
    expect(value('layer_number', { detail: 'failuresMax' })).toBe(Infinity)
    const duration = 'operation_duration_seconds'
    expect(value(duration, { operation: 'stat' }, `${duration}_count`)).toBe(2)
    expect(value(duration, { operation: 'stat', le: '0.0005' }, `${duration}_bucket`)).toBe(2)
  })

  it('of several stores stands family by family, and needs names', async () => {
    const [one, other] = [metrics({ name: 'one' }), metrics({ name: 'other' })]
    await applyLayers(new MemoryStorageBackend(), [one]).list()
    await applyLayers(new MemoryStorageBackend(), [other]).list()
    const families = parsePrometheus(formatPrometheus([one.snapshot(), other.snapshot()]))
    const { samples } = families.get('aos_storage_faults_total')!
    expect(samples.map(({ labels }) => labels['store'])).toEqual(['one', 'other'])
    expect(() => formatPrometheus([one.snapshot(), one.snapshot()])).toThrow(/same name/)
    expect(formatPrometheus([])).toBe('')
  })
})
