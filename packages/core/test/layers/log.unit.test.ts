import { Writable } from 'node:stream'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { aroundCalls, defineLayer, StorageError } from '../../src/backend-kit.ts'
import {
  applyLayers,
  circuitChannel,
  fallbackChannel,
  log,
  type Logger,
  type LogOptions,
  MemoryStorageBackend,
  retry,
  retryChannel,
  StorageManager,
} from '../../src/index.ts'
import { faults, seededRandom, virtualClock } from '../../src/testing/index.ts'
import { collected } from './support/bodies.ts'

const type = { contentType: 'a/b' }

interface Line {
  readonly level: string
  readonly fields: Record<string, unknown>
  readonly message: string
}

function recorder() {
  const lines: Line[] = []
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields: fields as Record<string, unknown>, message })
  }
  const logger: Logger = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  }
  return { lines, logger }
}

function setUp(options: LogOptions = {}) {
  const { lines, logger } = recorder()
  const clock = virtualClock()
  const injector = faults({ seed: 1, clock })
  const layers = [log(logger, { clock, random: seededRandom(7), ...options }), injector]
  return { lines, clock, injector, backend: applyLayers(new MemoryStorageBackend(), layers) }
}

/** A layer that tries once again and says so, as `retry` does. */
const again = (name = 'again') =>
  defineLayer({
    name,
    wrap: (inner) =>
      aroundCalls(inner, async (call, run) => {
        try {
          return await run()
        } catch {
          const { operation } = call
          const event = { backend: inner.name, operation, attempt: 1, delayMs: 5 }
          retryChannel.publish({ ...event, code: 'UNAVAILABLE' })
          await Promise.resolve()
          return run()
        }
      }),
  })

describe('a line', () => {
  it('tells what was done, fields first', async () => {
    const { backend, lines, clock, injector } = setUp()
    injector.add({ operation: 'write', fault: { kind: 'latency', delayMs: 7 } })
    const writing = backend.write('k', new Uint8Array(3), type)
    await clock.advance(7)
    await writing
    expect(lines).toEqual([
      {
        level: 'info',
        fields: {
          operation: 'write',
          key: 'k',
          size_bytes: 3,
          backend: 'memory',
          duration_ms: 7,
          outcome: 'OK',
        },
        message: 'Storage operation completed',
      },
    ])
    expect(Object.keys(lines[0]!.fields)[0]).toBe('operation')
  })

  it('tells both keys of a copy, the prefix of a listing, and how many were deleted', async () => {
    const { backend, lines } = setUp()
    await backend.write('a', new Uint8Array(3), type)
    await backend.read('a', { range: { suffix: 2 } })
    await backend.copy('a', 'b')
    await backend.list({ prefix: 'some/' })
    await backend.list()
    await backend.deleteMany(['a', 'b'])
    const rows = lines.slice(1).map(({ fields: { duration_ms: _ms, ...rest } }) => rest)
    const about = { backend: 'memory', outcome: 'OK' }
    expect(rows).toEqual([
      { operation: 'read', key: 'a', size_bytes: 2, ...about },
      { operation: 'copy', key: 'a', to: 'b', size_bytes: 3, ...about },
      { operation: 'list', prefix: 'some/', ...about },
      { operation: 'list', ...about },
      { operation: 'deleteMany', key_count: 2, ...about },
    ])
  })

  it.each([
    ['NOT_FOUND', 'debug'],
    ['ABORTED', 'debug'],
    ['RATE_LIMITED', 'warn'],
    ['UNAVAILABLE', 'error'],
    ['CORRUPT', 'error'],
  ] as const)('of %s is %s', async (code, level) => {
    const { backend, lines, injector } = setUp()
    const details = { status: 503, requestId: 'r-1', retryable: 'yes' } as const
    injector.failNext('stat', new StorageError(code, 'the key "secret/k" is not', details))
    await expect(backend.stat('k')).rejects.toMatchObject({ code })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({
      level,
      fields: { outcome: code, status: 503, request_id: 'r-1', retryable: 'yes' },
    })
    expect(JSON.stringify(lines)).not.toContain('secret')
  })

  it('of a mistake of the program says so', async () => {
    const { lines, logger } = recorder()
    const inner = aroundCalls(new MemoryStorageBackend(), () => Promise.reject(new TypeError('no')))
    await expect(log(logger)(inner).stat('k')).rejects.toThrow(TypeError)
    expect(lines[0]!.fields['outcome']).toBe('TypeError')
  })

  it('warns of what was done in part', async () => {
    const inner = new MemoryStorageBackend()
    const error = new StorageError('TIMEOUT', 'no')
    inner.deleteMany = async (keys) => keys.map((key) => ({ key, deleted: false, error }))
    const { lines, logger } = recorder()
    const backend = log(logger, { sampling: 0 })(inner)
    await backend.deleteMany(['a', 'b'])
    await backend.close()
    await backend.health()
    expect(lines.map(({ level }) => level)).toEqual(['warn', 'warn'])
    expect(lines[0]!.fields).toMatchObject({ key_count: 2, failed: 2 })
    expect(lines[1]!.fields).toMatchObject({ operation: 'health', healthy: false })
  })

  it('warns of what was slow', async () => {
    const { backend, lines, clock, injector } = setUp({ slowMs: 100, sampling: 0 })
    for (const delayMs of [100, 101]) {
      injector.add({ operation: 'list', times: 1, fault: { kind: 'latency', delayMs } })
      const listing = backend.list()
      await clock.advance(delayMs)
      await listing
    }
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ level: 'warn', fields: { duration_ms: 101, slow: true } })
  })
})

