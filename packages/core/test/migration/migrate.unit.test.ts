/** What a migration carries over, leaves, refuses and reports. */
import { expect, it } from 'vitest'
import {
  applyLayers,
  isStorageError,
  type Layer,
  MemoryStorageBackend,
  migrate,
  type MigratedObject,
  type MigrateOptions,
  type MigrationReport,
  migrationReport,
  type ObjectInfo,
  originalTime,
  prefix,
  type StorageBackend,
  type StorageError,
  StorageManager,
  type WriteBody,
  type WriteOptions,
} from '../../src/index.ts'
import { aroundCalls, defineLayer } from '../../src/backend-kit.ts'
import { faults, virtualClock } from '../../src/testing/index.ts'
import { claiming, counted, fill, filledStore, inventory } from './support/stores.ts'

const json = { contentType: 'application/json' }
const text = { contentType: 'text/plain; charset=utf-8' }

function run(
  source: StorageBackend,
  destination: StorageBackend,
  options: MigrateOptions = {},
): Promise<MigrationReport> {
  return migrate(source, destination, options).done
}

async function errorOf(done: Promise<unknown>): Promise<StorageError> {
  const error: unknown = await done.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!isStorageError(error)) throw new Error(`no StorageError, but ${String(error)}`)
  return error
}

it('carries bytes, type, metadata and time of every object, each once', async () => {
  const source = await filledStore(2300)
  const writes = counted()
  const inner = new MemoryStorageBackend()
  const report = await run(source, applyLayers(inner, [writes.layer]))
  expect(report).toMatchObject({ outcome: 'complete', copied: 2300, failed: 0, unchanged: 0 })
  expect(report.copiedBytes).toBeGreaterThan(500_000)
  expect(await inventory(inner)).toEqual(await inventory(source))
  expect(writes.total('write')).toBe(2300)
  const before = (await source.stat('k/00001')).modifiedAt
  const copy = await inner.stat('k/00001')
  expect(originalTime(copy)).toEqual(before)
  // What the manager shows is the user's own.
  const seen = await new StorageManager(inner).stat('k/00001')
  expect(seen.metadata).toEqual({ number: '1' })
  expect(report.losses).toEqual([
    expect.objectContaining({ what: 'modifiedAt', objects: 2300, why: expect.any(String) }),
  ])
})

it('takes managers, views and layers as they are', async () => {
  const store = new StorageManager(new MemoryStorageBackend())
  await store.save('old/a', { n: 1 })
  await store.save('other', 1)
  const destination = new StorageManager(new MemoryStorageBackend(), { layers: [prefix('in')] })
  await migrate(store.within('old'), destination.within('deep')).done
  expect(await destination.listKeys()).toEqual(['deep/a'])
  expect(await destination.load('deep/a')).toEqual({ n: 1 })
})

it('copies nothing again that is the same, and only what changed with update', async () => {
  const source = await filledStore(50)
  const inner = new MemoryStorageBackend()
  await run(source, inner)
  const calls = counted()
  const destination = applyLayers(inner, [calls.layer])
  expect(await run(source, destination)).toMatchObject({ copied: 0, unchanged: 50, failed: 0 })
  await fill(source, 'k/00007', 8)
  await source.write('new', Buffer.from('new'), text)
  expect(await run(source, destination)).toMatchObject({ copied: 1, unchanged: 49, failed: 1 })
  const report = await run(source, destination, { existing: 'update' })
  expect(report).toMatchObject({ copied: 1, unchanged: 50, failed: 0 })
  expect([...calls.calls.keys()].filter((name) => name.startsWith('write'))).toEqual([
    'write new',
    'write k/00007',
  ])
  // The listing tells the marks here: no object is asked for, nor read, to know it is the same.
  expect(calls.total('stat')).toBe(0)
  expect(calls.total('read')).toBe(2)
  expect(await inventory(inner)).toEqual(await inventory(source))
})

it('sees a change of metadata alone, also where etags are of the bytes', async () => {
  const source = new MemoryStorageBackend({ clock: virtualClock() })
  await source.write('a', Buffer.from('1'), { ...text, metadata: { v: '1' } })
  const destination = new MemoryStorageBackend()
  await run(source, destination)
  await source.write('a', Buffer.from('1'), { ...text, metadata: { v: '2' } })
  expect(await run(source, destination, { existing: 'update' })).toMatchObject({ copied: 1 })
  expect((await destination.stat('a')).metadata).toMatchObject({ v: '2' })
})

