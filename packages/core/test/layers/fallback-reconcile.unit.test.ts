import { describe, expect, it } from 'vitest'
import { collect } from '../../src/backend-kit.ts'
import {
  applyLayers,
  type Conflict,
  fallback,
  type FallbackOptions,
  isStorageError,
  MemoryStorageBackend,
  type Resolve,
  stackOf,
  type StorageBackend,
  StorageError,
} from '../../src/index.ts'
import { faults, seededRandom, virtualClock } from '../../src/testing/index.ts'
import { contentEtags } from '../versions/content-etags.ts'
import { Died, type Process, turns, World } from './support/fallback-world.ts'

const type = { contentType: 'text/plain' }
const bytes = (text: string): Uint8Array => Buffer.from(text)

async function text(backend: StorageBackend, key: string): Promise<string | undefined> {
  try {
    return Buffer.from(await collect((await backend.read(key)).body)).toString()
  } catch (error) {
    if (isStorageError(error, 'NOT_FOUND')) return undefined
    throw error
  }
}

function setUp(options: FallbackOptions = {}) {
  const world = new World(seededRandom(1))
  const process = world.start(options)
  const away = (isAway: boolean): void => {
    world.primaryWeather.isAway = isAway
  }
  return { world, ...process, away }
}

/** Changes `key` while the primary is away. */
async function during(
  { world, backend }: { readonly world: World; readonly backend: StorageBackend },
  key: string,
  value: string | undefined,
): Promise<void> {
  world.primaryWeather.isAway = true
  if (value === undefined) await backend.delete(key)
  else await backend.write(key, bytes(value), type)
  world.primaryWeather.isAway = false
}