describe('keys', () => {
  it('are left out when they are not wanted', async () => {
    const { backend, lines } = setUp({ keys: false })
    await backend.write('secret/a', new Uint8Array(3), type)
    await backend.copy('secret/a', 'secret/b')
    await backend.list({ prefix: 'secret/' })
    await backend.stat('secret/none').catch(() => undefined)
    await backend.deleteMany(['secret/a', 'secret/b'])
    expect(lines).toHaveLength(5)
    expect(JSON.stringify(lines)).not.toContain('secret')
  })

  it('are hashed, the same to the same, when that is wanted', async () => {
    const { backend, lines } = setUp({ keys: 'hash' })
    await backend.write('secret/a', new Uint8Array(3), type)
    await backend.copy('secret/a', 'secret/b')
    await backend.list({ prefix: 'secret/' })
    const [write, copy, list] = lines.map(({ fields }) => fields)
    expect(write!['key_hash']).toMatch(/^[\w-]{16}$/)
    expect(copy!['key_hash']).toBe(write!['key_hash'])
    expect(copy!['to_hash']).toMatch(/^[\w-]{16}$/)
    expect(copy!['to_hash']).not.toBe(copy!['key_hash'])
    expect(list!['prefix_hash']).toMatch(/^[\w-]{16}$/)
    expect(JSON.stringify(lines)).not.toContain('secret')
  })
})

describe('sampling', () => {
  it('thins successes, and nothing else', async () => {
    const { backend, lines } = setUp({ sampling: 0.1 })
    for (let n = 0; n < 1000; n++) await backend.list()
    const successes = lines.length
    expect(successes).toBeGreaterThan(50)
    expect(successes).toBeLessThan(200)
    for (let n = 0; n < 50; n++) await backend.stat('none').catch(() => undefined)
    expect(lines).toHaveLength(successes + 50)
  })
})

describe('events of layers', () => {
  it('are lines of the store in which they happen, though names are the same', async () => {
    const stores = [recorder(), recorder()].map(({ lines, logger }) => {
      const injector = faults({ seed: 1 })
      const layers = [log(logger), again(), injector]
      return { lines, injector, backend: applyLayers(new MemoryStorageBackend(), layers) }
    })
    const [one, other] = stores as [(typeof stores)[0], (typeof stores)[0]]
    one.injector.failNext('stat')
    one.injector.failNext('stat', 'NOT_FOUND')
    await Promise.all([
      one.backend.stat('k').catch(() => undefined),
      other.backend.list(),
      one.backend.list(),
    ])
    expect(other.lines.map(({ fields }) => fields['operation'])).toEqual(['list'])
    const ofStat = one.lines.filter(({ fields }) => fields['operation'] === 'stat')
    expect(ofStat).toMatchObject([
      { level: 'warn', fields: { key: 'k', attempt: 1, delay_ms: 5, outcome: 'UNAVAILABLE' } },
      { level: 'debug', fields: { key: 'k', attempts: 2, outcome: 'NOT_FOUND' } },
    ])
    expect(one.lines.filter(({ fields }) => fields['operation'] === 'list')).toHaveLength(1)
  })

  it('are told by the log that stands just outside, and by no other', async () => {
    const [outer, inner] = [recorder(), recorder()]
    const injector = faults({ seed: 1 })
    const layers = [log(outer.logger), again(), log(inner.logger), injector]
    const backend = applyLayers(new MemoryStorageBackend(), layers)
    injector.failNext('list')
    await backend.list()
    expect(outer.lines.map(({ level }) => level)).toEqual(['warn', 'info'])
    expect(inner.lines.map(({ level }) => level)).toEqual(['error', 'info'])
  })

  it('tell of circuits and of other stores', async () => {
    const { lines, logger } = recorder()
    const eventful = defineLayer({
      name: 'eventful',
      wrap: (inner) =>
        aroundCalls(inner, (call, run) => {
          const backend = inner.name
          circuitChannel.publish({ backend, from: 'closed', to: 'open' })
          circuitChannel.publish({ backend, from: 'open', to: 'half-open' })
          const { operation } = call
          fallbackChannel.publish({ backend, store: 'spare', operation, code: 'TIMEOUT' })
          return run()
        }),
    })
    const layers = [log(logger, { keys: false }), eventful]
    const backend = applyLayers(new MemoryStorageBackend(), layers)
    await backend.delete('k')
    expect(lines.map(({ level }) => level)).toEqual(['error', 'info', 'warn', 'info'])
    expect(lines[0]!.fields).toEqual({ backend: 'memory', from: 'closed', to: 'open' })
    expect(lines[2]!.fields).toEqual({
      operation: 'delete',
      backend: 'memory',
      store: 'spare',
      outcome: 'TIMEOUT',
    })
  })

  it('are left out when they are not wanted', async () => {
    const { lines, logger } = recorder()
    const injector = faults({ seed: 1 })
    const layers = [log(logger, { events: false }), again(), injector]
    const backend = applyLayers(new MemoryStorageBackend(), layers)
    injector.failNext('list')
    await backend.list()
    expect(lines.map(({ level }) => level)).toEqual(['info'])
  })
})

