import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  batchResults,
  isStorageError,
  MemoryStorageBackend,
  type SaveEntry,
  StorageManager,
} from '../src/index.ts'
import { runPool } from '../src/manager/pool.ts'

const open = (): StorageManager => new StorageManager(new MemoryStorageBackend())

/** A store whose writes wait for `release`, and how many were under way at most. */
function slow(): { store: StorageManager; peak: () => number; release: () => void } {
  const backend = new MemoryStorageBackend()
  const write = backend.write.bind(backend)
  let inside = 0
  let peak = 0
  let isOpen = false
  const waiting: (() => void)[] = []
  backend.write = async (...call) => {
    peak = Math.max(peak, ++inside)
    if (!isOpen) await new Promise<void>((resolve) => waiting.push(resolve))
    inside--
    return write(...call)
  }
  const release = (): void => {
    isOpen = true
    for (const go of waiting.splice(0)) go()
  }
  return { store: new StorageManager(backend), peak: () => peak, release }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('batches', () => {
  it('give one result per item, in order; a failure loses nothing of the others', async () => {
    const store = open()
    const entries: SaveEntry[] = [
      ['a', 1],
      { key: 'b', value: 'x', contentType: 'text/csv', metadata: { m: '1' } },
      ['/bad', 1],
      { key: 'a', value: 2, ifNoneMatch: '*' },
      ['f', () => 1],
      { key: 'c', value: 1, unknown: 1 } as never,
      'x' as never,
      ['d', 4],
    ]
    const results = await store.saveMany(entries, { concurrency: 1 })
    expect(results.map(({ key, ok }) => [key, ok])).toEqual([
      ['a', true],
      ['b', true],
      ['/bad', false],
      ['a', false],
      ['f', false],
      ['c', false],
      ['x', false],
      ['d', true],
    ])
    expect(results.flatMap((result) => (result.ok ? [] : [result.error.code]))).toEqual([
      'INVALID_KEY',
      'ALREADY_EXISTS',
      'SERIALIZATION',
      'INVALID_ARGUMENT',
      'INVALID_ARGUMENT',
    ])
    const loaded = await store.loadMany(new Set(['d', 'none', 'b']))
    expect(loaded).toMatchObject([
      { key: 'd', ok: true, value: 4 },
      { key: 'none', ok: false, error: { code: 'NOT_FOUND', key: 'none' } },
      { key: 'b', ok: true, value: 'x', info: { metadata: { m: '1' } } },
    ])
    expect(await store.saveMany([])).toEqual([])
  })

  it('pull lazily and bound what is under way', async () => {
    const { store, peak, release } = slow()
    let pulled = 0
    async function* endless(): AsyncGenerator<SaveEntry> {
      for (let i = 0; i < 100; i++) {
        pulled++
        yield [`k${i}`, i]
      }
    }
    const saving = store.saveMany(endless(), { concurrency: 4 })
    await settle()
    expect([peak(), pulled]).toEqual([4, 4])
    release()
    const results = await saving
    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(results.map(({ key }) => key)).toEqual(Array.from({ length: 100 }, (_, i) => `k${i}`))
    expect(peak()).toBe(4)
  })

  it('start nothing after an abort; what was not started is ABORTED', async () => {
    const { store, release } = slow()
    const control = new AbortController()
    const entries = Array.from({ length: 10 }, (_, i) => [`k${i}`, i] as const)
    const saving = store.saveMany(entries, { concurrency: 3, signal: control.signal })
    await settle()
    control.abort(new Error('enough'))
    release()
    const results = await saving
    expect(results).toHaveLength(10)
    for (const result of results.slice(3)) {
      expect(result).toMatchObject({ ok: false, error: { code: 'ABORTED', key: result.key } })
    }
  })

  it('close an iterable that is no array after an abort', async () => {
    let isClosed = false
    const control = new AbortController()
    async function* keys(): AsyncGenerator<string> {
      try {
        yield 'a'
        control.abort()
        for (;;) yield 'b'
      } finally {
        isClosed = true
      }
    }
    expect(await open().loadMany(keys(), { signal: control.signal })).toHaveLength(1)
    expect(isClosed).toBe(true)
  })

  it('refuse what is no iterable', async () => {
    await expect(open().loadMany('abc' as never)).rejects.toThrow(TypeError)
  })

  it('delete in the chunks of the backend', async () => {
    const backend = new MemoryStorageBackend()
    const chunks: number[] = []
    const deleteMany = backend.deleteMany.bind(backend)
    backend.deleteMany = (keys, options) => {
      chunks.push(keys.length)
      return deleteMany(keys, options)
    }
    Object.assign(backend, { capabilities: { ...backend.capabilities, deleteManyMax: 4 } })
    const store = new StorageManager(backend)
    const keys = Array.from({ length: 10 }, (_, i) => `k${i}`)
    await store.saveMany(keys.slice(0, 9).map((key) => [key, 1] as const))
    const results = await store.deleteMany([...keys, '/bad', 'k0'])
    expect(chunks).toEqual([4, 4, 3])
    expect(results.map(({ key }) => key)).toEqual([...keys, '/bad', 'k0'])
    expect(results.filter((result) => result.ok && result.deleted)).toHaveLength(9)
    expect(results[10]).toMatchObject({ ok: false, error: { code: 'INVALID_KEY' } })
    expect(await store.deleteMany(new Set(['k1', 'k2']).values())).toHaveLength(2)
  })

  it('report a failed delete chunk for each of its keys', async () => {
    const backend = new MemoryStorageBackend()
    backend.deleteMany = () => Promise.reject(new Error('socket'))
    const store = new StorageManager(backend)
    expect(await store.deleteMany(['a', 'b'])).toMatchObject([
      { key: 'a', ok: false, error: { code: 'UNAVAILABLE', key: 'a' } },
      { key: 'b', ok: false, error: { code: 'UNAVAILABLE', key: 'b' } },
    ])
    const signal = AbortSignal.abort()
    expect(await store.deleteMany(['a'], { signal })).toMatchObject([
      { key: 'a', ok: false, error: { code: 'ABORTED' } },
    ])
  })
})

describe('batches and hostile items', () => {
  it('tell of an item that throws as it is read, and of nothing else', async () => {
    const store = open()
    const throwing = {
      get key(): string {
        throw new Error('not now')
      },
      value: 1,
    }
    const half = {
      key: 'b',
      get value(): number {
        throw new Error('not now')
      },
    }
    const results = await store.saveMany([throwing, ['a', 1], half])
    expect(results).toMatchObject([
      { key: '', ok: false, error: { code: 'INVALID_ARGUMENT' } },
      { key: 'a', ok: true },
      { key: 'b', ok: false, error: { code: 'INVALID_ARGUMENT' } },
    ])
    const aborted = await store.saveMany([throwing], { signal: AbortSignal.abort() })
    expect(aborted).toMatchObject([{ key: '', ok: false, error: { code: 'ABORTED' } }])
  })

  it('read the key of an entry once', async () => {
    const keys = ['a', '/other']
    const entry = {
      get key(): string {
        return keys.shift()!
      },
      value: 1,
    }
    expect(await open().saveMany([entry])).toMatchObject([{ key: 'a', ok: true }])
  })

  it('leave the gate when what they start rejects', async () => {
    const start = (item: number): Promise<number> =>
      item === 1 ? Promise.reject(new Error('bad')) : Promise.resolve(item)
    await expect(runPool([1, 2, 3], 1, undefined, start, Number)).rejects.toThrow('bad')
  })

  it.each<[string, (store: StorageManager, silent: never, signal: AbortSignal) => unknown]>([
    ['saveMany', (store, silent, signal) => store.saveMany(silent, { signal })],
    ['loadMany', (store, silent, signal) => store.loadMany(silent, { signal })],
    ['deleteMany', (store, silent, signal) => store.deleteMany(silent, { signal })],
  ])('%s ends on abort while its iterable is silent', async (_name, call) => {
    const control = new AbortController()
    let isClosed = false
    const silent = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => undefined),
        return: () => {
          isClosed = true
          return new Promise(() => undefined)
        },
      }),
    }
    const running = call(open(), silent as never, control.signal)
    await settle()
    control.abort()
    expect(await running).toEqual([])
    expect(isClosed).toBe(true)
  })

  it('close an iterable that they leave', async () => {
    const { signal } = new AbortController()
    expect(await open().loadMany(new Set(['a']), { signal })).toMatchObject([{ key: 'a' }])
  })

  it('match what was deleted by key, and tell of keys that the backend forgot', async () => {
    const backend = new MemoryStorageBackend()
    const store = new StorageManager(backend)
    await store.saveMany([
      ['a', 1],
      ['c', 1],
    ])
    const deleteMany = backend.deleteMany.bind(backend)
    backend.deleteMany = async (keys, options) =>
      (await deleteMany(keys, options)).toReversed().filter(({ key }) => key !== 'b')
    expect(await store.deleteMany(['a', 'b', 'c', 'x', 'x'])).toMatchObject([
      { key: 'a', ok: true, deleted: true },
      { key: 'b', ok: false, error: { code: 'UNAVAILABLE', key: 'b' } },
      { key: 'c', ok: true, deleted: true },
      { key: 'x', ok: true, deleted: false },
      { key: 'x', ok: true, deleted: false },
    ])
  })
})