it.each(['fail', 'skip', 'update', 'replace'] as const)(
  'where another object stands: %s',
  async (existing) => {
    const source = new MemoryStorageBackend()
    await source.write('a', Buffer.from('ours'), text)
    await source.write('same', Buffer.from('same'), text)
    const destination = new MemoryStorageBackend()
    await destination.write('a', Buffer.from('them'), text)
    await destination.write('same', Buffer.from('same'), text)
    const report = await run(source, destination, { existing })
    const body = Buffer.from((await destination.read('a')).body as Uint8Array).toString()
    const expected = {
      fail: { copied: 0, unchanged: 1, skipped: 0, failed: 1, body: 'them' },
      skip: { copied: 0, unchanged: 0, skipped: 2, failed: 0, body: 'them' },
      update: { copied: 1, unchanged: 1, skipped: 0, failed: 0, body: 'ours' },
      replace: { copied: 2, unchanged: 0, skipped: 0, failed: 0, body: 'ours' },
    }[existing]
    expect({ ...report, body }).toMatchObject(expected)
    if (existing !== 'fail') return
    expect(report.failures).toEqual([
      { key: 'a', code: 'ALREADY_EXISTS', message: expect.stringContaining("existing: 'update'") },
    ])
  },
)

it('compares by digest, or by size and time', async () => {
  const clock = virtualClock()
  const source = new MemoryStorageBackend({ clock })
  const destination = new MemoryStorageBackend({ clock })
  await source.write('a', Buffer.from('one'), text)
  await clock.advance(1000)
  await destination.write('a', Buffer.from('two'), text)
  const quick = { existing: 'update', compare: 'size-and-time' } as const
  expect(await run(source, destination, quick)).toMatchObject({ unchanged: 1 })
  const sure = { existing: 'update', compare: 'digest' } as const
  expect(await run(source, destination, sure)).toMatchObject({ copied: 1 })
  expect(await run(source, destination, sure)).toMatchObject({ unchanged: 1 })
  await clock.advance(1000)
  await source.write('a', Buffer.from('six'), text)
  expect(await run(source, destination, quick)).toMatchObject({ copied: 1 })
})

it('never overwrites what changed after it was compared', async () => {
  const source = new MemoryStorageBackend()
  await source.write('a', Buffer.from('ours'), text)
  const inner = new MemoryStorageBackend()
  await inner.write('a', Buffer.from('old'), text)
  // Another writer comes between the comparison and our write.
  const destination = applyLayers(inner, [
    faults({
      onCrash: () => void inner.write('a', Buffer.from('theirs'), text),
      rules: [{ operation: 'write', fault: { kind: 'crash', point: 'before' } }],
    }),
  ])
  const report = await run(source, destination, { existing: 'update' })
  expect(report.failures).toMatchObject([{ key: 'a', code: 'PRECONDITION_FAILED' }])
  expect(Buffer.from((await inner.read('a')).body as Uint8Array).toString()).toBe('theirs')
})

it('maps prefixes and keeps to them; filters by patterns', async () => {
  const source = new MemoryStorageBackend()
  for (const key of ['old/a.json', 'old/b.tmp', 'old/x/c.json', 'other/d.json']) {
    await source.write(key, Buffer.from(key), json)
  }
  const destination = new MemoryStorageBackend()
  const options = {
    mapKeys: { prefix: ['old/', 'new/2/'] },
    include: ['**/*.json', '**/*.tmp'],
    exclude: ['**/*.tmp'],
  } as const
  expect(await run(source, destination, options)).toMatchObject({ copied: 2, excluded: 1 })
  expect([...(await inventory(destination)).keys()]).toEqual(['new/2/a.json', 'new/2/x/c.json'])
  expect(await run(source, destination, options)).toMatchObject({ copied: 0, unchanged: 2 })
})

it('maps by a function, and tells two that would be one', async () => {
  const source = new MemoryStorageBackend()
  for (const key of ['A', 'B', 'a', 'c']) await source.write(key, Buffer.from(key), text)
  const destination = new MemoryStorageBackend()
  const mapKeys = (key: string): string => key.toLowerCase()
  const report = await run(source, destination, { mapKeys, existing: 'replace' })
  expect(report).toMatchObject({ copied: 3, failed: 1 })
  expect(report.failures).toMatchObject([{ key: 'a', code: 'CONFLICT' }])
  expect(Buffer.from((await destination.read('a')).body as Uint8Array).toString()).toBe('A')
  expect(await run(source, destination, { mapKeys })).toMatchObject({ unchanged: 3, failed: 1 })
})