describe('loggers', () => {
  it('pino writes a line of JSON for each call', async () => {
    let text = ''
    const target = new Writable({
      write(chunk: Buffer, _encoding, done) {
        text += chunk.toString()
        done()
      },
    })
    const logger = pino({ level: 'debug' }, target)
    const layers = [log(logger.child({ store: 'primary' }))]
    const storage = new StorageManager(new MemoryStorageBackend(), { layers })
    await storage.save('k', 'abc')
    await storage.find('none')
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines).toMatchObject([
      {
        level: 30,
        store: 'primary',
        operation: 'write',
        key: 'k',
        size_bytes: 3,
        outcome: 'OK',
        msg: 'Storage operation completed',
      },
      { level: 20, operation: 'read', outcome: 'NOT_FOUND', msg: 'Storage operation answered' },
    ])
    expect(lines[0]!['duration_ms']).toBeTypeOf('number')
    expect(text).not.toContain('abc')
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('disk full')
      },
    ],
    ['rejects', (): unknown => Promise.reject(new Error('disk full'))],
  ])('one that %s changes nothing', async (_how, write) => {
    const rejections: unknown[] = []
    const onRejection = (error: unknown): void => void rejections.push(error)
    process.on('unhandledRejection', onRejection)
    const logger: Logger = { debug: write, info: write, warn: write, error: write }
    const injector = faults({ seed: 1 })
    const layers = [log(logger), again(), injector]
    const backend = applyLayers(new MemoryStorageBackend(), layers)
    injector.failNext('write')
    const info = await backend.write('k', new Uint8Array(3), type)
    expect(info.size).toBe(3)
    await expect(backend.stat('none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', onRejection)
    expect(rejections).toEqual([])
  })

  it.each<[string, unknown, unknown]>([
    ['TypeError', undefined, {}],
    ['TypeError', { info() {} }, {}],
    ['TypeError', recorder().logger, { key: true }],
    ['TypeError', recorder().logger, { keys: 'md5' }],
    ['TypeError', recorder().logger, { events: 1 }],
    ['TypeError', recorder().logger, { slowMs: '1' }],
    ['TypeError', recorder().logger, { random: {} }],
    ['StorageError', recorder().logger, { slowMs: -1 }],
    ['StorageError', recorder().logger, { sampling: 1.5 }],
    ['StorageError', recorder().logger, { sampling: Number.NaN }],
  ])('what means nothing is refused with %s', (name, logger, options) => {
    const make = () => log(logger as never, options as never)
    expect(make).toThrow(expect.objectContaining({ name }) as Error)
  })
})

describe('a body that is read', () => {
  function broken(times: number, options: LogOptions = {}) {
    const { lines, logger } = recorder()
    const clock = virtualClock()
    const random = seededRandom(1)
    const injector = faults({ seed: 1, clock })
    injector.add({ operation: 'read', fault: { kind: 'short-read', afterBytes: 10 }, times })
    const tools = { clock, random }
    const layers = [log(logger, { ...tools, ...options }), retry({ ...tools, attemptsMax: 2 })]
    const backend = applyLayers(new MemoryStorageBackend(), [...layers, injector])
    const read = async (): Promise<unknown> => {
      await backend.write('k', new Uint8Array(100), type)
      lines.length = 0
      const reading = backend.read('k').then(collected)
      reading.catch(() => undefined)
      await clock.runUntilIdle()
      return reading
    }
    return { lines, read }
  }

  it('has lines of the retries that read it on, and none of a good end', async () => {
    const { lines, read } = broken(1)
    await read()
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['info', 'Storage operation completed'],
      ['warn', 'Storage operation is tried again'],
    ])
    expect(lines[1]!.fields).toMatchObject({ operation: 'read', key: 'k', outcome: 'UNAVAILABLE' })
  })

  it.each([true, false])('has a line when it breaks off (events: %s)', async (events) => {
    const { lines, read } = broken(Infinity, { events })
    await expect(read()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(lines.at(-1)).toMatchObject({
      level: 'error',
      message: 'Storage body broke off',
      fields: { operation: 'read', key: 'k', backend: 'memory', outcome: 'UNAVAILABLE' },
    })
    expect(lines.filter(({ message }) => message === 'Storage body broke off')).toHaveLength(1)
  })
})