/** These items, then an error. */
async function* throwing<T>(...items: T[]): AsyncGenerator<T> {
  yield* items
  throw new RangeError('source')
}

const failureOf = (call: Promise<unknown>): Promise<Error> =>
  call.then(
    () => expect.unreachable('an iterable that throws'),
    (error: Error) => error,
  )

describe('batches whose iterable throws', () => {
  it('are ABORTED with its error and all results', async () => {
    const { store, release } = slow()
    const saving = failureOf(store.saveMany(throwing<SaveEntry>(['a', 1], ['/bad', 2], ['b', 3])))
    await settle()
    release()
    const failure = await saving
    expect(failure).toMatchObject({
      code: 'ABORTED',
      retryable: 'no',
      backend: 'memory',
      operation: 'saveMany',
      cause: new RangeError('source'),
    })
    expect(failure.message).toContain('threw after 3 items')
    expect(batchResults(failure)).toMatchObject([
      { key: 'a', ok: true, info: { size: 1 } },
      { key: '/bad', ok: false, error: { code: 'INVALID_KEY' } },
      { key: 'b', ok: true },
    ])
    expect(await store.load('b')).toBe(3)
    expect(batchResults(new RangeError('source'))).toBeUndefined()
  })

  it('tell the results to no log, and keep them when the error is told elsewhere', async () => {
    const store = open()
    await store.save('a', 'topsecret')
    const { signal } = new AbortController()
    const failure = await failureOf(store.loadMany(throwing('a'), { signal }))
    if (!isStorageError(failure)) throw failure
    expect(batchResults(failure)).toMatchObject([{ key: 'a', value: 'topsecret' }])
    expect(batchResults(failure.with({ operation: 'import' }))).toBe(batchResults(failure))
    expect(inspect(failure, { depth: 9 }) + JSON.stringify(failure)).not.toContain('topsecret')
  })

  it('delete what they had pulled', async () => {
    const store = open()
    const keys = ['a', 'b', 'c']
    await store.saveMany(keys.map((key) => [key, 1] as const))
    const failure = await failureOf(store.deleteMany(throwing('a', 'b')))
    expect(batchResults(failure)).toEqual([
      { key: 'a', ok: true, deleted: true },
      { key: 'b', ok: true, deleted: true },
    ])
    expect(await store.listKeys()).toEqual(['c'])
  })
})

describe('batches that are aborted', () => {
  it('tell of each key that deleteMany had pulled', async () => {
    const store = open()
    await store.saveMany([
      ['a', 1],
      ['b', 1],
    ])
    const control = new AbortController()
    async function* keys(): AsyncGenerator<string> {
      yield* ['a', 'b']
      control.abort()
      await new Promise(() => undefined)
    }
    expect(await store.deleteMany(keys(), { signal: control.signal })).toMatchObject([
      { key: 'a', ok: false, error: { code: 'ABORTED' } },
      { key: 'b', ok: false, error: { code: 'ABORTED' } },
    ])
    expect(await store.listKeys()).toEqual(['a', 'b'])
  })

  it('tell of an item that was pulled and not started', async () => {
    const control = new AbortController()
    async function* items(): AsyncGenerator<number> {
      yield 1
      control.abort()
      yield 2
      yield 3
    }
    const done = async (item: number): Promise<string> => `done ${item}`
    const outcome = await runPool(items(), 4, control.signal, done, (item) => `skipped ${item}`)
    expect(outcome).toEqual({ results: ['done 1', 'skipped 2'], failure: undefined })
  })
})
