/** Versions that the library numbers: what each call promises, and races against each other. */
import { describe, expect, it } from 'vitest'
import {
  applyLayers,
  isStorageError,
  MemoryStorageBackend,
  type StorageBackend,
  StorageManager,
} from '../../src/index.ts'
import { faults, seededRandom, virtualClock } from '../../src/testing/index.ts'
import { contentEtags } from './content-etags.ts'
import { counted } from './counted.ts'

const open = (backend: StorageBackend = new MemoryStorageBackend()): StorageManager =>
  new StorageManager(backend)

async function numbersOf(store: StorageManager, key: string): Promise<number[]> {
  return (await store.listVersions(key)).map(({ version }) => version)
}

describe('a version', () => {
  it('is numbered, made current, loaded, listed the newest first', async () => {
    const store = open()
    expect(await store.currentVersion('doc')).toBeUndefined()
    expect(await store.listVersions('doc')).toEqual([])
    for (let at = 1; at <= 11; at++) {
      const { version, info } = await store.saveVersioned('doc', { at })
      expect([version, info.key]).toEqual([at, `doc/v${at}`])
    }
    expect(await store.currentVersion('doc')).toBe(11)
    expect(await store.loadVersion('doc')).toMatchObject({ version: 11, value: { at: 11 } })
    expect((await store.loadVersion('doc', 3)).value).toEqual({ at: 3 })
    const listed = await store.listVersions('doc', { limit: 3 })
    expect(
      listed.map(({ version, isCurrent, isPending }) => [version, isCurrent, isPending]),
    ).toEqual([
      [11, true, false],
      [10, false, false],
      [9, false, false],
    ])
    expect(listed[0]!.info).toMatchObject({ key: 'doc/v11', size: 9 })
    await expect(store.loadVersion('doc', 12)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(store.loadVersion('none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('lies where the specification puts it', async () => {
    const store = open()
    await store.saveVersioned('doc', 'a')
    await store.saveVersioned('doc', 'b')
    expect(await store.load('doc/current')).toMatchObject({ version: 2, latest: 2 })
    expect(await store.load('doc/v1')).toBe('a')
    // Other keys that begin alike are no versions.
    await store.saveMany([
      ['doc/v01', 0],
      ['doc/v3/x', 0],
      ['doc/vx', 0],
      ['doc/v99999999999999999', 0],
    ])
    expect(await numbersOf(store, 'doc')).toEqual([2, 1])
    expect((await store.saveVersioned('doc', 'c')).version).toBe(3)
  })

  it('goes on from what the specification`s own code left', async () => {
    const store = open()
    await store.save('doc/v1', 'a')
    await store.save('doc/v2', 'b')
    await store.save('doc/current', { version: 1 })
    expect((await store.loadVersion('doc')).value).toBe('a')
    expect((await store.saveVersioned('doc', 'c')).version).toBe(3)
    expect(await store.currentVersion('doc')).toBe(3)
  })

  it('keeps schema, type and metadata, and the value as it was at the call', async () => {
    const store = open()
    const value = new Uint8Array([1])
    const metadata = { author: 'ceo' }
    const saving = store.saveVersioned('doc', value, { contentType: 'image/png', metadata })
    value[0] = 2
    await saving
    const { value: loaded, info } = await store.loadVersion('doc', 1, { as: 'bytes' })
    expect([...(loaded as Uint8Array)]).toEqual([1])
    expect(info).toMatchObject({ contentType: 'image/png', metadata })
    await store.saveVersioned('doc', new Blob(['text'], { type: 'text/plain' }))
    expect((await store.loadVersion('doc')).value).toBe('text')
  })

  it('of an own number must be new, and later ones are above it', async () => {
    const store = open()
    await store.saveVersioned('doc', 1, { version: 10 })
    expect(await store.currentVersion('doc')).toBe(10)
    for (const version of [10, 9]) {
      await expect(store.saveVersioned('doc', 2, { version })).rejects.toMatchObject({
        code: 'ALREADY_EXISTS',
      })
    }
    expect(await numbersOf(store, 'doc')).toEqual([10])
    expect((await store.saveVersioned('doc', 3)).version).toBe(11)
  })

  it('is saved with ifCurrent over that one only, and leaves nothing when refused', async () => {
    const store = open()
    expect((await store.saveVersioned('doc', 1, { ifCurrent: 0 })).version).toBe(1)
    await store.saveVersioned('doc', 2, { ifCurrent: 1 })
    for (const ifCurrent of [0, 1, 3]) {
      await expect(store.saveVersioned('doc', 3, { ifCurrent })).rejects.toMatchObject({
        code: 'PRECONDITION_FAILED',
      })
    }
    expect(await numbersOf(store, 'doc')).toEqual([2, 1])
    // Savers at once, over one version: one wins, and nobody finds what the others stored.
    const saves = Array.from({ length: 20 }, () =>
      open(applyLayers(store.backend, [])).saveVersioned('doc', 3, { ifCurrent: 2 }),
    )
    const settled = await Promise.allSettled(saves)
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await store.listKeys('doc/v')).toHaveLength(3)
  })

  it('refuses what cannot be, before anything is written', async () => {
    const store = open()
    const save = (options: object): Promise<unknown> => store.saveVersioned('doc', 1, options)
    await expect(save({ version: 0 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(save({ version: '1' })).rejects.toThrow(TypeError)
    await expect(save({ verson: 1 })).rejects.toThrow('did you mean "version"')
    await expect(save({ versions: 'all' })).rejects.toThrow("'numbered' or 'native'")
    await expect(save({ attempts: 0 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(save({ version: 2, ifCurrent: 2 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    await expect(save({ ifNoneMatch: '*' })).rejects.toThrow(TypeError)
    await expect(store.saveVersioned('x'.repeat(1010), 1)).rejects.toMatchObject({
      code: 'INVALID_KEY',
    })
    await expect(store.saveVersioned('doc', () => 1)).rejects.toMatchObject({
      code: 'SERIALIZATION',
    })
    await expect(store.pruneVersions('doc', {})).rejects.toThrow('give keep, olderThan')
    await expect(store.pruneVersions('doc', { olderThan: new Date(Number.NaN) })).rejects.toThrow(
      TypeError,
    )
    expect(await store.listKeys()).toEqual([])
  })

  it('is UNSUPPORTED without conditional writes, before anything is written', async () => {
    const backend = new MemoryStorageBackend()
    const capabilities = { ...backend.capabilities, conditionalWrite: 'none' }
    Object.defineProperty(backend, 'capabilities', { value: capabilities })
    const store = open(backend)
    const unsupported = { code: 'UNSUPPORTED' }
    await expect(store.saveVersioned('doc', 1)).rejects.toMatchObject(unsupported)
    await expect(store.rollback('doc', 1)).rejects.toMatchObject(unsupported)
    await expect(store.pruneVersions('doc', { keep: 1 })).rejects.toMatchObject(unsupported)
    expect(await store.listKeys()).toEqual([])
  })

  it('says what stands in the place of the pointer', async () => {
    const store = open()
    await store.saveVersioned('doc', 1)
    const faulty = [
      ...['text', {}, { version: 0 }, { version: 1.5 }, { version: 3, latest: 2 }],
      ...[
        { version: 1, removing: [1] },
        { version: 1, removing: 1 },
        { version: 1, removed: -1 },
      ],
      new Uint8Array(40_000),
    ]
    for (const pointer of faulty) {
      await store.save('doc/current', pointer)
      const fault = { code: 'CORRUPT', key: 'doc/current' }
      await expect(store.loadVersion('doc')).rejects.toMatchObject(fault)
      await expect(store.saveVersioned('doc', 2)).rejects.toMatchObject(fault)
    }
    await store.save('doc/current', { version: 7 })
    await expect(store.loadVersion('doc')).rejects.toMatchObject({ code: 'CORRUPT', key: 'doc/v7' })
    await store.delete('doc/current')
    await expect(store.loadVersion('doc')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await store.rollback('doc', 1)
    expect((await store.loadVersion('doc')).value).toBe(1)
  })

  it('is told as missing by a load as by a rollback', async () => {
    const store = open()
    await store.saveVersioned('doc', 1)
    for (const call of [store.loadVersion('doc', 99), store.rollback('doc', 99)]) {
      await expect(call).rejects.toMatchObject({
        code: 'NOT_FOUND',
        key: 'doc/v99',
        message: 'There is no version 99 of "doc"; listVersions() tells which there are',
      })
    }
  })

  it('gets a number that was never given, also when the pointer had to be deleted', async () => {
    const store = open()
    for (let at = 1; at <= 5; at++) await store.saveVersioned('doc', at)
    await store.rollback('doc', 2)
    await store.pruneVersions('doc', { keep: 0 })
    await store.save('doc/current', 'damaged')
    await store.delete('doc/current')
    await store.rollback('doc', 2)
    expect((await store.saveVersioned('doc', 6, { version: 1000 })).version).toBe(1000)
    expect((await store.saveVersioned('doc', 7)).version).toBe(1001)
  })
})

describe('a rollback', () => {
  it('moves the pointer and nothing else; later versions are above all', async () => {
    const store = open()
    for (let at = 1; at <= 3; at++) await store.saveVersioned('doc', at)
    const before = await store.stat('doc/v1')
    expect(await store.rollback('doc', 1)).toEqual({ version: 1, info: before })
    expect((await store.loadVersion('doc')).value).toBe(1)
    expect(await numbersOf(store, 'doc')).toEqual([3, 2, 1])
    expect((await store.saveVersioned('doc', 4)).version).toBe(4)
    expect(await store.currentVersion('doc')).toBe(4)
    await expect(store.rollback('doc', 9)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(store.rollback('doc', 1, { ifCurrent: 3 })).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    })
    await store.rollback('doc', 1, { ifCurrent: 4 })
    expect(await store.currentVersion('doc')).toBe(1)
  })
})

describe('pruning', () => {
  async function filled(count: number, backend?: StorageBackend): Promise<StorageManager> {
    const store = open(backend)
    for (let at = 1; at <= count; at++) await store.saveVersioned('doc', at)
    return store
  }

  it('keeps the newest, and the current one; numbers are not used again', async () => {
    const store = await filled(12)
    await store.rollback('doc', 2)
    expect(await store.pruneVersions('doc', { keep: 3, dryRun: true })).toEqual({
      removed: 8,
      kept: 4,
      failed: [],
    })
    expect(await numbersOf(store, 'doc')).toHaveLength(12)
    expect(await store.pruneVersions('doc', { keep: 3 })).toEqual({
      removed: 8,
      kept: 4,
      failed: [],
    })
    expect(await numbersOf(store, 'doc')).toEqual([12, 11, 10, 2])
    expect(await store.pruneVersions('doc', { keep: 0 })).toMatchObject({ removed: 3, kept: 1 })
    expect(await store.listKeys('doc/')).toEqual(['doc/current', 'doc/v2'])
    expect((await store.saveVersioned('doc', 'x')).version).toBe(13)
    expect(await store.load('doc/current')).not.toHaveProperty('removing')
    await expect(store.rollback('doc', 3)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await store.pruneVersions('none', { keep: 1 })).toMatchObject({ removed: 0 })
  })

  it('takes what is older, and with both options what both let go', async () => {
    const clock = virtualClock()
    const store = await filled(0, new MemoryStorageBackend({ clock }))
    for (let at = 0; at < 6; at++) {
      await store.saveVersioned('doc', at)
      await clock.advance(1000)
    }
    const olderThan = new Date(clock.now() - 3000)
    expect(await store.pruneVersions('doc', { olderThan, keep: 4 })).toMatchObject({ removed: 2 })
    expect(await store.pruneVersions('doc', { olderThan })).toMatchObject({ removed: 1 })
    expect(await numbersOf(store, 'doc')).toEqual([6, 5, 4])
  })

  it('goes on over many pages and many rounds', async () => {
    const backend = new MemoryStorageBackend()
    const store = await filled(1, backend)
    const body = new Uint8Array(1)
    for (let at = 2; at <= 1500; at++)
      await backend.write(`doc/v${at}`, body, { contentType: 'a/b' })
    await store.rollback('doc', 1500)
    expect(await store.pruneVersions('doc', { keep: 10 })).toMatchObject({
      removed: 1490,
      kept: 10,
    })
    expect(await numbersOf(store, 'doc')).toHaveLength(10)
  })

  it('of a killed prune is ended by the next; none of what it chose becomes current', async () => {
    const injector = faults()
    const store = await filled(5, injector(new MemoryStorageBackend()))
    injector.failNext('deleteMany')
    await expect(store.pruneVersions('doc', { keep: 2 })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
    expect(await store.load('doc/current')).toMatchObject({ version: 5, removing: [1, 2, 3] })
    expect(await numbersOf(store, 'doc')).toEqual([5, 4])
    await expect(store.rollback('doc', 2)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await store.pruneVersions('doc', { keep: 4 })).toMatchObject({ removed: 3, kept: 2 })
    expect(await store.listKeys('doc/')).toEqual(['doc/current', 'doc/v4', 'doc/v5'])
  })

  it('tells what could not be removed, and tries again', async () => {
    const backend = new MemoryStorageBackend()
    const store = await filled(3, backend)
    const deleteMany = backend.deleteMany.bind(backend)
    backend.deleteMany = async (keys) =>
      keys.map((key) => ({
        key,
        deleted: false,
        error: new (class extends Error {})('no') as never,
      }))
    const { removed, kept, failed } = await store.pruneVersions('doc', { keep: 1 })
    expect([removed, kept, failed.map(({ version }) => version)]).toEqual([0, 3, [1, 2]])
    backend.deleteMany = deleteMany
    expect(await store.pruneVersions('doc', { keep: 1 })).toMatchObject({ removed: 2 })
    expect(await store.listKeys('doc/v')).toEqual(['doc/v3'])
  })

  it('never takes what a rollback makes current meanwhile', async () => {
    const backend = new MemoryStorageBackend()
    const store = await filled(3, backend)
    const other = open(backend)
    // Between the choice and the swap that marks it.
    const list = backend.list.bind(backend)
    let isFirst = true
    backend.list = async (options) => {
      const page = await list(options)
      if (isFirst) {
        isFirst = false
        await other.rollback('doc', 1)
      }
      return page
    }
    expect(await store.pruneVersions('doc', { olderThan: new Date(2 ** 42) })).toMatchObject({
      removed: 1,
    })
    expect(await other.loadVersion('doc')).toMatchObject({ version: 1, value: 1 })
  })

  it('makes a rollback fail that had seen the version', async () => {
    const backend = new MemoryStorageBackend()
    const store = await filled(3, backend)
    const other = open(backend)
    const stat = backend.stat.bind(backend)
    let isFirst = true
    backend.stat = async (key, options) => {
      const info = await stat(key, options)
      if (isFirst && key === 'doc/v1') {
        isFirst = false
        await other.pruneVersions('doc', { keep: 1 })
      }
      return info
    }
    await expect(store.rollback('doc', 1)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await other.loadVersion('doc')).value).toBe(3)
  })

  it('does not let a saver that slept use a number again', async () => {
    const backend = new MemoryStorageBackend()
    const store = await filled(2, backend)
    const other = open(backend)
    const write = backend.write.bind(backend)
    let isFirst = true
    backend.write = async (key, body, options) => {
      if (isFirst && key === 'doc/v3') {
        isFirst = false
        for (let at = 3; at <= 5; at++) await other.saveVersioned('doc', at)
        await other.pruneVersions('doc', { keep: 1 })
      }
      return write(key, body, options)
    }
    // Views have savers of their own: the others do not wait for this one.
    const view = new StorageManager(backend, { layers: [faults()] })
    expect((await view.saveVersioned('doc', 'slept')).version).toBe(6)
    expect(await numbersOf(store, 'doc')).toEqual([6, 5])
    expect((await store.loadVersion('doc')).value).toBe('slept')
  })
})

describe('a saver that ends in between', () => {
  it('leaves a version that is pending, passed over, and made current by hand', async () => {
    const injector = faults()
    const store = open(injector(new MemoryStorageBackend()))
    await store.saveVersioned('doc', 1)
    injector.at(2, 'write', { kind: 'error', error: 'UNAUTHENTICATED' })
    const error: unknown = await store.saveVersioned('doc', 2).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', retryable: 'no' })
    expect((error as Error).message).toContain('Version 2 of "doc" is stored')
    expect(await store.currentVersion('doc')).toBe(1)
    const [pending] = await store.listVersions('doc')
    expect(pending).toMatchObject({ version: 2, isCurrent: false, isPending: true })
    expect(await store.pruneVersions('doc', { keep: 0 })).toMatchObject({ removed: 0, kept: 1 })
    expect((await store.saveVersioned('doc', 3)).version).toBe(3)
    const [, passed] = await store.listVersions('doc')
    expect(passed).toMatchObject({ version: 2, isPending: false })
    await store.rollback('doc', 2)
    expect((await store.loadVersion('doc')).value).toBe(2)
    expect((await store.saveVersioned('doc', 4)).version).toBe(4)
  })

  it('also of the first version, which has no pointer yet', async () => {
    const injector = faults()
    const store = open(injector(new MemoryStorageBackend()))
    injector.at(2, 'write', { kind: 'error', error: 'UNAUTHENTICATED' })
    await expect(store.saveVersioned('doc', 1)).rejects.toThrow('rollback(key, 1)')
    await expect(store.loadVersion('doc')).rejects.toThrow('listVersions()')
    expect((await store.saveVersioned('doc', 2)).version).toBe(2)
    expect(await numbersOf(store, 'doc')).toEqual([2, 1])
  })

  it('knows its own pointer when the answer was lost', async () => {
    const injector = faults()
    const store = open(injector(new MemoryStorageBackend()))
    injector.at(2, 'write', { kind: 'lost-answer' })
    expect(await store.saveVersioned('doc', 1)).toMatchObject({ version: 1 })
    injector.at(2, 'write', { kind: 'error' })
    expect(await store.saveVersioned('doc', 2)).toMatchObject({ version: 2 })
    injector.loseNext('write')
    await store.rollback('doc', 1)
    expect(await store.currentVersion('doc')).toBe(1)
    // Of the version itself: it may be there, so nothing is said that could be wrong.
    injector.loseNext('write')
    await expect(store.saveVersioned('doc', 3)).rejects.toMatchObject({ retryable: 'no' })
    expect(await store.listVersions('doc')).toMatchObject([{ version: 3, isPending: true }, {}, {}])
  })

  it('tells a save with ifCurrent as open when others went on after a lost answer', async () => {
    const injector = faults()
    const inner = new MemoryStorageBackend()
    const clock = virtualClock()
    const slow = new StorageManager(injector(inner), { clock })
    const other = open(inner)
    await other.saveVersioned('doc', 1)
    injector.at(2, 'write', { kind: 'lost-answer' })
    const saving = slow.saveVersioned('doc', 2, { ifCurrent: 1 }).catch((error: unknown) => error)
    await expect.poll(() => clock.sleepers).toBe(1)
    await other.saveVersioned('doc', 3)
    await clock.runUntilIdle()
    expect(await saving).toMatchObject({ code: 'UNAVAILABLE', retryable: 'no' })
    expect(await numbersOf(other, 'doc')).toEqual([3, 2, 1])
  })

  it('tells a rollback as open when others changed the pointer after a lost answer', async () => {
    const injector = faults()
    const inner = new MemoryStorageBackend()
    const store = open(injector(inner))
    const other = open(inner)
    await store.saveVersioned('doc', 1)
    await store.saveVersioned('doc', 2)
    injector.loseNext('write')
    const clock = virtualClock()
    const slow = new StorageManager(store.backend, { clock })
    const rolling = slow.rollback('doc', 1).catch((error: unknown) => error)
    await expect.poll(() => clock.sleepers).toBe(1)
    await other.saveVersioned('doc', 3)
    await clock.runUntilIdle()
    expect(await rolling).toMatchObject({ code: 'UNAVAILABLE', retryable: 'no' })
    expect(await store.currentVersion('doc')).toBe(3)
  })
})

describe('100 savers at once', () => {
  async function expectAll(store: StorageManager, saved: readonly number[]): Promise<void> {
    const all = Array.from({ length: 100 }, (_, at) => at + 1)
    expect([...saved].sort((a, b) => a - b)).toEqual(all)
    expect(await numbersOf(store, 'doc')).toEqual(all.toReversed())
    expect(await store.currentVersion('doc')).toBe(100)
    const values = await Promise.all(all.map((version) => store.loadVersion('doc', version)))
    // Each saver's value is there, under the number that it was given.
    for (const { version, value } of values) expect(saved[value as number]).toBe(version)
  }

  it('in one manager give 100 versions, with three requests each', async () => {
    const { backend, requests } = counted(new MemoryStorageBackend())
    const store = open(backend)
    const saves = Array.from({ length: 100 }, (_, at) => store.saveVersioned('doc', at))
    const saved = (await Promise.all(saves)).map(({ version }) => version)
    // And one listing, for the first number.
    expect(requests()).toBe(301)
    await expectAll(store, saved)
  })

  it.each([
    ['with etags of versions', (inner: StorageBackend) => inner],
    ['with etags of contents', contentEtags],
  ])('in 100 managers %s give 100 versions, with few requests', async (_name, wrap) => {
    const { backend, requests } = counted(wrap(new MemoryStorageBackend()))
    const stores = Array.from({ length: 100 }, (_, at) => {
      const layers = [faults()]
      return new StorageManager(backend, { layers, random: seededRandom(at) })
    })
    const saves = stores.map((store, at) => store.saveVersioned('doc', at))
    const saved = (await Promise.all(saves)).map(({ version }) => version)
    expect(requests()).toBeLessThan(1500)
    await expectAll(stores[0]!, saved)
  })

  it('that are overtaken leave the pointer at the higher number', async () => {
    const backend = new MemoryStorageBackend()
    const other = open(backend)
    const write = backend.write.bind(backend)
    let isFirst = true
    backend.write = async (key, body, options) => {
      if (isFirst && key === 'doc/current') {
        isFirst = false
        expect((await other.saveVersioned('doc', 'second')).version).toBe(2)
      }
      return write(key, body, options)
    }
    const view = new StorageManager(backend, { layers: [faults()] })
    expect((await view.saveVersioned('doc', 'first')).version).toBe(1)
    expect(await other.loadVersion('doc')).toMatchObject({ version: 2, value: 'second' })
    expect(await other.listVersions('doc')).toHaveLength(2)
  })

  it('end as CONFLICT, exhausted, after their attempts', async () => {
    const backend = new MemoryStorageBackend()
    const other = open(backend)
    const write = backend.write.bind(backend)
    let isMine = true
    backend.write = async (key, body, options) => {
      if (isMine && key.startsWith('doc/v')) {
        isMine = false
        await other.saveVersioned('doc', 'other')
        isMine = true
      }
      return write(key, body, options)
    }
    const view = new StorageManager(backend, { layers: [faults()] })
    await expect(view.saveVersioned('doc', 1, { attempts: 3 })).rejects.toMatchObject({
      code: 'CONFLICT',
      retryable: 'exhausted',
    })
    expect(await other.currentVersion('doc')).toBe(3)
  })

  it('are refused when too many wait already', async () => {
    const injector = faults()
    const store = open(injector(new MemoryStorageBackend()))
    injector.at(1, 'read', { kind: 'hang' })
    const ending = new AbortController()
    const { signal } = ending
    const saves = Array.from({ length: 1001 }, () => store.saveVersioned('doc', 1, { signal }))
    const settled = Promise.allSettled(saves)
    await expect(saves.at(-1)).rejects.toMatchObject({ code: 'RATE_LIMITED', retryable: 'yes' })
    ending.abort()
    expect((await settled).every(({ status }) => status === 'rejected')).toBe(true)
    expect((await store.saveVersioned('doc', 2)).version).toBe(1)
  })

  it('obey their signals, also while they wait for each other', async () => {
    const injector = faults()
    const store = open(injector(new MemoryStorageBackend()))
    injector.at(1, 'read', { kind: 'hang' })
    const first = new AbortController()
    const second = new AbortController()
    const saving = store.saveVersioned('doc', 1, { signal: first.signal })
    const waiting = store.saveVersioned('doc', 2, { signal: second.signal })
    const last = store.saveVersioned('doc', 3)
    second.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' })
    first.abort()
    await expect(saving).rejects.toMatchObject({ code: 'ABORTED' })
    expect((await last).version).toBe(1)
    expect(await store.listKeys()).toEqual(['doc/current', 'doc/v1'])
  })
})

it('no pointer is written twice, also where etags are of contents', async () => {
  const backend = contentEtags(new MemoryStorageBackend())
  const store = open(backend)
  await store.saveVersioned('doc', 1)
  await store.saveVersioned('doc', 2)
  const seen = new Set<string>()
  for (let at = 0; at < 4; at++) {
    await store.rollback('doc', 1)
    seen.add((await store.stat('doc/current')).etag)
    await store.rollback('doc', 2)
    seen.add((await store.stat('doc/current')).etag)
  }
  expect(seen.size).toBe(8)
})

it('saves, rollbacks and prunes at once never lose the current version', async () => {
  const backend = contentEtags(new MemoryStorageBackend())
  const random = seededRandom(7)
  const stores = Array.from({ length: 8 }, () => open(applyLayers(backend, [faults()])))
  await stores[0]!.saveVersioned('doc', 0)
  const saved = new Set<number>()
  const works = stores.map(async (store, at) => {
    for (let round = 0; round < 30; round++) {
      const chance = random.integer(4)
      if (chance === 0) await store.pruneVersions('doc', { keep: random.integer(3) })
      else if (chance === 1) {
        const listed = await store.listVersions('doc')
        const { version } = random.pick(listed)
        await store.rollback('doc', version).catch((error: unknown) => {
          if (!isStorageError(error, 'NOT_FOUND')) throw error
        })
      } else {
        const { version } = await store.saveVersioned('doc', [at, round])
        expect(saved.has(version), `version ${version} once`).toBe(false)
        saved.add(version)
      }
      await store.loadVersion('doc')
    }
  })
  await Promise.all(works)
  await stores[0]!.pruneVersions('doc', { keep: 0 })
  const keys = await stores[0]!.listKeys('doc/v')
  expect(keys).toEqual([`doc/v${await stores[0]!.currentVersion('doc')}`])
})
