/** What is remembered of earlier migrations spares requests, and never hides a change. */
import { expect, it } from 'vitest'
import {
  applyLayers,
  MemoryStorageBackend,
  migrate,
  type MigrateOptions,
  type MigrationReport,
  type ObjectInfo,
} from '../../src/index.ts'
import { aroundCalls, defineLayer } from '../../src/backend-kit.ts'
import { pairOf } from '../../src/migration/known-pairs.ts'
import { virtualClock } from '../../src/testing/index.ts'
import { bareListings, type Counted, counted, fill } from './support/stores.ts'

const count = 40

interface Ends {
  readonly source: MemoryStorageBackend
  readonly inner: MemoryStorageBackend
  readonly calls: Counted
  readonly known: Set<string>
  /** A second later: migrates, and says how often the destination was asked. */
  readonly again: (options?: MigrateOptions) => Promise<{ report: MigrationReport; stats: number }>
}

async function migrated(options: MigrateOptions = {}): Promise<Ends> {
  const clock = virtualClock()
  const [source, inner] = [new MemoryStorageBackend({ clock }), new MemoryStorageBackend({ clock })]
  const calls = counted()
  const destination = applyLayers(inner, [calls.layer, bareListings])
  const known = new Set<string>()
  for (let at = 0; at < count; at++) await fill(source, `k/${at}`, at)
  await migrate(source, destination, { known, ...options }).done
  const again: Ends['again'] = async (other = {}) => {
    await clock.advance(1000)
    const before = calls.total('stat')
    const report = await migrate(source, destination, { existing: 'update', known, ...other }).done
    return { report, stats: calls.total('stat') - before }
  }
  return { source, inner, calls, known, again }
}

it('asks the destination for nothing that was copied, or seen to be the same, before', async () => {
  const { known, again } = await migrated()
  expect(await again()).toMatchObject({ report: { unchanged: count, copied: 0 }, stats: 0 })
  known.clear()
  expect(await again()).toMatchObject({ report: { unchanged: count }, stats: count })
  expect(await again()).toMatchObject({ report: { unchanged: count }, stats: 0 })
})

it.each([
  [
    'the source',
    ({ source }: Ends) => source.write('k/7', Buffer.alloc(259, 6), { contentType: 'text/plain' }),
  ],
  [
    'the copy',
    ({ inner }: Ends) => inner.write('k/7', Buffer.alloc(259, 6), { contentType: 'text/plain' }),
  ],
  ['the copy, which is gone', ({ inner }: Ends) => inner.delete('k/7')],
])('sees a change of %s', async (_what, change) => {
  const ends = await migrated()
  await change(ends)
  expect((await ends.again()).report).toMatchObject({ unchanged: count - 1, copied: 1, failed: 0 })
  expect((await ends.inner.read('k/7')).body).toEqual((await ends.source.read('k/7')).body)
  expect(await ends.again()).toMatchObject({ report: { unchanged: count, copied: 0 }, stats: 0 })
})

it('is not believed for a digest, before a source is deleted, or without origin', async () => {
  const ends = await migrated()
  const before = new Set(ends.known)
  const digests = await ends.again({ compare: 'digest' })
  expect(digests.report).toMatchObject({ unchanged: count })
  expect(ends.calls.total('read')).toBe(2 * count)
  expect(ends.known).toEqual(before)
  const moved = await ends.again({ deleteSource: 'verified' })
  expect(moved.report).toMatchObject({ unchanged: count, deleted: count })
  expect(ends.calls.total('read')).toBe(3 * count)
  const dropped = await migrated({ origin: 'drop' })
  expect(dropped.known.size).toBe(0)
})

it('knows no copy whose metadata was another one when it was read back', async () => {
  const clock = virtualClock()
  const ends = [new MemoryStorageBackend({ clock }), new MemoryStorageBackend({ clock })] as const
  const [source, inner] = ends
  await fill(source, 'k', 7)
  let isReplaced = false
  const meddling = defineLayer({
    name: 'meddling',
    wrap: (backend) =>
      aroundCalls(backend, async (call, perform) => {
        const result = await perform()
        if (call.operation !== 'write' || isReplaced) return result
        isReplaced = true
        const { body } = await inner.read('k')
        await clock.advance(1000)
        const other = { contentType: 'text/plain', metadata: { by: 'another one' } }
        const { etag, modifiedAt } = await inner.write('k', body as Uint8Array, other)
        return { ...(result as ObjectInfo), etag, modifiedAt } as typeof result
      }),
  })
  const destination = applyLayers(inner, [meddling, bareListings])
  const known = new Set<string>()
  await migrate(source, destination, { known }).done
  expect(isReplaced).toBe(true)
  const again = migrate(source, destination, { known, existing: 'update' })
  expect(await again.done).toMatchObject({ copied: 1, unchanged: 0 })
  expect((await inner.stat('k')).metadata).not.toHaveProperty('by')
})

it('tells pairs apart by keys, versions and times, also where an etag is made of the bytes', () => {
  const [modifiedAt, later] = [new Date(0), new Date(1)]
  const one = { key: 'a', etag: 'x', modifiedAt, size: 1 }
  const pairs = [
    ...[{ key: 'b' }, { etag: 'y' }, { modifiedAt: later }].flatMap((other) => [
      pairOf({ ...one, ...other }, one),
      pairOf(one, { ...one, ...other }),
    ]),
    ...[pairOf(one, one), pairOf({ ...one, size: 2 }, one)],
  ]
  expect(new Set(pairs).size).toBe(pairs.length)
  for (const pair of pairs) expect(pair).toMatch(/^[0-9a-f]{32}$/)
})

it('is told what is no cache', () => {
  const store = new MemoryStorageBackend()
  expect(() => migrate(store, store, { known: {} as never })).toThrow(/known lacks the methods/)
})