it('reports foreign names, keys too long and objects too large; the rest goes on', async () => {
  const source = new MemoryStorageBackend()
  await source.write('/foreign//name', Buffer.from('x'), text)
  await source.write('l'.repeat(200), Buffer.from('x'), text)
  await source.write('large', Buffer.alloc(2000), text)
  await source.write('fine', Buffer.from('x'), text)
  const destination = claiming(new MemoryStorageBackend(), {
    keyBytesMax: 100,
    objectBytesMax: 1000,
  })
  for (const dryRun of [true, false]) {
    const report = await run(source, destination, { dryRun })
    expect(report).toMatchObject({ copied: 1, failed: 3, isDryRun: dryRun })
    const codes = report.failures.map(({ key, code }) => `${key.slice(0, 5)} ${code}`).sort()
    expect(codes).toEqual(['/fore INVALID_KEY', 'large QUOTA_EXCEEDED', 'lllll INVALID_KEY'])
    expect((await inventory(destination)).size).toBe(dryRun ? 0 : 1)
  }
  // With a name of its own it comes along.
  const mapKeys = (key: string): string => (key.startsWith('/') ? 'foreign/name' : key)
  await run(source, destination, { mapKeys })
  expect((await destination.stat('foreign/name')).size).toBe(1)
})

it('refuses to lose metadata, or reports it', async () => {
  const source = new MemoryStorageBackend()
  await source.write('a', Buffer.from('x'), { ...text, metadata: { long: 'm'.repeat(80) } })
  await source.write('b', Buffer.from('x'), { ...text, metadata: { short: 'm' } })
  const small = claiming(new MemoryStorageBackend(), { metadataBytesMax: 50 })
  const refused = await run(source, small)
  expect(refused).toMatchObject({ copied: 1, failed: 1 })
  expect(refused.failures).toMatchObject([{ key: 'a', code: 'INVALID_ARGUMENT' }])
  // The metadata of the user goes first: the time has no room beside it.
  expect(await inventory(small)).toEqual(
    new Map([...(await inventory(source))].filter(([key]) => key === 'b')),
  )
  expect(originalTime(await small.stat('b'))).toBeUndefined()
  const none = claiming(new MemoryStorageBackend(), { userMetadata: false })
  const reported = await run(source, none, { losses: 'report' })
  expect(reported).toMatchObject({ copied: 2, failed: 0 })
  expect(reported.losses).toContainEqual(expect.objectContaining({ what: 'metadata', objects: 2 }))
  expect((await none.stat('a')).metadata).toEqual({})
})

it('keeps the first time through a second migration, and none with origin drop', async () => {
  const clock = virtualClock()
  const [a, b, c, d] = [0, 1, 2, 3].map(() => new MemoryStorageBackend({ clock }))
  await a!.write('k', Buffer.from('x'), text)
  const time = (await a!.stat('k')).modifiedAt
  await clock.advance(86_400_000)
  await run(a!, b!, { clock })
  await clock.advance(86_400_000)
  await run(b!, c!, { clock })
  expect(originalTime(await c!.stat('k'))).toEqual(time)
  await run(b!, d!, { origin: 'drop', clock })
  expect((await d!.stat('k')).metadata).toEqual({})
  // Nothing tells where it is from: it is compared by its bytes.
  expect(await run(b!, d!, { origin: 'drop', clock })).toMatchObject({ unchanged: 1 })
})

/** Flips a byte of what is written under a key, the first so many times. */
function spoiling(key: string, times: number): Layer {
  let left = times
  const spoiled = async function* (body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) yield chunk.map((byte) => byte ^ 1)
  }
  return defineLayer({
    name: 'spoiling',
    wrap: (inner) => {
      const write = (at: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> => {
        if (at !== key || left-- <= 0) return inner.write(at, body, options)
        const wrong = body instanceof Uint8Array ? body.map((byte) => byte ^ 1) : spoiled(body)
        return inner.write(at, wrong, options)
      }
      return Object.assign(
        aroundCalls(inner, (_call, go) => go()),
        { write },
      )
    },
  })
}

