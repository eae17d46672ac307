import {
  circuitChannel,
  fallbackChannel,
  MemoryStorageBackend,
  openQueues,
  openTables,
  operationChannels,
  type OperationContext,
  retry,
  retryChannel,
  StorageError,
  StorageManager,
  validate,
} from '@aos-storage/core'
import { faults } from '@aos-storage/core/testing'
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { instrumentStorage } from '../src/index.ts'
import { diagnosed, start, useTelemetry } from './support/telemetry.ts'

useTelemetry()

describe('spans of objects', () => {
  it('tell operation, backend and outcome, and no key', async () => {
    const { spans } = start()
    const storage = new StorageManager(new MemoryStorageBackend())
    await storage.save('secret/key', 'hidden')
    await storage.load('secret/key')
    const [write, read] = spans()
    expect(write).toMatchObject({ name: 'write memory', kind: SpanKind.CLIENT })
    expect(write!.attributes).toEqual({
      'aos_storage.backend': 'memory',
      'aos_storage.operation': 'write',
      'aos_storage.outcome': 'OK',
      'aos_storage.body.size': 6,
    })
    expect(write!.status.code).toBe(SpanStatusCode.UNSET)
    expect(write!.instrumentationScope).toMatchObject({
      name: '@aos-storage/otel',
      schemaUrl: 'https://opentelemetry.io/schemas/1.45.0',
    })
    expect(read!.name).toBe('read memory')
    const text = JSON.stringify(
      spans().map(({ name, attributes, events }) => [name, attributes, events]),
    )
    expect(text).not.toMatch(/secret|hidden/)
  })

  it('tell keys when the manager does', async () => {
    const { spans } = start()
    const diagnostics = { keys: true }
    const storage = new StorageManager(new MemoryStorageBackend(), { diagnostics })
    await storage.save('k', 1)
    await storage.listKeys('some/')
    const [write, list] = spans()
    expect(write!.attributes['aos_storage.key']).toBe('k')
    expect(write!.name).toBe('write memory')
    expect(list!.attributes['aos_storage.prefix']).toBe('some/')
    expect(list!.name).toBe('list memory')
  })

  it.each(['NOT_FOUND', 'ALREADY_EXISTS', 'PRECONDITION_FAILED', 'CONFLICT', 'ABORTED'] as const)(
    '%s is no error',
    async (code) => {
      const { spans } = start()
      const injector = faults({ seed: 1 })
      const storage = new StorageManager(new MemoryStorageBackend(), { layers: [injector] })
      injector.failNext('stat', code)
      await expect(storage.stat('k')).rejects.toMatchObject({ code })
      const [span] = spans()
      expect(span!.status.code).toBe(SpanStatusCode.UNSET)
      expect(span!.attributes).toMatchObject({ 'aos_storage.outcome': code })
      expect(span!.attributes).not.toHaveProperty('error.type')
    },
  )

  it.each(['UNAVAILABLE', 'CORRUPT', 'PERMISSION_DENIED', 'INVALID_ARGUMENT'] as const)(
    '%s is one, and quotes no message',
    async (code) => {
      const { spans } = start()
      const injector = faults({ seed: 1 })
      const storage = new StorageManager(new MemoryStorageBackend(), { layers: [injector] })
      injector.failNext('stat', new StorageError(code, 'the key "secret"'))
      await expect(storage.stat('k')).rejects.toMatchObject({ code })
      const [span] = spans()
      expect(span!.status).toEqual({ code: SpanStatusCode.ERROR })
      expect(span!.attributes['error.type']).toBe(code)
      expect(span!.events).toEqual([])
    },
  )

  it('are children of what is active, and parents of what the backend makes', async () => {
    const { spans, tracer } = start()
    const backend = new MemoryStorageBackend()
    const read = backend.read.bind(backend)
    backend.read = async (...call) => {
      // As an HTTP client does: one at once, one after it waited for something.
      tracer.startSpan('dns').end()
      await new Promise((resolve) => setImmediate(resolve))
      tracer.startSpan('GET').end()
      return read(...call)
    }
    const storage = new StorageManager(backend)
    await storage.save('k', 1)
    await tracer.startActiveSpan('request', async (span) => {
      await storage.load('k')
      tracer.startSpan('after').end()
      span.end()
    })
    const byName = new Map(spans().map((span) => [span.name, span]))
    const id = (name: string) => byName.get(name)!.spanContext().spanId
    const parent = (name: string) => byName.get(name)!.parentSpanContext?.spanId
    expect(parent('write memory')).toBeUndefined()
    expect(parent('read memory')).toBe(id('request'))
    expect(parent('dns')).toBe(id('read memory'))
    expect(parent('GET')).toBe(id('read memory'))
    expect(parent('after')).toBe(id('request'))
    expect(byName.get('GET')!.spanContext().traceId).toBe(
      byName.get('request')!.spanContext().traceId,
    )
  })

  it('do not mix when they run at once', async () => {
    const { spans, tracer } = start()
    const backend = new MemoryStorageBackend()
    const stat = backend.stat.bind(backend)
    backend.stat = async (key, options) => {
      await new Promise((resolve) => setImmediate(resolve))
      tracer.startSpan(`inside ${key}`).end()
      return stat(key, options)
    }
    const storage = new StorageManager(backend, { diagnostics: { keys: true } })
    await Promise.all(['a', 'b', 'c'].map((key) => storage.exists(key)))
    for (const key of ['a', 'b', 'c']) {
      const own = spans().find(({ attributes }) => attributes['aos_storage.key'] === key)!
      const inside = spans().find(({ name }) => name === `inside ${key}`)!
      expect(inside.parentSpanContext!.spanId).toBe(own.spanContext().spanId)
    }
  })

  it('leave the call to others that want it inside of theirs', async () => {
    const order: string[] = []
    const other = (message: unknown): void => {
      const operation = message as OperationContext
      operation.runInside = (call) => {
        order.push('other')
        return call()
      }
    }
    operationChannels.list.start.subscribe(other)
    const { spans } = start()
    await new StorageManager(new MemoryStorageBackend()).listKeys()
    operationChannels.list.start.unsubscribe(other)
    expect(order).toEqual(['other'])
    expect(spans()).toHaveLength(1)
  })

  it('are made only of those that are wanted', async () => {
    const { spans } = start({ spans: ({ operation }) => operation !== 'health' })
    const storage = new StorageManager(new MemoryStorageBackend())
    await storage.health()
    await storage.listKeys()
    expect(spans().map(({ name }) => name)).toEqual(['list memory'])
  })
})

