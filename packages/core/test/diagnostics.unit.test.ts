import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, describe, expect, it } from 'vitest'
import { defineLayer, traceOperation } from '../src/backend-kit.ts'
import { Histogram } from '../src/diagnostics/histogram.ts'
import {
  circuitChannel,
  collectStatistics,
  fallbackChannel,
  MemoryStorageBackend,
  operationChannels,
  type OperationContext,
  retryChannel,
  StorageManager,
  type StatisticsCollector,
  systemClock,
} from '../src/index.ts'

const collectors: StatisticsCollector[] = []
afterEach(() => {
  for (const collector of collectors.splice(0)) collector.stop()
})
const collect = (): StatisticsCollector => {
  const collector = collectStatistics()
  collectors.push(collector)
  return collector
}

async function traced(run: () => Promise<unknown>): Promise<[string, OperationContext][]> {
  const seen: [string, OperationContext][] = []
  const on = (name: string) => (context: unknown) => {
    seen.push([name, { ...(context as OperationContext) }])
  }
  const handlers = {
    start: on('start'),
    end: on('end'),
    asyncStart: on('asyncStart'),
    asyncEnd: on('asyncEnd'),
    error: on('error'),
  }
  const channels = Object.values(operationChannels)
  for (const channel of channels) channel.subscribe(handlers)
  await run().catch(() => undefined)
  for (const channel of channels) channel.unsubscribe(handlers)
  return seen
}