it.each(['small', 'large'])('reads a %s copy back, and makes a wrong one again', async (key) => {
  const source = new MemoryStorageBackend()
  await source.write('small', Buffer.from('some text'), text)
  await source.write('large', Buffer.alloc(3_000_000, 'large '), text)
  const clock = virtualClock()
  const attempt = async (times: number, options: MigrateOptions) => {
    const inner = new MemoryStorageBackend()
    const writes = counted()
    const destination = applyLayers(inner, [writes.layer, spoiling(key, times)])
    const job = migrate(source, destination, { ...options, clock })
    await clock.runUntilIdle()
    const report = await job.done
    const isSame = (await inventory(inner)).get(key) === (await inventory(source)).get(key)
    return { report, isSame, writes: writes.calls.get(`write ${key}`) }
  }
  const mended = await attempt(1, {})
  expect(mended).toMatchObject({ isSame: true, writes: 2, report: { copied: 2, failed: 0 } })
  const broken = await attempt(Infinity, {})
  expect(broken).toMatchObject({ isSame: false, writes: 4, report: { copied: 1, failed: 1 } })
  expect(broken.report.failures).toMatchObject([{ key, code: 'CORRUPT' }])
  // Without reading back nobody notices: that is what it is for.
  expect(await attempt(1, { verify: 'write' })).toMatchObject({ isSame: false, writes: 1 })
})

it('tries again what may pass, and takes a lost answer for the copy that it was', async () => {
  const source = await filledStore(20)
  const inner = new MemoryStorageBackend()
  const writes = counted()
  const injector = faults({ seed: 1 })
  injector.loseNext('write')
  injector.failNext('write', 'RATE_LIMITED')
  injector.failNext('list', 'UNAVAILABLE')
  injector.at(3, 'read', { kind: 'error', error: 'TIMEOUT' })
  const destination = applyLayers(inner, [injector, writes.layer])
  const cut = faults({ seed: 1 })
  cut.tearNext('read', 5)
  cut.failNext('list', 'TIMEOUT')
  const clock = virtualClock()
  const job = migrate(applyLayers(source, [cut]), destination, { clock })
  await clock.runUntilIdle()
  expect(await job.done).toMatchObject({ copied: 20, failed: 0 })
  expect(writes.total('write')).toBe(20)
  expect(await inventory(inner)).toEqual(await inventory(source))
})

it('counts as replaced what stood there before, also where the answer was lost', async () => {
  const source = await filledStore(4)
  const inner = new MemoryStorageBackend()
  for (const key of ['k/00000', 'k/00002']) await fill(inner, key, 77)
  const injector = faults({ seed: 1 })
  // Of one that replaces another, and of one that is new.
  injector.at(1, 'write', { kind: 'lost-answer' })
  injector.at(2, 'write', { kind: 'lost-answer' })
  const clock = virtualClock()
  const destination = applyLayers(inner, [injector])
  const options = { clock, existing: 'update', concurrency: 1 } as const
  const job = migrate(source, destination, options)
  await clock.runUntilIdle()
  expect(await job.done).toMatchObject({ copied: 4, replaced: 2, failed: 0 })
})

it('records what fails alone, and goes on', async () => {
  const source = await filledStore(20)
  const injector = faults({ seed: 1 })
  injector.add({ operation: 'read', key: 'k/00004', fault: { kind: 'error', error: 'CORRUPT' } })
  const destination = new MemoryStorageBackend()
  const report = await run(applyLayers(source, [injector]), destination)
  expect(report).toMatchObject({ outcome: 'complete', copied: 19, failed: 1 })
  expect(report.failures).toMatchObject([{ key: 'k/00004', code: 'CORRUPT' }])
})

it('passes over what is gone by now', async () => {
  const source = await filledStore(5)
  const injector = faults({ seed: 1 })
  injector.add({ operation: 'read', key: 'k/00002', fault: { kind: 'error', error: 'NOT_FOUND' } })
  const report = await run(applyLayers(source, [injector]), new MemoryStorageBackend())
  expect(report).toMatchObject({ copied: 4, vanished: 1, failed: 0 })
})