describe('events of layers', () => {
  it('stand on the span of the operation in which they happen', async () => {
    const { spans, tracer } = start()
    const backend = new MemoryStorageBackend()
    const list = backend.list.bind(backend)
    backend.list = async (options) => {
      const about = { backend: 'memory', operation: 'list' }
      retryChannel.publish({ ...about, attempt: 1, delayMs: 250, code: 'TIMEOUT' })
      circuitChannel.publish({ backend: 'memory', from: 'closed', to: 'open' })
      fallbackChannel.publish({ ...about, store: 'spare', code: 'TIMEOUT' })
      return list(options)
    }
    await new StorageManager(backend).listKeys()
    await tracer.startActiveSpan('not ours', async (span) => {
      circuitChannel.publish({ backend: 'memory', from: 'open', to: 'half-open' })
      span.end()
    })
    const [own, foreign] = spans()
    expect(own!.events.map(({ name, attributes }) => [name, attributes])).toEqual([
      [
        'aos_storage.retry',
        { 'aos_storage.attempt': 1, 'aos_storage.retry.delay': 0.25, 'error.type': 'TIMEOUT' },
      ],
      [
        'aos_storage.circuit',
        { 'aos_storage.circuit.from': 'closed', 'aos_storage.circuit.to': 'open' },
      ],
      ['aos_storage.fallback', { 'aos_storage.store': 'spare', 'error.type': 'TIMEOUT' }],
    ])
    expect(foreign!.events).toEqual([])
  })
})