describe('tracing channels', () => {
  it('tell what happened, without values and keys', async () => {
    const store = new StorageManager(new MemoryStorageBackend())
    const events = await traced(() => store.save('secret/key', 'hidden'))
    expect(events.map(([name]) => name)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
    expect(events.at(-1)![1]).toMatchObject({
      operation: 'write',
      backend: 'memory',
      bytes: 6,
      outcome: 'OK',
      durationMs: expect.any(Number) as number,
    })
    const failed = await traced(() => store.load('secret/none'))
    expect(failed.map(([name]) => name)).toContain('error')
    expect(failed.at(-1)![1]).toMatchObject({ operation: 'read', outcome: 'NOT_FOUND' })
    expect(JSON.stringify([events, failed])).not.toMatch(/secret|hidden/)
  })

  it('tell keys when asked to', async () => {
    const store = new StorageManager(new MemoryStorageBackend(), { diagnostics: { keys: true } })
    const events = await traced(() => store.save('k', 1))
    expect(events.at(-1)![1].key).toBe('k')
    const listed = await traced(() => store.listKeys('some/'))
    expect(listed.at(-1)![1]).toMatchObject({ operation: 'list', key: 'some/' })
    const whole = await traced(() => store.listKeys(''))
    expect(whole.at(-1)![1]).not.toHaveProperty('key')
  })

  it('cover every operation on objects', async () => {
    const store = new StorageManager(new MemoryStorageBackend())
    const events = await traced(async () => {
      await store.save('k', 1)
      await store.load('k')
      await store.stat('k')
      await store.copy('k', 'l')
      await store.listKeys()
      await store.delete('k')
      await store.deleteMany(['l'])
      await store.health()
    })
    const ended = events
      .filter(([name]) => name === 'asyncEnd')
      .map(([, { operation }]) => operation)
    const ofObjects = Object.keys(operationChannels).filter((name) => !name.includes('.'))
    expect(ended.sort()).toEqual(ofObjects.sort())
  })

  it('make the call inside of what a subscriber of its start asks for', async () => {
    const backend = new MemoryStorageBackend()
    const order: string[] = []
    const read = backend.read.bind(backend)
    backend.read = (...call) => {
      order.push('call')
      return read(...call)
    }
    const onStart = (message: unknown): void => {
      const context = message as OperationContext
      context.runInside = (call) => {
        order.push('in')
        const result = call()
        order.push('out')
        return result
      }
    }
    operationChannels.read.start.subscribe(onStart)
    await new StorageManager(backend).find('k')
    operationChannels.read.start.unsubscribe(onStart)
    expect(order).toEqual(['in', 'call', 'out'])
  })

  it('carry an AsyncLocalStorage store into the backend', async () => {
    const backend = new MemoryStorageBackend()
    const spans = new AsyncLocalStorage<OperationContext>()
    const read = backend.read.bind(backend)
    let active: OperationContext | undefined
    backend.read = (...call) => {
      active = spans.getStore()
      return read(...call)
    }
    operationChannels.read.start.bindStore(spans, (context) => context)
    await new StorageManager(backend).find('k')
    operationChannels.read.start.unbindStore(spans)
    expect(active).toMatchObject({ operation: 'read' })
  })
})

describe('statistics', () => {
  it('count per backend, operation and outcome, until reset and stop', async () => {
    const statistics = collect()
    const store = new StorageManager(new MemoryStorageBackend())
    await store.save('k', 'abc')
    await store.save('k', 'abcd')
    await store.find('none')
    const { series, dropped } = statistics.snapshot()
    expect(dropped).toBe(0)
    expect(series).toMatchObject([
      { backend: 'memory', operation: 'read', outcome: 'NOT_FOUND', count: 1 },
      { backend: 'memory', operation: 'write', outcome: 'OK', count: 2, bytes: 7 },
    ])
    expect(series[1]!.p99Ms).toBeLessThanOrEqual(series[1]!.maxMs)
    statistics.reset()
    expect(statistics.snapshot().series).toEqual([])
    statistics.stop()
    statistics.stop()
    await store.stat('k')
    expect(statistics.snapshot().series).toEqual([])
  })

  it('count what layers do, by backend, until reset and stop', () => {
    const statistics = collect()
    const retry = { backend: 's3', operation: 'read', attempt: 1, delayMs: 20 } as const
    retryChannel.publish({ ...retry, code: 'TIMEOUT' })
    retryChannel.publish({ ...retry, attempt: 2, delayMs: 40, code: 'TIMEOUT' })
    circuitChannel.publish({ backend: 's3', from: 'closed', to: 'open' })
    circuitChannel.publish({ backend: 's3', from: 'open', to: 'half-open' })
    const fallback = { backend: 'azblob', store: 'spare', operation: 'read' } as const
    fallbackChannel.publish({ ...fallback, code: 'UNAVAILABLE' })
    const none = { retries: 0, retryDelayMs: 0, circuitChanges: 0, circuitOpened: 0 }
    expect(statistics.snapshot().layers).toEqual([
      { backend: 'azblob', ...none, circuit: undefined, fallbacks: 1 },
      {
        backend: 's3',
        retries: 2,
        retryDelayMs: 60,
        circuitChanges: 2,
        circuitOpened: 1,
        circuit: 'half-open',
        fallbacks: 0,
      },
    ])
    for (let n = 0; n < 70; n++) {
      retryChannel.publish({ ...retry, backend: `b${n}`, code: 'TIMEOUT' })
    }
    expect(statistics.snapshot().layers).toHaveLength(64)
    expect(statistics.snapshot().dropped).toBe(8)
    statistics.reset()
    expect(statistics.snapshot()).toEqual({ series: [], layers: [], dropped: 0 })
    statistics.stop()
    retryChannel.publish({ ...retry, code: 'TIMEOUT' })
    expect(statistics.snapshot().layers).toEqual([])
  })

  it('quantiles are at most 3.2 % off', () => {
    const histogram = new Histogram()
    const durations = Array.from({ length: 5000 }, (_, i) => 0.02 * 1.003 ** i)
    for (const durationMs of durations) histogram.add(durationMs)
    for (const q of [0.5, 0.95, 0.99]) {
      const exact = durations[Math.ceil(q * durations.length) - 1]!
      if (exact > 4e6) continue
      expect(Math.abs(histogram.quantileMs(q) - exact) / exact).toBeLessThan(0.032)
    }
    expect(histogram.maxMs).toBe(durations.at(-1))
    expect(new Histogram().quantileMs(0.5)).toBe(0)
  })
})

describe('the logger', () => {
  it('gets one line per operation, by severity', async () => {
    const lines: [string, Record<string, unknown>, string][] = []
    const at = (level: string) => (fields: object, message: string) => {
      lines.push([level, fields as Record<string, unknown>, message])
    }
    const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
    const backend = new MemoryStorageBackend({ objectBytesMax: 10 })
    const store = new StorageManager(backend, { logger })
    await store.save('k', 'abc')
    await store.find('none')
    await store.save('k', 'far too long a text').catch(() => undefined)
    expect(lines.map(([level]) => level)).toEqual(['info', 'debug', 'error'])
    expect(lines[0]).toEqual([
      'info',
      {
        operation: 'write',
        key: 'k',
        size_bytes: 3,
        backend: 'memory',
        duration_ms: expect.any(Number) as number,
        outcome: 'OK',
      },
      'Storage operation completed',
    ])
  })
})

describe('a logger that fails', () => {
  const fine = { debug() {}, info() {}, warn() {}, error() {} }

  it('does not turn what was done into a failure, nor hide one', async () => {
    const fail = (): never => {
      throw new Error('disk full')
    }
    const logger = { debug: fail, info: fail, warn: fail, error: fail }
    const store = new StorageManager(new MemoryStorageBackend(), { logger })
    await store.save('k', 'abc')
    expect(await store.load('k')).toBe('abc')
    await expect(store.load('none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it.each<[string, object]>([
    ['logger', { logger: {} }],
    ['logger', { logger: null }],
    ['logger', { logger: { ...fine, warn: 1 } }],
    ['clock', { clock: { now: () => 0 } }],
    ['random', { random: Math.random }],
    ['diagnostics', { diagnostics: { key: true } }],
    ['diagnostics', { diagnostics: { keys: 'yes' } }],
    ['diagnostics', { diagnostics: true }],
    ['codecs', { codecs: [{}] }],
    ['layer "odd"', { layers: [defineLayer({ name: 'odd', wrap: () => ({}) as never })] }],
  ])('or another %s that is none, is refused at once: %j', (name, options) => {
    const make = (): unknown => new StorageManager(new MemoryStorageBackend(), options)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(name)
  })
})

describe('traceOperation', () => {
  it('publishes all of its events when the call throws at once', async () => {
    const context: OperationContext = { operation: 'stat', backend: 'x' }
    const seen = await traced(() =>
      traceOperation(context, systemClock, () => {
        throw new RangeError('sync')
      }).catch(() => undefined),
    )
    expect(seen.map(([name]) => name)).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd'])
  })
})
