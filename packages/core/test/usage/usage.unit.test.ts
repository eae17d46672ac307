import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MemoryStorageBackend,
  type StorageBackend,
  StorageManager,
  type UsageReading,
} from '../../src/index.ts'
import { GroupCount } from '../../src/manager/usage/groups.ts'
import { Largest } from '../../src/manager/usage/largest.ts'
import { faults, virtualClock } from '../../src/testing/index.ts'
import { counted } from '../versions/counted.ts'

/** As services list: without types, some with tiers. */
function serviceLike(inner: StorageBackend): StorageBackend {
  const list = inner.list.bind(inner)
  inner.list = async (options) => {
    const page = await list(options)
    const objects = page.objects.map(({ key, size, etag, modifiedAt }) => ({
      ...{ key, size, etag, modifiedAt },
      ...(key.startsWith('cold') ? { accessTier: 'Cool' } : {}),
    }))
    return { ...page, objects }
  }
  return inner
}

async function filled(backend: StorageBackend = new MemoryStorageBackend()) {
  const store = new StorageManager(backend, { clock: virtualClock() })
  await store.saveMany([
    ['agents/ceo', 'text'],
    ['agents/cfo', 'longer text'],
    ['cold/a', { a: 1 }],
    ['top', new Uint8Array(100)],
  ])
  return store
}