it.each(['UNAUTHENTICATED', 'CLOSED', 'QUOTA_EXCEEDED'] as const)(
  'stops at what concerns all: %s',
  async (code) => {
    const source = await filledStore(200)
    const injector = faults({ seed: 1 })
    injector.add({ operation: 'write', key: /k\/000[3-9]/, fault: { kind: 'error', error: code } })
    const inner = new MemoryStorageBackend()
    const error = await errorOf(run(source, applyLayers(inner, [injector]), { concurrency: 4 }))
    expect(error).toMatchObject({ code, operation: 'migrate' })
    expect(error.message).toContain('what was copied is found, and not copied again')
    const report = migrationReport(error)!
    expect(report).toMatchObject({ outcome: 'stopped', failed: 0 })
    expect(report.copied).toBe((await inventory(inner)).size)
    expect(report.copied).toBeLessThan(40)
    // Mended, it goes on.
    expect(await run(source, inner)).toMatchObject({ copied: 200 - report.copied })
  },
)

it('stops when nothing works any more, and nothing of that counts as failed', async () => {
  const source = await filledStore(100)
  const injector = faults({ seed: 1 })
  injector.add({
    operation: 'write',
    key: /k\/000[2-9]/,
    fault: { kind: 'error', error: 'CORRUPT' },
  })
  const options = { failuresInARowMax: 10, concurrency: 2 }
  const destination = applyLayers(new MemoryStorageBackend(), [injector])
  const error = await errorOf(run(source, destination, options))
  expect(error.code).toBe('CORRUPT')
  expect(error.message).toContain('10 objects failed one after the other')
  expect(migrationReport(error)).toMatchObject({ copied: 20, failed: 0 })
})

it('ends by its signal, leaving whole objects', async () => {
  const source = await filledStore(300)
  const ending = new AbortController()
  const inner = new MemoryStorageBackend()
  const injector = faults({
    onCrash: () => ending.abort(new Error('enough')),
    rules: [{ operation: 'write', nth: 50, fault: { kind: 'crash', point: 'after' } }],
  })
  const destination = applyLayers(inner, [injector])
  const error = await errorOf(run(source, destination, { signal: ending.signal }))
  expect(error).toMatchObject({ code: 'ABORTED', cause: new Error('enough') })
  expect((await inventory(inner)).size).toBeLessThan(100)
  const before = AbortSignal.abort()
  expect(await errorOf(run(source, inner, { signal: before }))).toMatchObject({ code: 'ABORTED' })
})

it('pauses and goes on', async () => {
  const source = await filledStore(100)
  const writes = counted()
  const destination = applyLayers(new MemoryStorageBackend(), [writes.layer])
  const job = migrate(source, destination, { concurrency: 3 })
  job.pause()
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(writes.total('write')).toBe(0)
  expect(job.progress()).toMatchObject({ isPaused: true, objectsInFlight: 0 })
  job.resume()
  expect(await job.done).toMatchObject({ copied: 100 })
})

it('holds to its concurrency and to its bytes in flight', async () => {
  const source = new MemoryStorageBackend()
  for (let at = 0; at < 30; at++) await source.write(`${at}`, Buffer.alloc(1000), text)
  let now = 0
  let most = 0
  const inner = new MemoryStorageBackend()
  const watching = new Proxy(inner, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (name !== 'write')
        return typeof member === 'function' ? (member.bind(target) as unknown) : member
      return async (...given: Parameters<StorageBackend['write']>) => {
        most = Math.max(most, ++now)
        await new Promise((resolve) => setImmediate(resolve))
        now--
        return target.write(...given)
      }
    },
  })
  await run(source, watching, { concurrency: 5 })
  expect(most).toBe(5)
  most = 0
  await run(source, watching, { bytesInFlightMax: 2500, existing: 'replace' })
  expect(most).toBe(2)
  most = 0
  await run(source, watching, { bytesInFlightMax: 10, existing: 'replace' })
  expect(most).toBe(1)
})

it('tells how far it is, how fast, and how long it takes', async () => {
  const clock = virtualClock()
  const source = await filledStore(1500)
  const injector = faults({ seed: 1, clock })
  injector.add({ operation: 'write', fault: { kind: 'latency', delayMs: 100 } })
  const told: ReturnType<ReturnType<typeof migrate>['progress']>[] = []
  const job = migrate(source, applyLayers(new MemoryStorageBackend(), [injector]), {
    ...{ clock, concurrency: 10, progressMs: 1000 },
    onProgress: (progress) => told.push(progress),
  })
  await clock.runUntilIdle()
  const { copiedBytes, durationMs } = await job.done
  expect(durationMs).toBe(15_000)
  // Once a second, and at the end.
  expect(told.length).toBeGreaterThanOrEqual(15)
  expect(told.length).toBeLessThanOrEqual(17)
  const middle = told[7]!
  expect(middle).toMatchObject({ objectsTotal: 1500, bytesTotal: copiedBytes, isTotalKnown: true })
  expect(middle.objectsPerSecond).toBeGreaterThan(90)
  expect(middle.objectsPerSecond).toBeLessThan(110)
  const left = (1500 - middle.objectsDone) / 100
  expect(middle.secondsLeft).toBeGreaterThan(left * 0.8)
  expect(middle.secondsLeft).toBeLessThan(left * 1.3)
  expect(told.at(-1)).toMatchObject({ objectsDone: 1500, bytesDone: copiedBytes, secondsLeft: 0 })
})

