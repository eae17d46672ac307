/** What batches promise, of each of the three: order, bounds, reports, aborts, and no loss. */
import { describe, expect, it } from 'vitest'
import { aroundCalls, type StorageBackend, StorageError } from '../src/backend-kit.ts'
import { type BatchOptions, MemoryStorageBackend, StorageManager } from '../src/index.ts'
import { seededRandom } from '../src/testing/index.ts'

const keys = Array.from({ length: 60 }, (_, at) => `k${String(at).padStart(2, '0')}`)

interface Outcome {
  readonly key: string
  readonly ok: boolean
  readonly error?: StorageError
}

/** The batch, and how it is run on a store that holds all keys. */
const batches = {
  saveMany: (store: StorageManager, options?: BatchOptions) =>
    store.saveMany(
      keys.map((key) => [key, `new ${key}`] as const),
      options,
    ),
  loadMany: (store: StorageManager, options?: BatchOptions) => store.loadMany(keys, options),
  deleteMany: (store: StorageManager, options?: BatchOptions) => store.deleteMany(keys, options),
} satisfies Record<string, (store: StorageManager, options?: BatchOptions) => Promise<unknown>>

/** A store whose calls end in any order, counted; `refused` fails. */
async function watched(refused?: string) {
  const inner = new MemoryStorageBackend()
  // One key for each call, so that each is an item.
  Object.assign(inner, { capabilities: { ...inner.capabilities, deleteManyMax: 1 } })
  for (const key of keys) {
    await inner.write(key, new TextEncoder().encode(`old ${key}`), { contentType: 'text/plain' })
  }
  const random = seededRandom(5)
  const seen = { inside: 0, peak: 0, calls: [] as string[], ended: [] as string[] }
  const backend: StorageBackend = aroundCalls(inner, async (call, run) => {
    const key = call.key ?? call.keys[0]!
    seen.calls.push(key)
    seen.peak = Math.max(seen.peak, ++seen.inside)
    try {
      for (let turns = random.integer(8); turns >= 0; turns--) {
        await new Promise((resolve) => setImmediate(resolve))
      }
      if (key === refused) throw new StorageError('UNAVAILABLE', 'the disk is slow', { key })
      return await run()
    } finally {
      seen.inside--
      seen.ended.push(key)
    }
  })
  return { store: new StorageManager(backend), inner, seen }
}

describe.each(Object.entries(batches))('%s', (name, run) => {
  it('keeps the order of the items, whatever ends first', async () => {
    const { store, seen } = await watched()
    const results = (await run(store)) as readonly Outcome[]
    expect(seen.ended).not.toEqual(keys)
    expect(results.map(({ key, ok }) => [key, ok])).toEqual(keys.map((key) => [key, true]))
    if (name === 'loadMany') {
      expect(results).toMatchObject(keys.map((key) => ({ value: `old ${key}`, info: { key } })))
    }
  })

  it.each([1, 7])('has %d under way at once, and no more', async (concurrency) => {
    const { store, seen } = await watched()
    await run(store, { concurrency })
    expect(seen.peak).toBe(concurrency)
  })

  it('reports the item that fails, and loses nothing of the others', async () => {
    const { store, inner } = await watched('k30')
    const results = (await run(store)) as readonly Outcome[]
    expect(results.map(({ key }) => key)).toEqual(keys)
    expect(results.filter(({ ok }) => !ok)).toMatchObject([
      { key: 'k30', error: { code: 'UNAVAILABLE', key: 'k30' } },
    ])
    const { objects } = await inner.list()
    if (name === 'deleteMany') expect(objects.map(({ key }) => key)).toEqual(['k30'])
    if (name !== 'saveMany') return
    const texts = await new StorageManager(inner).loadMany<string>(keys, { as: 'text' })
    expect(texts).toMatchObject(
      keys.map((key) => ({ value: key === 'k30' ? 'old k30' : `new ${key}` })),
    )
  })

  it('starts nothing after an abort, and says of each item what became of it', async () => {
    const { store, seen } = await watched()
    const ending = new AbortController()
    const running = run(store, { concurrency: 4, signal: ending.signal })
    await expect.poll(() => seen.ended.length).toBeGreaterThan(2)
    ending.abort()
    const started = seen.calls.length
    const results = (await running) as readonly Outcome[]
    expect(seen.calls.length).toBe(started)
    expect(seen.inside).toBe(0)
    expect(results.map(({ key }) => key)).toEqual(keys)
    for (const { ok, error } of results.slice(started)) {
      expect([ok, error?.code]).toEqual([false, 'ABORTED'])
    }
    expect(results.filter(({ ok }) => ok).length).toBeGreaterThan(0)
  })
})
