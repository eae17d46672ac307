/** Listings of extras, which are iterables and no promises, behind layers: one call each. */
import { describe, expect, it } from 'vitest'
import {
  applyLayers,
  audit,
  concurrency,
  deadline,
  type Layer,
  log,
  MemoryStorageBackend,
  metrics,
  rateLimit,
  retry,
  StorageError,
  timeout,
  type Versions,
} from '../../src/index.ts'
import { virtualClock } from '../../src/testing/index.ts'

interface Story {
  /** What each opening does: fail, or give so many items. */
  readonly openings: (StorageError | number)[]
  /** Waits before an item. */
  readonly before?: (item: number) => Promise<void>
  readonly events: string[]
}

/** A memory backend with versions, of which only the listing is there. */
function versioned(story: Story): MemoryStorageBackend {
  const inner = Object.assign(new MemoryStorageBackend(), {
    async *listVersions(key: string) {
      const opening = story.openings.shift() ?? 0
      story.events.push(`opened ${key}`)
      try {
        if (opening instanceof StorageError) throw opening
        for (let item = 1; item <= opening; item++) {
          await story.before?.(item)
          yield item
        }
      } finally {
        story.events.push('closed')
      }
    },
  })
  const capabilities = { ...inner.capabilities, extras: ['listVersions'] }
  return Object.defineProperty(inner, 'capabilities', { value: capabilities })
}

function behind(story: Story, ...layers: Layer[]): MemoryStorageBackend & Versions {
  return applyLayers(versioned(story), layers) as MemoryStorageBackend & Versions
}

const unavailable = () => new StorageError('UNAVAILABLE', 'no', { retryable: 'yes' })
const never = () => new Promise<void>(() => undefined)

describe('listings of extras', () => {
  it('are seen as one call by layers that watch', async () => {
    const meter = metrics()
    const lines: unknown[] = []
    const entries: string[] = []
    const write = (fields: object): void => void lines.push(fields)
    const logger = { debug: write, info: write, warn: write, error: write }
    const sink = {
      name: 'test',
      append: async (given: readonly { action: string; outcome: string }[]) => {
        for (const { action, outcome } of given) entries.push(`${action} ${outcome}`)
      },
    }
    const story: Story = { openings: [3, unavailable()], events: [] }
    const layers = [audit({ sink, operations: 'all' }), log(logger), meter]
    const backend = behind(story, ...layers)
    expect(await Array.fromAsync(backend.listVersions('k'))).toEqual([1, 2, 3])
    await expect(Array.fromAsync(backend.listVersions('k'))).rejects.toThrow('no')
    expect(entries).toEqual(['listVersions success', 'listVersions UNAVAILABLE'])
    expect(lines).toMatchObject([
      { operation: 'listVersions', key: 'k', outcome: 'OK' },
      { operation: 'listVersions', key: 'k', outcome: 'UNAVAILABLE' },
    ])
    const { operations } = meter.snapshot()
    expect(operations.find(({ operation }) => operation === 'listVersions')).toMatchObject({
      calls: 2,
    })
  })

  it('wait for a turn and for a permit, and hold none while they are read', async () => {
    const clock = virtualClock()
    const story: Story = { openings: [2, 2], events: [] }
    const rate = rateLimit({ operationsPerSecond: 1, burst: 1, waitMsMax: 0, clock })
    const limited = behind(story, rate, concurrency({ max: 1, queueMax: 0, clock }))
    const items = limited.listVersions('k')[Symbol.asyncIterator]()
    expect(await items.next()).toMatchObject({ value: 1 })
    const refused = { code: 'RATE_LIMITED', isUnsent: true }
    await expect(Array.fromAsync(limited.listVersions('k'))).rejects.toMatchObject(refused)
    await clock.advance(1000)
    await limited.health()
    // A permit is free again, although the first one is still being read.
    expect(await Array.fromAsync(limited.listVersions('l'))).toEqual([1, 2])
    expect(await items.next()).toMatchObject({ value: 2 })

    const slow: Story = { openings: [1, 1], before: never, events: [] }
    const full = behind(slow, concurrency({ max: 1, queueMax: 0, clock }))
    void full.listVersions('k')[Symbol.asyncIterator]().next()
    await expect(Array.fromAsync(full.listVersions('k'))).rejects.toMatchObject(refused)
  })

  it('are opened again by a retry, and told once an item was given', async () => {
    const clock = virtualClock()
    const story: Story = { openings: [unavailable(), 2], events: [] }
    const listed = Array.fromAsync(behind(story, retry({ clock })).listVersions('k'))
    await clock.advance(1000)
    expect(await listed).toEqual([1, 2])
    expect(story.events).toEqual(['opened k', 'closed', 'opened k', 'closed'])

    const broken: Story = {
      ...{ openings: [2, 2], events: [] },
      before: async (item) => {
        if (item === 2) throw unavailable()
      },
    }
    const failed = Array.fromAsync(behind(broken, retry({ clock })).listVersions('k'))
    await expect(failed).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: 'yes' })
    expect(broken.events).toEqual(['opened k', 'closed'])
  })

  it.each([
    ['timeout', timeout],
    ['deadline', deadline],
  ] as const)('come within the time of %s, each item, and hear an abort', async (name, layer) => {
    for (const silentAt of [1, 2]) {
      const clock = virtualClock()
      const before = (item: number): Promise<void> =>
        item === silentAt ? never() : Promise.resolve()
      const limit = name === 'timeout' ? { attemptMs: 100 } : { totalMs: 100 }
      const open = () =>
        behind({ openings: [2], before, events: [] }, layer({ ...limit, clock } as never))
      const seen: unknown[] = []
      const read = async (signal?: AbortSignal): Promise<void> => {
        for await (const each of open().listVersions('k', { signal })) seen.push(each)
      }
      const late = read().catch((error: unknown) => error)
      await clock.advance(100)
      expect(await late).toMatchObject({ code: 'TIMEOUT', key: 'k' })
      expect(seen).toHaveLength(silentAt - 1)
      const controller = new AbortController()
      const aborted = read(controller.signal).catch((error: unknown) => error)
      await clock.advance(1)
      controller.abort()
      expect(await aborted).toMatchObject({ code: 'ABORTED' })
    }
  })

  it('ask nothing before somebody asks, and are closed when their reader leaves', async () => {
    const story: Story = { openings: [3, 3, 3], events: [] }
    const backend = behind(story, retry(), timeout(), metrics())
    await backend.listVersions('k')[Symbol.asyncIterator]().return!()
    expect(story.events).toEqual([])
    for await (const _ of backend.listVersions('k')) break
    await expect.poll(() => story.events).toEqual(['opened k', 'closed'])
    const left = backend.listVersions('k')[Symbol.asyncIterator]()
    const first = left.next()
    await left.return!()
    expect(await first).toEqual({ done: true, value: undefined })
    await expect.poll(() => story.events.slice(2)).toEqual(['opened k', 'closed'])
    expect(await left.next()).toEqual({ done: true, value: undefined })
  })
})