it('survives a listener that throws', async () => {
  const source = await filledStore(3)
  const onProgress = (): never => {
    throw new Error('of the listener')
  }
  const options = { onProgress, progressMs: 0 }
  expect(await run(source, new MemoryStorageBackend(), options)).toMatchObject({ copied: 3 })
})

it('in a dry run writes nothing, and says what would be done', async () => {
  const source = await filledStore(10)
  const destination = new MemoryStorageBackend()
  await fill(destination, 'k/00003', 3)
  await fill(destination, 'k/00004', 9)
  const calls = counted()
  const report = await run(source, applyLayers(destination, [calls.layer]), {
    ...{ dryRun: true, existing: 'update', journal: '/nowhere/at/all' },
  })
  expect(report).toMatchObject({ isDryRun: true, copied: 9, replaced: 1, unchanged: 1 })
  expect(calls.total('write')).toBe(0)
  const real = await run(source, destination, { existing: 'update' })
  const { copiedBytes } = report
  expect(real).toMatchObject({ copied: 9, replaced: 1, copiedBytes, unchanged: 1 })
})

it('deletes at the source what was read back, and nothing else', async () => {
  const source = await filledStore(20)
  const before = await inventory(source)
  const destination = new MemoryStorageBackend()
  await fill(destination, 'k/00003', 3)
  await fill(destination, 'k/00004', 9)
  const injector = faults({ seed: 1 })
  injector.add({ operation: 'read', key: 'k/00005', fault: { kind: 'error', error: 'CORRUPT' } })
  const reads = counted()
  const layered = applyLayers(destination, [reads.layer, injector])
  const report = await run(source, layered, { deleteSource: 'verified' })
  expect(report).toMatchObject({ copied: 17, unchanged: 1, failed: 2, deleted: 18 })
  // One more copy was made, but never read back.
  expect([...(await inventory(source)).keys()]).toEqual(['k/00004', 'k/00005'])
  expect(reads.total('read')).toBe(18)
  before.delete('k/00004')
  const after = await inventory(destination)
  after.delete('k/00004')
  expect(after).toEqual(before)
})

it('does not delete a source that changed after it was copied', async () => {
  const source = await filledStore(3)
  const injector = faults({
    onCrash: ({ keys }) => void (keys[0] === 'k/00001' && fill(source, 'k/00001', 5)),
    rules: [{ operation: 'write', fault: { kind: 'crash', point: 'after' } }],
  })
  const destination = applyLayers(new MemoryStorageBackend(), [injector])
  const report = await run(source, destination, { deleteSource: 'verified' })
  expect(report).toMatchObject({ copied: 3, deleted: 2, failed: 1 })
  expect(report.failures).toMatchObject([{ key: 'k/00001', code: 'CONFLICT' }])
  expect([...(await inventory(source)).keys()]).toEqual(['k/00001'])
})

it('refuses a deletion that cannot be safe, unless told', async () => {
  const inner = await filledStore(3)
  const source = claiming(inner, { conditionalDelete: 'none' })
  const destination = new MemoryStorageBackend()
  const refuse = (options: MigrateOptions) => () => migrate(source, destination, options)
  expect(refuse({ deleteSource: 'verified' })).toThrow('no conditional delete')
  expect(refuse({ deleteSource: 'verified', verify: 'write' })).toThrow("verify: 'read-back'")
  const report = await run(source, destination, { deleteSource: 'verified-unconditionally' })
  expect(report).toMatchObject({ copied: 3, deleted: 3 })
})