it('events of layers need no context manager', async () => {
  context.disable()
  const { spans } = start()
  const injector = faults({ seed: 1 })
  const storage = new StorageManager(new MemoryStorageBackend(), {
    layers: [retry({ delayMs: 0 }), injector],
  })
  injector.failNext('write', 'UNAVAILABLE')
  await Promise.all([storage.save('a', 1), storage.listKeys()])
  const told = spans().map(({ name, events }) => [name, events.map((event) => event.name)])
  expect(Object.fromEntries(told)).toEqual({
    'list memory': [],
    'write memory': ['aos_storage.retry'],
  })
})

describe('retries of a body that breaks off', () => {
  const schema = {
    '~standard': { version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value }) },
  }

  /** A store whose body of `k` breaks off once. */
  async function breaking(): Promise<StorageManager> {
    const backend = new MemoryStorageBackend()
    await backend.write('k', new TextEncoder().encode('"text"'), {
      contentType: 'application/json',
    })
    const read = backend.read.bind(backend)
    let isBroken = false
    backend.read = async (key, options) => {
      const result = await read(key, options)
      if (isBroken) return result
      isBroken = true
      const bytes = result.body as Uint8Array
      const body = {
        async *[Symbol.asyncIterator]() {
          yield bytes.subarray(0, 2)
          throw new StorageError('UNAVAILABLE', 'broken', { retryable: 'yes' })
        },
        cancel: async () => undefined,
      }
      return { ...result, body }
    }
    const layers = [validate({ 'checked/*': schema }), retry({ delayMs: 1 })]
    return new StorageManager(backend, { layers })
  }

  it('are events of an operation that reads it, and only counted after its span', async () => {
    const { spans } = start()
    let retries = 0
    const count = (): void => void retries++
    retryChannel.subscribe(count)
    await (await breaking()).copy('k', 'checked/k')
    expect(await (await breaking()).load('k')).toBe('text')
    retryChannel.unsubscribe(count)
    expect(retries).toBe(2)
    expect(spans().map(({ name, events }) => [name, events.map((event) => event.name)])).toEqual([
      ['copy memory', ['aos_storage.retry']],
      ['read memory', []],
    ])
  })
})

describe('spans of tables and queues', () => {
  it('follow the conventions of databases', async () => {
    const { spans } = start()
    await using tables = await openTables('memory', { diagnostics: { keys: true } })
    await tables.createTable('orders')
    await tables.insert('orders', { partitionKey: 'a', rowKey: 'b' })
    await tables.find('orders', 'a', 'none')
    expect(spans().map(({ name }) => name)).toEqual([
      'createTable orders',
      'change orders',
      'get orders',
    ])
    expect(spans()[1]!.attributes).toEqual({
      'db.system.name': 'memory',
      'db.operation.name': 'change',
      'db.collection.name': 'orders',
      'aos_storage.outcome': 'OK',
    })
    expect(spans()[2]).toMatchObject({
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
      attributes: { 'aos_storage.outcome': 'NOT_FOUND' },
    })
  })

  it('and of messaging, and tell no name unless the store does', async () => {
    const { spans } = start()
    await using queues = await openQueues('memory')
    await queues.createQueue('jobs')
    await queues.sendMessage('jobs', 'text')
    const message = await queues.receiveMessage('jobs')
    await queues.deleteMessage('jobs', message!)
    const rows = spans().map(({ name, kind, attributes }) => [
      name,
      kind,
      attributes['messaging.operation.type'],
    ])
    expect(rows).toEqual([
      ['createQueue memory', SpanKind.CLIENT, undefined],
      ['send memory', SpanKind.CLIENT, 'send'],
      ['receive memory', SpanKind.CLIENT, 'receive'],
      ['delete memory', SpanKind.CLIENT, 'settle'],
    ])
    expect(spans()[1]!.attributes).toMatchObject({
      'messaging.system': 'memory',
      'messaging.operation.name': 'send',
    })
    expect(JSON.stringify(spans().map(({ attributes }) => attributes))).not.toContain('jobs')
  })
})