describe('reconciling', () => {
  it('is not held up by keys that the primary takes too long for', async () => {
    const { world, backend, layer, away } = setUp()
    const keys = Array.from({ length: 30 }, (_, at) => `k/${String(at).padStart(2, '0')}`)
    away(true)
    for (const key of keys) await backend.write(key, bytes(key), type)
    away(false)
    const slow = new Set(keys.slice(0, 9))
    const write = world.primary.write.bind(world.primary)
    world.primary.write = async (key, ...rest) => {
      if (slow.has(key)) throw new StorageError('TIMEOUT', 'too slow')
      return write(key, ...rest)
    }
    // Eight in a row: the primary may be away. They come last from now on.
    expect(await layer.reconcile()).toMatchObject({ stoppedBy: { code: 'TIMEOUT' } })
    expect(await layer.reconcile()).toMatchObject({ pending: 9 })
    slow.delete('k/00')
    slow.delete('k/01')
    const last = await layer.reconcile()
    expect(last).toMatchObject({ settled: 2, pending: 7, stoppedBy: undefined })
    expect(last.failures.map(({ key }) => key).sort()).toEqual([...slow].sort())
  })

  it('takes the same bytes, written since, for another version', async () => {
    const clock = virtualClock()
    const primary = contentEtags(new MemoryStorageBackend({ clock }))
    const injector = faults({ seed: 1 })
    const layer = fallback(new MemoryStorageBackend({ clock }), {
      ...{ writes: 'fallback', reconcile: 'by-hand', clock },
    })
    const backend = applyLayers(primary, [layer, injector])
    await backend.write('k', bytes('old'), type)
    await clock.advance(1000)
    injector.failNext('write')
    await backend.write('k', bytes('outage'), type)
    await clock.advance(120_000)
    // By another process, in two writes: the last one is newer than what waits.
    await primary.write('k', bytes('between'), type)
    await primary.write('k', bytes('old'), type)
    expect(await layer.reconcile()).toMatchObject({ conflicts: [{ key: 'k' }], pending: 0 })
    expect(await text(primary, 'k')).toBe('old')
  })

  it('takes the same bytes, written within the clocks’ skew, for another version', async () => {
    for (const way of ['written here', 'written by others', 'without metadata'] as const) {
      const clock = virtualClock()
      const inner = new MemoryStorageBackend({ clock })
      const primary = contentEtags(inner)
      if (way === 'without metadata') {
        const capabilities = { ...primary.capabilities, userMetadata: false }
        Object.defineProperty(primary, 'capabilities', { value: capabilities })
      }
      const injector = faults({ seed: 1 })
      const layer = fallback(new MemoryStorageBackend({ clock }), {
        ...{ writes: 'fallback', reconcile: 'by-hand', clock },
      })
      const backend = applyLayers(primary, [layer, injector])
      if (way === 'written by others') await primary.write('k', bytes('old'), type)
      else await backend.write('k', bytes('old'), type)
      if (way !== 'written here') await backend.stat('k')
      await clock.advance(1000)
      injector.failNext('write')
      await backend.write('k', bytes('outage'), type)
      await clock.advance(1000)
      await primary.write('k', bytes('between'), type)
      await primary.write('k', bytes('old'), type)
      const expected = { conflicts: [{ key: 'k' }], pending: 0 }
      expect(await layer.reconcile(), `where ${way}`).toMatchObject(expected)
      expect(await text(primary, 'k'), `where ${way}`).toBe('old')
    }
  })

  it('replaces the version that it has seen, where etags are made of the bytes', async () => {
    for (const isSeenAgain of [true, false]) {
      const clock = virtualClock()
      const primary = contentEtags(new MemoryStorageBackend({ clock }))
      const injector = faults({ seed: 1 })
      const layer = fallback(new MemoryStorageBackend({ clock }), {
        ...{ writes: 'fallback', reconcile: 'by-hand', clock },
      })
      const backend = applyLayers(primary, [layer, injector])
      await backend.write('k', bytes('old'), type)
      if (isSeenAgain) await backend.stat('k')
      injector.failNext('write')
      await backend.write('k', bytes('outage'), type)
      expect(await layer.reconcile()).toMatchObject({ settled: 1, conflicts: [] })
      expect(await text(primary, 'k')).toBe('outage')
    }
  })

  it('knows its own conditional write again, whose answer was lost', async () => {
    const { world, backend, layer } = setUp({ clockSkewMsMax: 60_000 })
    await expect(backend.stat('k')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    Object.assign(world.primaryWeather, { isAway: true, lostAnswers: 1 })
    await expect(
      backend.write('k', bytes('created'), { ...type, ifNoneMatch: '*' }),
    ).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    world.primaryWeather.lostAnswers = 0
    await backend.write('k', bytes('second'), type)
    world.primaryWeather.isAway = false
    expect(await text(world.primary, 'k')).toBe('created')
    expect(await layer.reconcile()).toMatchObject({ settled: 1, conflicts: [] })
    expect(await text(world.primary, 'k')).toBe('second')
  })

  it('leaves no conflict of a change that reached the primary in the end', async () => {
    const { world, backend, layer } = setUp()
    await during({ world, backend }, 'k', 'outage')
    const place = (await world.spare.list({ prefix: 'aos-fallback/journal/' })).objects[0]!.key
    const record = await collect((await world.spare.read(place)).body)
    await world.primary.write('k', bytes('stranger'), type)
    expect((await layer.reconcile()).conflicts).toHaveLength(1)
    // As if it had died before it took the record away.
    await world.spare.write(place, record, type)
    await world.primary.delete('k')
    const next = world.start()
    expect(await next.layer.reconcile()).toMatchObject({ settled: 1, pending: 0 })
    expect(await text(world.primary, 'k')).toBe('outage')
    expect(stackOf(next.backend)[0]!.state?.details).toMatchObject({ conflicts: 0 })
    expect((await world.spare.list()).objects).toEqual([])
  })

  it('brings writes and deletes to the primary, with type and metadata', async () => {
    const { world, backend, layer, away } = setUp()
    await world.primary.write('old', bytes('old'), type)
    await world.primary.write('gone', bytes('gone'), type)
    away(true)
    const { etag } = await backend.write('old', bytes('new'), {
      contentType: 'a/b',
      metadata: { by: 'me' },
    })
    await backend.write('created', bytes('created'), type)
    await backend.delete('gone')
    expect(await layer.reconcile()).toMatchObject({
      settled: 0,
      pending: 3,
      stoppedBy: { code: 'UNAVAILABLE' },
    })
    away(false)
    expect(await layer.reconcile()).toMatchObject({ settled: 3, conflicts: [], pending: 0 })
    expect(await text(world.primary, 'created')).toBe('created')
    expect(await text(world.primary, 'gone')).toBeUndefined()
    expect(await backend.stat('old')).toMatchObject({
      contentType: 'a/b',
      metadata: { by: 'me' },
      answeredBy: { isFallback: false },
    })
    expect((await world.spare.list()).objects).toEqual([])
    // The etag of the outage still names the version, as long as nobody writes.
    expect(await text(backend, 'old')).toBe('new')
    await expect(backend.stat('old', { ifNoneMatch: etag })).rejects.toMatchObject({
      code: 'NOT_MODIFIED',
    })
    await backend.write('old', bytes('swapped'), { ...type, ifMatch: etag })
    await expect(
      backend.write('old', bytes('again'), { ...type, ifMatch: etag }),
    ).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' })
  })

  it('settles a key before a condition of it is judged', async () => {
    const set = setUp()
    await during(set, 'k', 'new')
    const { etag } = await set.backend.stat('k')
    await expect(
      set.backend.write('k', bytes('x'), { ...type, ifNoneMatch: '*' }),
    ).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    await set.backend.write('k', bytes('swapped'), { ...type, ifMatch: etag })
    expect(await text(set.world.primary, 'k')).toBe('swapped')
    expect(set.layer.pending).toBe(0)
  })

  it('replaces a young version that this layer has seen, whatever the clocks say', async () => {
    const set = setUp({ clockSkewMsMax: 60_000 })
    await set.backend.write('seen', bytes('old'), type)
    await set.world.primary.write('unseen', bytes('by others'), type)
    await during(set, 'seen', 'new')
    await during(set, 'unseen', 'new')
    const { conflicts, settled } = await set.layer.reconcile()
    expect(settled).toBe(1)
    expect(conflicts.map(({ key }) => key)).toEqual(['unseen'])
    expect(await text(set.world.primary, 'seen')).toBe('new')
  })

  it('replaces an old version that it has not seen', async () => {
    const set = setUp({ clockSkewMsMax: 60_000 })
    await set.world.primary.write('k', bytes('old'), type)
    set.world.nowMs += 61_000
    await during(set, 'k', 'new')
    expect(await set.layer.reconcile()).toMatchObject({ settled: 1, conflicts: [] })
    expect(await text(set.world.primary, 'k')).toBe('new')
  })

  it('knows its own write again, whose answer was lost and which another replaced', async () => {
    const { world, backend, layer } = setUp({ clockSkewMsMax: 60_000 })
    Object.assign(world.primaryWeather, { isAway: true, lostAnswers: 1 })
    await backend.write('k', bytes('first'), type)
    world.primaryWeather.lostAnswers = 0
    await backend.write('k', bytes('second'), type)
    world.primaryWeather.isAway = false
    expect(await text(world.primary, 'k')).toBe('first')
    expect(await layer.reconcile()).toMatchObject({ settled: 1, conflicts: [] })
    expect(await text(world.primary, 'k')).toBe('second')
  })

  it('keeps the order in which several processes wrote to a key', async () => {
    const { world, backend, layer } = setUp()
    const other = world.start()
    // Each has read the journal before.
    for (const process of [backend, other.backend]) await process.list()
    world.primaryWeather.isAway = true
    await other.backend.write('k', bytes('first'), type)
    await backend.write('k', bytes('second'), type)
    expect(await text(backend, 'k')).toBe('second')
    // The body of the one that was replaced is gone, and the other process notices.
    expect((await world.spare.list({ prefix: 'aos-fallback/bodies/' })).objects).toHaveLength(1)
    expect(await text(other.backend, 'k')).toBe('second')
    world.primaryWeather.isAway = false
    expect(await layer.reconcile()).toMatchObject({ settled: 1, pending: 0 })
  })

  it('claims no more than it knows of what waits', async () => {
    const { world, backend, layer } = setUp()
    await during({ world, backend }, 'k', 'before')
    const stale = async (of: StorageBackend) => (await of.stat('k')).answeredBy?.staleMsMax
    expect(await stale(backend)).toBe(0)
    // Starts while the spare is down, does not know what waits, and writes to the primary.
    world.spareWeather.isAway = true
    const other = world.start()
    await other.backend.write('k', bytes('newer'), type)
    world.spareWeather.isAway = false
    world.primaryWeather.isAway = true
    expect(await text(other.backend, 'k')).toBe('before')
    expect(await stale(other.backend)).toBeUndefined()
    expect(await stale(world.start().backend)).toBeUndefined()
    world.primaryWeather.isAway = false
    const [conflict] = (await layer.reconcile()).conflicts
    const { info } = await layer.readConflict(conflict!.id)
    expect(info.answeredBy).toEqual({ store: 'spare', isFallback: true, staleMsMax: undefined })
  })

  it('takes the same object, whoever wrote it, for done', async () => {
    const set = setUp()
    await during(set, 'k', 'same')
    await during(set, 'other', 'same')
    const { etag } = await set.world.primary.write('k', bytes('same'), type)
    await set.world.primary.write('other', bytes('same'), { contentType: 'a/b' })
    const { conflicts } = await set.layer.reconcile()
    expect(conflicts.map(({ key }) => key)).toEqual(['other'])
    expect((await set.world.primary.stat('k')).etag).toBe(etag)
  })

  it('never overwrites what somebody writes while it looks', async () => {
    for (let delay = 0; delay < 200; delay++) {
      const set = setUp()
      await during(set, 'k', 'outage')
      const reconciling = set.layer.reconcile()
      await turns(delay)
      await set.world.primary.write('k', bytes('stranger'), type)
      const { conflicts } = await reconciling
      const kept = new Set([await text(set.world.primary, 'k')])
      for (const { id } of conflicts) {
        const { body } = await set.layer.readConflict(id)
        kept.add(Buffer.from(await collect(body)).toString())
      }
      // Either the stranger came last, over the outage's version, or both are kept.
      expect(kept, `delay ${delay}`).toContain('stranger')
      if (conflicts.length > 0) expect(kept).toContain('outage')
    }
  })

  it('never loses what another process writes to the same key meanwhile', async () => {
    for (let delay = 0; delay < 120; delay++) {
      const set = setUp()
      const other = set.world.start()
      await during(set, 'k', 'first')
      other.isCutOff = true
      const reconciling = set.layer.reconcile()
      await turns(delay)
      await other.backend.write('k', bytes('second'), type)
      await reconciling
      other.isCutOff = false
      expect(await text(other.backend, 'k')).toBe('second')
      const last = await set.world.start().layer.reconcile()
      // The first was replaced in the journal or at the primary: no conflict either way.
      expect(last, `delay ${delay}`).toMatchObject({ conflicts: [], pending: 0 })
      expect(await text(set.world.primary, 'k')).toBe('second')
    }
  })

  it('runs by itself once the primary answers, and not twice at once', async () => {
    const set = setUp({ reconcile: 'auto', reconcileEveryMs: 5000 })
    await during(set, 'k', 'new')
    set.world.nowMs += 5000
    await Promise.all([set.backend.stat('other').catch(() => undefined), set.backend.list()])
    await expect.poll(() => set.layer.pending).toBe(0)
    expect(await text(set.world.primary, 'k')).toBe('new')
  })

  it('takes no delete that it could not make safe later', async () => {
    const set = setUp()
    const { primary } = set.world
    const capabilities = { ...primary.capabilities, conditionalDelete: 'none' }
    Object.defineProperty(primary, 'capabilities', { value: capabilities })
    const { backend, layer } = set.world.start()
    await during({ world: set.world, backend }, 'k', 'new')
    set.away(true)
    await expect(backend.delete('k')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(backend.delete('other')).rejects.toThrow('no conditional delete')
    set.away(false)
    // What waits is settled first, and then deleted where it is.
    expect(await backend.delete('k')).toBe(true)
    expect([layer.pending, await text(primary, 'k')]).toEqual([0, undefined])
  })

  it('obeys its signal, and ends at close', async () => {
    const set = setUp()
    await during(set, 'k', 'new')
    const signal = AbortSignal.abort(new Error('stop'))
    await expect(set.layer.reconcile({ signal })).rejects.toMatchObject({ code: 'ABORTED' })
    await set.backend.close()
    await expect(set.layer.reconcile()).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('mirrors what it settles', async () => {
    const set = setUp({ mirror: true })
    await during(set, 'k', 'new')
    await set.layer.reconcile()
    expect(await text(set.world.spare, 'k')).toBe('new')
  })

  it('keeps and tells records that it cannot read', async () => {
    const { world, layer, backend } = setUp()
    const name = `aos-fallback/journal/${'0'.repeat(64)}`
    await world.spare.write(name, bytes('{"format":"aos-fallback","formatVersion":2}'), type)
    expect(await layer.reconcile()).toMatchObject({ pending: 0, stoppedBy: undefined })
    expect(stackOf(backend)[0]!.state).toMatchObject({
      ok: false,
      message: '1 record of the journal cannot be read',
      details: { unreadable: 1 },
    })
    expect(await text(world.spare, name)).toContain('formatVersion')
  })
})

describe('conflicts', () => {
  async function conflicting(options: FallbackOptions = {}) {
    const set = setUp(options)
    await during(set, 'k', 'outage')
    await set.world.primary.write('k', bytes('primary'), type)
    return set
  }

  it('keep both versions, until they are resolved', async () => {
    const { world, backend, layer } = await conflicting()
    const { conflicts } = await layer.reconcile()
    expect(conflicts).toMatchObject([
      { key: 'k', kind: 'write', outage: { key: 'k', size: 6 }, primary: { key: 'k', size: 7 } },
    ])
    expect(await text(backend, 'k')).toBe('primary')
    expect(layer.pending).toBe(0)
    expect(stackOf(backend)[0]!.state).toMatchObject({
      ok: false,
      message: '1 conflict waits: resolve with resolveConflict',
      details: { conflicts: 1 },
    })
    // Another process finds it as well.
    const other = world.start().layer
    const [found] = await other.conflicts()
    expect(found).toEqual(conflicts[0])
    const { info, body } = await other.readConflict(found!.id)
    expect([info.key, Buffer.from(await collect(body)).toString()]).toEqual(['k', 'outage'])
    await other.resolveConflict(found!.id, 'outage')
    expect(await text(backend, 'k')).toBe('outage')
    expect(await layer.conflicts()).toEqual([])
    expect((await world.spare.list()).objects).toEqual([])
    for (const id of [found!.id, '../journal', '']) {
      await expect(layer.readConflict(id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await expect(layer.resolveConflict(id, 'primary')).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
    }
  })

  it('do not overwrite what others wrote since it was looked at', async () => {
    const { world, layer } = await conflicting()
    const { conflicts } = await layer.reconcile()
    const { id } = conflicts[0]!
    await world.primary.write('k', bytes('unseen'), type)
    const refused = { code: 'PRECONDITION_FAILED', key: 'k' }
    await expect(layer.resolveConflict(id, 'outage')).rejects.toMatchObject(refused)
    await expect(layer.resolveConflict(id, 'outage')).rejects.toThrow('ifPrimary')
    expect(await text(world.primary, 'k')).toBe('unseen')
    // Nothing of it is lost, and another process that looks at it may resolve it.
    const other = world.start()
    const [now] = await other.layer.conflicts()
    const { etag } = now!.primary!
    await world.primary.write('k', bytes('unseen 2'), type)
    for (const ifPrimary of [etag, null]) {
      await expect(other.layer.resolveConflict(id, 'outage', { ifPrimary })).rejects.toMatchObject(
        refused,
      )
    }
    const ifPrimary = (await layer.conflicts())[0]!.primary!.etag
    await other.layer.resolveConflict(id, 'outage', { ifPrimary })
    expect(await text(world.primary, 'k')).toBe('outage')
  })

  it('do not bring back over others what was deleted at the primary', async () => {
    const { world, layer } = await conflicting()
    const { id } = (await layer.reconcile()).conflicts[0]!
    await world.primary.delete('k')
    await expect(layer.resolveConflict(id, 'outage')).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    })
    expect((await layer.conflicts())[0]!.primary).toBeUndefined()
    await layer.resolveConflict(id, 'outage', { ifPrimary: null })
    expect(await text(world.primary, 'k')).toBe('outage')
  })

  it('are resolved with the known options only', async () => {
    const { layer } = await conflicting()
    const { id } = (await layer.reconcile()).conflicts[0]!
    const misspelt = { ifprimary: 'x' } as object
    await expect(layer.resolveConflict(id, 'outage', misspelt)).rejects.toThrow('ifprimary')
    const wrong = { ifPrimary: 7 } as never
    await expect(layer.resolveConflict(id, 'outage', wrong)).rejects.toThrow('ifPrimary')
  })

  it('are resolved by a write that is refused because it was made already', async () => {
    const { world, layer } = await conflicting()
    const { id } = (await layer.reconcile()).conflicts[0]!
    const write = world.primary.write.bind(world.primary)
    // A client of the service that sends it again by itself: the second one meets the first.
    world.primary.write = async (...given) => {
      await write(...given)
      return write(...given)
    }
    await layer.resolveConflict(id, 'outage')
    expect(await text(world.primary, 'k')).toBe('outage')
    expect(await layer.conflicts()).toEqual([])
  })

  it('can be dropped', async () => {
    const { world, layer } = await conflicting()
    const { conflicts } = await layer.reconcile()
    await layer.resolveConflict(conflicts[0]!.id, 'primary')
    expect(await text(world.primary, 'k')).toBe('primary')
    expect((await world.spare.list()).objects).toEqual([])
  })

  it.each([
    ['primary', 'primary', 0],
    ['outage', 'outage', 0],
    ['both', 'primary', 1],
  ] as const)('are decided by resolve: %s', async (choice, value, left) => {
    const { world, layer, backend } = await conflicting()
    const asked: Conflict[] = []
    const resolve: Resolve = async (conflict) => {
      asked.push(conflict)
      // Whoever decides may use the store.
      await backend.write(`seen/${conflict.key}`, bytes('x'), { ...type, ifNoneMatch: '*' })
      await backend.stat('k')
      return choice
    }
    const { conflicts } = await layer.reconcile({ resolve })
    expect(asked).toHaveLength(1)
    expect(conflicts).toHaveLength(left)
    expect(await text(world.primary, 'k')).toBe(value)
    expect(await layer.conflicts()).toHaveLength(left)
  })

  it('are asked about again when the primary changed meanwhile', async () => {
    const { world, layer } = await conflicting()
    let asked = 0
    const resolve: Resolve = async () => {
      if (++asked === 1) await world.primary.write('k', bytes('newer'), type)
      return 'outage' as const
    }
    await layer.reconcile({ resolve })
    expect(asked).toBe(2)
    expect(await text(world.primary, 'k')).toBe('outage')
  })

  it('are none of resolve’s making', async () => {
    const { layer } = await conflicting()
    const resolve = (() => 'mine') as never
    await expect(layer.reconcile({ resolve })).rejects.toThrow("'primary', 'outage', 'both'")
    expect(layer.pending).toBe(1)
  })

  it('are made of deletes as well', async () => {
    const set = setUp()
    await set.world.primary.write('k', bytes('old'), type)
    await during(set, 'k', undefined)
    await set.world.primary.write('k', bytes('younger'), type)
    const { conflicts } = await set.layer.reconcile()
    expect(conflicts).toMatchObject([{ key: 'k', kind: 'delete', outage: undefined }])
    expect(await text(set.world.primary, 'k')).toBe('younger')
    await set.layer.resolveConflict(conflicts[0]!.id, 'outage')
    expect(await text(set.world.primary, 'k')).toBeUndefined()
  })

  it('count against pendingMax', async () => {
    const { world, layer, backend } = await conflicting({ pendingMax: 1 })
    await layer.reconcile()
    world.primaryWeather.isAway = true
    await expect(backend.write('other', bytes('x'), type)).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
    })
  })
})

describe('a process that dies', () => {
  /** What a process does until it dies; gives what was acknowledged to it. */
  async function live(world: World, process: Process): Promise<Map<string, string | undefined>> {
    const acknowledged = new Map<string, string | undefined>()
    const { backend, layer } = process
    const acknowledge = async (key: string, value: string | undefined): Promise<void> => {
      if (value === undefined) await backend.delete(key)
      else await backend.write(key, bytes(value), type)
      acknowledged.set(key, value)
    }
    try {
      world.primaryWeather.isAway = true
      await acknowledge('new', 'n1')
      await acknowledge('old', 'o2')
      await acknowledge('old', 'o3')
      await acknowledge('gone', undefined)
      await acknowledge('back', undefined)
      await acknowledge('back', 'b2')
      await acknowledge('fought', 'f2')
      world.primaryWeather.isAway = false
      await world.primary.write('fought', bytes('stranger'), type)
      await layer.reconcile()
      const [conflict] = await layer.conflicts()
      await layer.resolveConflict(conflict!.id, 'outage')
    } catch (error) {
      if (!(error instanceof Died)) throw error
    }
    return acknowledged
  }

  async function prepared(): Promise<World> {
    const world = new World(seededRandom(3))
    for (const key of ['old', 'gone', 'back', 'fought']) {
      await world.primary.write(key, bytes(`${key} 1`), type)
    }
    return world
  }

  async function callsOfWholeLife(): Promise<number> {
    const world = await prepared()
    const process = world.start()
    await live(world, process)
    expect(await text(world.primary, 'fought')).toBe('f2')
    return process.calls
  }

  it.each([false, true])('anywhere leaves all that was acknowledged (after: %s)', async (after) => {
    const calls = await callsOfWholeLife()
    expect(calls).toBeGreaterThan(50)
    for (let at = 1; at <= calls; at++) {
      const world = await prepared()
      const process = world.start()
      Object.assign(process, { callsLeft: at, diesAfterCall: after })
      const acknowledged = await live(world, process)
      expect(process.isDead, `died at call ${at}`).toBe(true)
      world.primaryWeather.isAway = false
      world.nowMs += 2 * 86_400_000
      const { layer } = world.start()
      const summary = await layer.reconcile()
      expect(summary, `at call ${at}`).toMatchObject({ failures: [], pending: 0 })
      const kept = new Map<string, string>()
      for (const { id, key, kind } of await layer.conflicts()) {
        if (kind === 'delete') continue
        const { body } = await layer.readConflict(id)
        kept.set(key, Buffer.from(await collect(body)).toString())
      }
      for (const [key, value] of acknowledged) {
        const now = await text(world.primary, key)
        const versions = [now, kept.get(key)]
        // A later change that was not acknowledged may stand in its place.
        const later = { old: 'o3', back: 'b2' }[key]
        const isThere = versions.includes(value) || (later !== undefined && now === later)
        expect(isThere, `${key} after a death at call ${at}: ${versions.join()}`).toBe(true)
      }
      const left = (await world.spare.list()).objects.map(({ key }) => key)
      expect(left, `left after a death at call ${at}`).toHaveLength(2 * kept.size)
    }
  })
})

describe("what is left in the spare, with writes: 'refuse'", () => {
  const refusing = { writes: 'refuse' } as const

  /** A write and a delete of an outage, and a conflict; then the process is gone. */
  async function left() {
    const { world, backend, away } = setUp()
    for (const key of ['changed', 'deleted', 'fought over']) {
      await backend.write(key, bytes('old'), type)
    }
    away(true)
    await backend.write('new', bytes('new'), type)
    await backend.write('fought over', bytes('outage'), type)
    await backend.delete('deleted')
    away(false)
    await world.primary.write('fought over', bytes('meanwhile'), type)
    return { world, ...world.start(refusing) }
  }

  it('is told by health and the state, which a store without any does not', async () => {
    const { world, backend, layer } = await left()
    const [state] = stackOf(backend)
    expect(state!.state).toMatchObject({ ok: true, details: { pending: 0 } })
    const health = await backend.health()
    expect(health.ok).toBe(true)
    expect(health.message).toContain('3 outage writes wait in the fallback "spare", unseen')
    expect(health.message).toContain('call reconcile()')
    expect(layer.pending).toBe(3)
    expect(stackOf(backend)[0]!.state).toMatchObject({ ok: false, details: { pending: 3 } })
    await layer.reconcile({ resolve: () => 'primary' })
    expect((await backend.health()).message).not.toContain('unseen')
    expect(stackOf(backend)[0]!.state).toMatchObject({ ok: true, details: { pending: 0 } })
    world.spareWeather.isAway = true
    const other = world.start(refusing)
    expect((await other.backend.health()).ok).toBe(true)
    expect(stackOf(other.backend)[0]!.state).toMatchObject({ ok: true })
  })

  it('is reconciled by hand, and its conflicts are found and ended', async () => {
    const { world, backend, layer } = await left()
    await expect(backend.read('new')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await layer.reconcile()).toMatchObject({
      ...{ settled: 2, conflicts: [{ key: 'fought over' }], failures: [], pending: 0 },
    })
    expect(await text(backend, 'new')).toBe('new')
    expect(await text(world.primary, 'deleted')).toBeUndefined()
    expect(await text(backend, 'fought over')).toBe('meanwhile')
    const [conflict] = await layer.conflicts()
    const { body } = await layer.readConflict(conflict!.id)
    expect(Buffer.from(await collect(body)).toString()).toBe('outage')
    await layer.resolveConflict(conflict!.id, 'outage')
    expect(await text(backend, 'fought over')).toBe('outage')
    expect(await layer.conflicts()).toEqual([])
    expect((await world.spare.list()).objects.map(({ key }) => key)).toEqual([])
  })

  it('is told no more once another process has reconciled it', async () => {
    const { world, backend } = await left()
    expect((await backend.health()).message).toContain('unseen')
    const other = world.start()
    await other.layer.reconcile()
    const health = await backend.health()
    expect(health.message).not.toContain('unseen')
    const [conflict] = await other.layer.conflicts()
    expect(stackOf(backend)[0]!.state).toMatchObject({ details: { pending: 0, conflicts: 1 } })
    await other.layer.resolveConflict(conflict!.id, 'primary')
    await backend.health()
    expect(stackOf(backend)[0]!.state).toMatchObject({ ok: true, details: { conflicts: 0 } })
  })

  it('is not touched in the background', async () => {
    const { world } = await left()
    const { backend, layer } = world.start({ ...refusing, reconcile: 'auto', mirror: true })
    await backend.health()
    world.spareWeather.isAway = true
    await backend.write('other', bytes('x'), type)
    world.spareWeather.isAway = false
    world.nowMs += 60_000
    await backend.read('other')
    await turns(2000)
    await expect(world.primary.read('new')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await text(world.spare, 'other')).toBe('x')
    expect(layer.pending).toBe(3)
  })
})