it('refuses what makes no sense before anything moves', async () => {
  const store = new MemoryStorageBackend()
  const other = new MemoryStorageBackend()
  const start = (options: object) => () => migrate(store, other, options)
  expect(() => migrate(store, store)).toThrow('the same store')
  expect(() => migrate({} as never, other)).toThrow(TypeError)
  expect(start({ dryrun: true })).toThrow('did you mean "dryRun"')
  expect(start({ concurrency: 0 })).toThrow('concurrency')
  expect(start({ existing: 'ask' })).toThrow("existing is one of 'fail'")
  expect(start({ include: '*.json' })).toThrow('include is an array')
  expect(start({ include: [''] })).toThrow('Key pattern')
  expect(start({ mapKeys: { prefix: ['a'] } })).toThrow('mapKeys')
  expect(start({ journal: { path: 'x', sync: 1 } })).toThrow('unknown option')
  const bad = migrate(await filledStore(2), other, { mapKeys: () => 5 as never })
  await expect(bad.done).rejects.toThrow(TypeError)
})

it('streams large objects, compares their digest, and holds little of them', async () => {
  const source = new MemoryStorageBackend()
  const large = Buffer.alloc(20_000_000, 'large body ')
  await source.write('large', large, text)
  const destination = new MemoryStorageBackend()
  const report = await run(source, destination)
  expect(report).toMatchObject({ copied: 1, copiedBytes: large.length })
  expect(await inventory(destination)).toEqual(await inventory(source))
})

it('never takes an object for its own copy, and deletes it', async () => {
  const store = await filledStore(20)
  const before = await inventory(store)
  // The same store by two handles, of which neither knows.
  const other = claiming(store, {})
  for (const existing of ['fail', 'update', 'replace'] as const) {
    const error = await errorOf(run(store, other, { deleteSource: 'verified', existing }))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(error.message).toContain('seem to be one store')
  }
  const views = [applyLayers(store, [prefix('k')]), claiming(store, {})] as const
  const mapKeys = { prefix: ['', 'k/'] } as const
  const options = { deleteSource: 'verified', mapKeys } as const
  await expect(run(...views, options)).rejects.toThrow('seem to be one store')
  expect(await inventory(store)).toEqual(before)
})

it('does not take the loss of an answer to a deletion for a change', async () => {
  const source = await filledStore(3)
  const injector = faults({ seed: 1 })
  injector.loseNext('delete')
  const clock = virtualClock()
  const job = migrate(applyLayers(source, [injector]), new MemoryStorageBackend(), {
    ...{ clock, deleteSource: 'verified' },
  })
  await clock.runUntilIdle()
  expect(await job.done).toMatchObject({ copied: 3, failed: 0 })
  expect((await inventory(source)).size).toBe(0)
})

it('tells of each object what became of it, and waits for who is told', async () => {
  const [source, destination] = [new MemoryStorageBackend(), new MemoryStorageBackend()]
  for (const key of ['other', 'same', 'stands']) await source.write(key, new Uint8Array(3), text)
  await migrate(source, destination, { include: ['same'] }).done
  await destination.write('stands', new Uint8Array(1), text)
  const told: MigratedObject[] = []
  let listening = 0
  let listeningMax = 0
  const options: MigrateOptions = {
    mapKeys: { prefix: ['', ''] },
    concurrency: 1,
    async onObject(object) {
      listeningMax = Math.max(listeningMax, ++listening)
      await new Promise((resolve) => setImmediate(resolve))
      told.push(object)
      listening--
    },
  }
  await run(source, destination, { ...options, dryRun: true })
  expect(told.map(({ did, key }) => [did, key])).toEqual([
    ['copied', 'other'],
    ['unchanged', 'same'],
    ['failed', 'stands'],
  ])
  told.length = 0
  await run(source, destination, { ...options, existing: 'update', deleteSource: 'verified' })
  expect(told).toMatchObject([
    { did: 'copied', key: 'other', bytes: 3, isReplaced: false, isSourceDeleted: true },
    { did: 'unchanged', key: 'same', isSourceDeleted: true },
    { did: 'copied', key: 'stands', to: 'stands', isReplaced: true, isSourceDeleted: true },
  ])
  expect(listeningMax).toBe(1)
})

it('is not undone by a listener that throws', async () => {
  const [source, destination] = [await filledStore(3), new MemoryStorageBackend()]
  const onObject = async (): Promise<void> => {
    throw new Error('the listener failed')
  }
  expect(await run(source, destination, { onObject })).toMatchObject({ copied: 3, failed: 0 })
})