describe('usage', () => {
  it('tells objects and bytes, by type, tier and segment, and the largest', async () => {
    const store = await filled(serviceLike(new MemoryStorageBackend()))
    expect(await store.usage()).toEqual({
      at: '2026-01-01T00:00:00.000Z',
      prefix: '',
      bytesCount: 'body',
      objects: 4,
      bytes: 122,
      byContentType: {
        groups: [{ name: 'unknown', objects: 4, bytes: 122 }],
        other: { objects: 0, bytes: 0 },
      },
      byAccessTier: {
        groups: [
          { name: 'unknown', objects: 3, bytes: 115 },
          { name: 'Cool', objects: 1, bytes: 7 },
        ],
        other: { objects: 0, bytes: 0 },
      },
      bySegment: {
        groups: [
          { name: '', objects: 1, bytes: 100 },
          { name: 'agents/', objects: 2, bytes: 15 },
          { name: 'cold/', objects: 1, bytes: 7 },
        ],
        other: { objects: 0, bytes: 0 },
      },
      largest: [
        { key: 'top', bytes: 100 },
        { key: 'agents/cfo', bytes: 11 },
        { key: 'cold/a', bytes: 7 },
        { key: 'agents/ceo', bytes: 4 },
      ],
    })
    const { objects, bytes, bySegment, largest } = await store.usage('agents/', { largestMax: 1 })
    expect([objects, bytes]).toEqual([2, 15])
    expect(bySegment.groups).toEqual([{ name: '', objects: 2, bytes: 15 }])
    expect(largest).toEqual([{ key: 'agents/cfo', bytes: 11 }])
    expect((await store.usage('none/')).objects).toBe(0)
  })

  it('asks each object for its type where the listing tells none, a few at once', async () => {
    const backend = serviceLike(new MemoryStorageBackend())
    const stat = backend.stat.bind(backend)
    let [running, most] = [0, 0]
    backend.stat = async (key, options) => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running--
      if (key === 'cold/a') await backend.delete(key)
      return stat(key, options)
    }
    const store = await filled(backend)
    const { byContentType, objects } = await store.usage('', {
      contentTypes: 'stat',
      concurrency: 2,
    })
    expect(most).toBe(2)
    expect(objects).toBe(4)
    expect(byContentType.groups.map(({ name, objects }) => [name, objects])).toEqual([
      ['application/octet-stream', 1],
      ['text/plain; charset=utf-8', 2],
      // Deleted since it was listed.
      ['unknown', 1],
    ])
  })

  it('asks nothing where the listing tells types', async () => {
    const { backend, requests } = counted(new MemoryStorageBackend())
    const store = await filled(backend)
    const before = requests()
    const { byContentType } = await store.usage('', { contentTypes: 'stat' })
    expect(byContentType.groups).toHaveLength(3)
    expect(requests() - before).toBe(1)
  })

  it('tells the growth since an earlier reading, also from JSON', async () => {
    const clock = virtualClock()
    const store = new StorageManager(new MemoryStorageBackend(), { clock })
    await store.save('a', 'xx')
    const first = JSON.parse(JSON.stringify(await store.usage())) as UsageReading
    await clock.advance(2 * 86_400_000)
    await store.saveMany([
      ['b', '1234'],
      ['c', '12'],
    ])
    const second = await store.usage('', { since: first })
    expect(second.growth).toEqual({
      since: first.at,
      days: 2,
      objects: 2,
      bytes: 6,
      objectsPerDay: 1,
      bytesPerDay: 3,
    })
    const third = await store.usage('', { since: second })
    expect(third.growth).toMatchObject({ objects: 0, days: 0, bytesPerDay: undefined })
  })

  it('refuses what cannot be compared, and options that cannot be', async () => {
    const store = await filled()
    const since = await store.usage()
    const refused = { code: 'INVALID_ARGUMENT' }
    await expect(store.usage('agents/', { since })).rejects.toMatchObject(refused)
    const otherwise = { ...since, bytesCount: 'stored' as const }
    await expect(store.usage('', { since: otherwise })).rejects.toMatchObject(refused)
    for (const damage of [{ at: 'x' }, { objects: '1' }, { bytes: null }]) {
      const damaged = { ...since, ...damage } as never
      await expect(store.usage('', { since: damaged })).rejects.toMatchObject(refused)
    }
    await expect(store.usage('', { since: 1 as never })).rejects.toThrow(TypeError)
    await expect(store.usage('', { groupsMax: 0 })).rejects.toMatchObject(refused)
    await expect(store.usage('', { largestMax: 2000 })).rejects.toMatchObject(refused)
    await expect(store.usage('', { contentTypes: 'all' as never })).rejects.toThrow(TypeError)
    await expect(store.usage('', { onProgress: 1 as never })).rejects.toThrow(TypeError)
    await expect(store.usage('', { grupsMax: 1 } as never)).rejects.toThrow('groupsMax')
    await expect(store.usage(1 as never)).rejects.toThrow(TypeError)
  })

  it('goes page by page, tells how far it is, and ends with its signal', async () => {
    const store = await filled()
    const progress: unknown[] = []
    await store.usage('', { pageSize: 3, onProgress: (each) => progress.push(each) })
    expect(progress).toEqual([
      { objects: 3, bytes: 22, pages: 1 },
      { objects: 4, bytes: 122, pages: 2 },
    ])
    const ending = new AbortController()
    const options = { pageSize: 1, signal: ending.signal, onProgress: () => ending.abort() }
    await expect(store.usage('', options)).rejects.toMatchObject({ code: 'ABORTED' })
    const thrown = new Error('enough')
    const onProgress = (): never => {
      throw thrown
    }
    await expect(store.usage('', { onProgress })).rejects.toBe(thrown)
  })

  it('tells nothing when a page fails', async () => {
    const injector = faults()
    const store = await filled(injector(new MemoryStorageBackend()))
    injector.at(2, 'list', { kind: 'error' })
    await expect(store.usage('', { pageSize: 2 })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  it('says where bytes are those that are kept', async () => {
    const backend = new MemoryStorageBackend()
    const capabilities = { ...backend.capabilities, listedSize: 'stored' }
    Object.defineProperty(backend, 'capabilities', { value: capabilities })
    expect((await new StorageManager(backend).usage()).bytesCount).toBe('stored')
  })

  it('holds no more of many objects than of few', async () => {
    const backend = new MemoryStorageBackend()
    for (let at = 0; at < 3000; at++) {
      const segment = String(at % 1500).padStart(5, '0')
      await backend.write(`${segment}/${at}`, new Uint8Array(at % 7), {
        contentType: `a/${at % 99}`,
      })
    }
    const { bySegment, byContentType, objects, bytes } = await new StorageManager(backend).usage(
      '',
      {
        groupsMax: 10,
      },
    )
    for (const { groups, other } of [bySegment, byContentType]) {
      expect(groups).toHaveLength(10)
      const all = [...groups, other]
      expect(all.reduce((sum, each) => sum + each.objects, 0)).toBe(objects)
      expect(all.reduce((sum, each) => sum + each.bytes, 0)).toBe(bytes)
    }
    expect(bySegment.groups[0]!.bytes).toBe(10)
  })
})

it('groups that come together are the largest of all, exactly', () => {
  const runs = fc.uniqueArray(
    fc.record({
      name: fc.stringMatching(/^[a-z]{1,3}$/),
      sizes: fc.array(fc.nat(50), { minLength: 1 }),
    }),
    { selector: ({ name }) => name, maxLength: 40 },
  )
  fc.assert(
    fc.property(runs, fc.integer({ min: 1, max: 8 }), fc.boolean(), (all, max, isTogether) => {
      const count = new GroupCount(max, isTogether)
      for (const { name, sizes } of all) for (const size of sizes) count.add(name, size)
      const { groups, other } = count.result()
      const totals = all.map(({ name, sizes }) => ({
        name,
        objects: sizes.length,
        bytes: sizes.reduce((sum, size) => sum + size, 0),
      }))
      const sum = totals.reduce((bytes, each) => bytes + each.bytes, 0)
      expect(groups.reduce((bytes, each) => bytes + each.bytes, other.bytes)).toBe(sum)
      expect(groups.length).toBe(Math.min(max, totals.length))
      for (const group of groups) expect(totals).toContainEqual(group)
      const largest = totals.map(({ bytes }) => bytes).sort((a, b) => b - a)
      if (isTogether) {
        expect(groups.map(({ bytes }) => bytes)).toEqual(largest.slice(0, max))
      }
    }),
  )
})

it('the largest are the largest', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100)), fc.integer({ min: 0, max: 5 }), (sizes, max) => {
      const largest = new Largest(max)
      sizes.forEach((bytes, at) => largest.add(`k${at}`, bytes))
      const expected = [...sizes].sort((a, b) => b - a).slice(0, max)
      expect(largest.result().map(({ bytes }) => bytes)).toEqual(expected)
    }),
  )
})