describe('an instrumentation', () => {
  it('ends what is under way, and begins nothing after it was ended', async () => {
    const { spans, instrumentation, metric } = start()
    let answer = (): void => undefined
    const backend = new MemoryStorageBackend()
    const health = backend.health.bind(backend)
    backend.health = async (options) => {
      await new Promise<void>((resolve) => (answer = resolve))
      return health(options)
    }
    const storage = new StorageManager(backend)
    const asking = storage.health()
    instrumentation.uninstrument()
    instrumentation.uninstrument()
    await storage.listKeys()
    answer()
    await asking
    expect(spans().map(({ name }) => name)).toEqual(['health memory'])
    await Promise.resolve()
    expect(Object.values(operationChannels).some((channel) => channel.hasSubscribers)).toBe(false)
    const active = await metric('aos_storage.active_operations')
    expect(active!.dataPoints.map(({ value }) => value)).toEqual([0])
  })

  it('that is ended while nothing is under way leaves no subscriber', () => {
    const { instrumentation } = start()
    expect(operationChannels.read.hasSubscribers).toBe(true)
    instrumentation[Symbol.dispose]()
    const channels = Object.values(operationChannels)
    expect(channels.some((channel) => channel.hasSubscribers)).toBe(false)
    expect(
      [retryChannel, circuitChannel, fallbackChannel].some((each) => each.hasSubscribers),
    ).toBe(false)
  })

  it('does not tell of what began before it', async () => {
    let answer = (): void => undefined
    const backend = new MemoryStorageBackend()
    const health = backend.health.bind(backend)
    backend.health = async (options) => {
      await new Promise<void>((resolve) => (answer = resolve))
      return health(options)
    }
    const before = start()
    const asking = new StorageManager(backend).health()
    const after = start()
    answer()
    await asking
    expect(before.spans()).toHaveLength(1)
    expect(after.spans()).toEqual([])
    expect((await after.metric('aos_storage.active_operations'))?.dataPoints ?? []).toEqual([])
  })

  it('uses the global provider, also one that comes later', async () => {
    const { spans, tracerProvider, instrumentation } = start()
    instrumentation.uninstrument()
    using _global = instrumentStorage({ metrics: false })
    const storage = new StorageManager(new MemoryStorageBackend())
    await storage.listKeys()
    expect(spans()).toEqual([])
    trace.setGlobalTracerProvider(tracerProvider)
    await storage.listKeys()
    expect(spans()).toHaveLength(1)
  })

  it('lets calls be when telemetry fails', async () => {
    const told = diagnosed()
    const { instrumentation } = start({
      spans: () => {
        throw new Error('no')
      },
    })
    const storage = new StorageManager(new MemoryStorageBackend())
    await storage.save('k', 1)
    expect(await storage.load('k')).toBe(1)
    expect(told).toHaveLength(2)
    instrumentation.uninstrument()
  })

  it('works without a context manager, but for children', async () => {
    context.disable()
    const { spans } = start()
    const storage = new StorageManager(new MemoryStorageBackend())
    await storage.save('k', 1)
    expect(spans()).toHaveLength(1)
  })

  it.each<unknown>([
    { tracer: 1 },
    { spans: 'yes' },
    { metrics: 1 },
    { tracerProvider: {} },
    { meterProvider: null },
    null,
  ])('refuses options that mean nothing: %j', (options) => {
    expect(() => instrumentStorage(options as never)).toThrow(TypeError)
    expect(operationChannels.read.hasSubscribers).toBe(false)
  })
})
