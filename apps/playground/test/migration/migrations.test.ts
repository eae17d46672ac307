/** Migrations of the screen: begun, paused, stopped, killed with the app, and gone on with. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { migrationTopic } from '../../src/screens/migration/server/migrations.ts'
import { foldersMax, recordsMax } from '../../src/screens/migration/server/limits.ts'
import type { MigrationNews } from '../../src/screens/migration/server/wire.ts'
import { contentOf, OpenMigrations, toCopy } from './open-migrations.ts'

// Real files and real seconds: a busy machine takes ten times as long.
vi.setConfig({ testTimeout: 120_000 })

const slow = { requestsPerSecond: 60, concurrency: 4 }

describe('a migration', () => {
  it('brings all over, and says what it did', async () => {
    await using opened = await OpenMigrations.open()
    await opened.makeSample(60)
    const { state, report, reached, problem } = await opened.run()
    expect({ state, problem }).toEqual({ state: 'complete', problem: undefined })
    expect(report).toMatchObject({ outcome: 'complete', copied: 60, failed: 0, isResumed: false })
    expect(report!.losses.map(({ what }) => what)).toEqual(['modifiedAt'])
    expect(reached).toMatchObject({ objectsDone: 60, objectsTotal: 60, isTotalKnown: true })
    const sample = await opened.contentOf('sample')
    expect(sample.size).toBe(60)
    expect(await opened.contentOf('stores', 'copy')).toEqual(sample)

    const { id } = await opened.record
    await opened.migrations.goOn(id)
    await opened.atRest()
    const again = (await opened.record).report
    expect(again).toMatchObject({ copied: 0, unchanged: 60 })
  })

  it('stands still while it is paused, and goes on', async () => {
    await using opened = await OpenMigrations.open()
    await opened.makeSample(80)
    await opened.migrations.start({ ...toCopy, ...slow })
    await opened.untilDone(10)
    const paused = await opened.migrations.pause()
    expect(paused.work).toMatchObject({ kind: 'migration', progress: { isPaused: true } })
    expect(opened.world.notices.all).toEqual([
      { screen: 'migration', text: 'A migration is paused: the sample set to the store copy' },
    ])
    // What is on its way is carried over.
    await expect
      .poll(async () => ((await opened.state).work as { progress: object }).progress, {
        timeout: 20_000,
      })
      .toMatchObject({ objectsInFlight: 0 })
    const before = await opened.done()
    expect(before).toBeLessThan(80)
    await sleep(500)
    expect(await opened.done()).toBe(before)
    await opened.migrations.resume()
    expect(opened.world.notices.all[0]!.text).toContain('A migration runs')
    await opened.atRest()
    expect(opened.world.notices.all).toEqual([])
    expect((await opened.record).report).toMatchObject({ copied: 80, failed: 0 })
    expect(await opened.contentOf('stores', 'copy')).toEqual(await opened.contentOf('sample'))
  })

  it('is stopped, and goes on after a restart: nothing is copied twice', async () => {
    await using opened = await OpenMigrations.open()
    await opened.makeSample(80)
    await opened.migrations.start({ ...toCopy, ...slow })
    await opened.untilDone(15)
    const stopped = await opened.migrations.stop()
    expect(stopped.work).toBeUndefined()
    const { state, problem, report, canGoOn } = await opened.record
    expect({ state, problem, canGoOn }).toEqual({
      ...{ state: 'stopped', problem: undefined, canGoOn: true },
    })
    const { copied } = report!
    expect(copied).toBeGreaterThanOrEqual(15)
    expect(copied).toBeLessThan(80)
    const before = await etagsOf(opened)

    await opened.restart()
    const { id } = await opened.record
    await opened.migrations.goOn(id)
    await opened.untilDone(copied + 1)
    // Closed in its midst: as stopped by hand.
    await opened.restart()
    expect(await opened.record).toMatchObject({ id, state: 'stopped', canGoOn: true })
    expect((await opened.record).problem).toBeUndefined()
    await opened.migrations.goOn(id)
    await opened.atRest()
    expect((await opened.record).report).toMatchObject({
      ...{ outcome: 'complete', copied: 80, unchanged: 0, failed: 0, isResumed: true },
    })
    expect(await opened.contentOf('stores', 'copy')).toEqual(await opened.contentOf('sample'))
    const after = await etagsOf(opened)
    for (const [key, time] of before) expect([key, after.get(key)]).toEqual([key, time])
  })

  it('tells pages a few times a second, and what a second was like', async () => {
    await using opened = await OpenMigrations.open()
    const page = opened.world.live.listen()
    await opened.makeSample(100)
    page.take()
    const began = performance.now()
    await opened.run(slow)
    const seconds = (performance.now() - began) / 1000
    const news = page
      .take()!
      .flatMap(({ topic, data }) => (topic === migrationTopic.name ? [data as MigrationNews] : []))
    expect(news.length).toBeGreaterThan(3)
    expect(news.length).toBeLessThan(4 * seconds + 4)
    const revisions = news.map(({ state }) => state.revision)
    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b))
    const told = news.flatMap(({ second }) => (second === undefined ? [] : [second.objects]))
    expect(told.length).toBeGreaterThan(0)
    expect(told.reduce((sum, objects) => sum + objects, 0)).toBeLessThanOrEqual(100)
    page.close()
  })

  it('deletes sources once their copies were read back', async () => {
    await using opened = await OpenMigrations.open()
    await opened.makeSample(30)
    const sample = await opened.contentOf('sample')
    const { report } = await opened.run({ deleteSource: true, exclude: ['blobs/**'] })
    const left = [...sample.keys()].filter((key) => key.startsWith('blobs/'))
    expect(report).toMatchObject({ copied: 30 - left.length, deleted: 30 - left.length })
    expect(report!.excluded).toBe(left.length)
    expect([...(await opened.contentOf('sample')).keys()]).toEqual(left)
    // And back, into another store.
    const from = { kind: 'folder', name: 'copy' } as const
    await opened.run({ from, to: { kind: 'folder', name: 'third' } })
    expect(await opened.contentOf('stores', 'third')).toEqual(
      await opened.contentOf('stores', 'copy'),
    )
  })

  it('tells failures by key, and brings over the rest', async () => {
    await using opened = await OpenMigrations.open()
    await opened.makeSample(40)
    const { report, state } = await opened.run({ faultPercent: 50 })
    expect(state).toBe('complete')
    expect(report!.failed).toBeGreaterThan(0)
    expect(report!.failures[0]).toMatchObject({ code: 'UNAVAILABLE' })
    expect(report!.copied + report!.failed).toBe(40)
    const wrong = await opened.contentOf('stores', 'copy')
    const sample = await opened.contentOf('sample')
    for (const [key, content] of wrong) expect(content).toBe(sample.get(key))
  })

  it('goes from the objects of the playground, and into them under a prefix only', async () => {
    await using opened = await OpenMigrations.open()
    const { storage } = opened.world
    await storage.save('mine/a', { a: 1 })
    await storage.save('mine/b', 'b')
    await opened.run({ from: { kind: 'playground' }, mapFrom: 'mine/', mapTo: 'theirs/' })
    const copied = await opened.contentOf('stores', 'copy')
    expect([...copied.keys()]).toEqual(['theirs/a', 'theirs/b'])
    const from = { kind: 'folder', name: 'copy' } as const
    await opened.run({ from, to: { kind: 'playground' }, mapFrom: 'theirs/', mapTo: 'back/' })
    expect(await storage.listKeys()).toEqual(['back/a', 'back/b', 'mine/a', 'mine/b'])
    expect(await storage.load('back/a')).toEqual({ a: 1 })
  })

  it('has memory that ends with the playground', async () => {
    await using opened = await OpenMigrations.open()
    await opened.makeSample(20)
    const { id, canGoOn } = await opened.run({ to: { kind: 'memory' } })
    expect(canGoOn).toBe(true)
    await opened.migrations.goOn(id)
    await opened.atRest()
    expect((await opened.record).report).toMatchObject({ unchanged: 20 })
    expect(await opened.migrations.stores()).toContainEqual({
      ...{ place: { kind: 'memory' }, objects: 20, isMore: false, bytes: expect.any(Number) },
    })
    await opened.restart()
    expect((await opened.record).canGoOn).toBe(false)
    await expect(opened.migrations.goOn(id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('a preview', () => {
  it('says what would be done, and does nothing', async () => {
    await using opened = await OpenMigrations.open()
    await opened.makeSample(30)
    await opened.migrations.preview({ ...toCopy, deleteSource: true })
    await opened.atRest()
    const { preview } = await opened.state
    expect(preview!.report).toMatchObject({ isDryRun: true, copied: 30, deleted: 0 })
    expect((await opened.migrations.whole()).records).toEqual([])
    expect((await opened.contentOf('sample')).size).toBe(30)
    const rows = await opened.migrations.stores()
    expect(rows.map(({ place }) => place.kind)).toEqual(['sample', 'memory'])
    await opened.run()
    expect((await opened.state).preview).toBeUndefined()
  })
})

describe('what is kept', () => {
  it('is for its owner alone, and damaged files harm nobody', async () => {
    await using opened = await OpenMigrations.open()
    await opened.makeSample(5)
    const { id } = await opened.run()
    const runs = join(opened.folder, 'migration', 'runs')
    expect((await readdir(runs)).toSorted()).toEqual([`${id}.journal`, `${id}.json`])
    for (const name of await readdir(runs)) {
      expect((await stat(join(runs, name))).mode & 0o777).toBe(0o600)
    }
    for (const folder of [runs, join(runs, '..'), join(runs, '../stores/copy')]) {
      expect((await stat(folder)).mode & 0o777).toBe(0o700)
    }
    const other = '00000000-0000-4000-8000-000000000000'
    const text = (await readFile(join(runs, `${id}.json`), 'utf8')).replace(id, other)
    await writeFile(join(runs, `${other}.json`), text.slice(0, 50))
    await writeFile(join(runs, 'notes.json'), '{}')
    await opened.restart()
    expect((await opened.migrations.whole()).records.map((record) => record.id)).toEqual([id])
    await opened.migrations.forget(id)
    expect((await readdir(runs)).toSorted()).toEqual([`${other}.json`, 'notes.json'])
    await expect(opened.migrations.forget(id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('is bounded: records and stores', async () => {
    await using opened = await OpenMigrations.open()
    await opened.makeSample(1)
    for (let run = 0; run < recordsMax + 2; run++) await opened.run({ existing: 'update' })
    expect((await opened.migrations.whole()).records).toHaveLength(recordsMax)
    const to = (index: number) => ({ kind: 'folder', name: `s-${index}` }) as const
    for (let index = 1; index < foldersMax; index++) await opened.run({ to: to(index) })
    const tooMany = opened.migrations.start({ ...toCopy, to: to(foldersMax) })
    await expect(tooMany).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
    await opened.migrations.removeStore(to(1))
    await opened.run({ to: to(foldersMax) })
    expect((await opened.record).report).toMatchObject({ copied: 1 })
  })

  it('does not go on into a store that was emptied meanwhile', async () => {
    await using opened = await OpenMigrations.open()
    await opened.makeSample(40)
    await opened.migrations.start({ ...toCopy, ...slow })
    await opened.untilDone(5)
    await opened.migrations.stop()
    await opened.migrations.removeStore(toCopy.to)
    const { id } = await opened.record
    await opened.migrations.goOn(id)
    await opened.atRest()
    const { state, problem } = await opened.record
    expect(state).toBe('stopped')
    expect(problem).toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  it('is one thing at a time', async () => {
    await using opened = await OpenMigrations.open()
    await opened.makeSample(60)
    await opened.migrations.start({ ...toCopy, ...slow })
    const { id } = await opened.record
    const { migrations } = opened
    for (const second of [
      () => migrations.start({ ...toCopy, to: { kind: 'memory' } }),
      () => migrations.preview(toCopy),
      () => migrations.makeSample({ objects: 1, bytes: 1 }),
      () => migrations.removeStore({ kind: 'sample' }),
      () => migrations.forget(id),
      () => migrations.goOn(id),
    ]) {
      await expect(second()).rejects.toMatchObject({ code: 'LOCKED' })
    }
    await migrations.stop()
    await expect(migrations.pause()).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(migrations.start({ ...toCopy, include: ['a//b'] })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    const from = { kind: 'folder', name: 'nowhere' } as const
    await expect(migrations.start({ ...toCopy, from })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await migrations.whole()).records).toHaveLength(1)
  })
})

/** Each write makes another one. */
async function etagsOf({ folder }: OpenMigrations): Promise<ReadonlyMap<string, string>> {
  const { FileStorageBackend } = await import('@aos-storage/backend-file')
  const backend = new FileStorageBackend({ basePath: join(folder, 'migration/stores/copy') })
  try {
    const keys = [...(await contentOf(backend)).keys()]
    return new Map(
      await Promise.all(keys.map(async (key) => [key, (await backend.stat(key)).etag] as const)),
    )
  } finally {
    await backend.close()
  }
}
