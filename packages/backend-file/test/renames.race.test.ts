/**
 * Renames side by side: on a disk where making and renaming files takes long, the thread pool does
 * it; renames of different keys then go on beside each other under one hold of the lock, and
 * everything that they could harm waits for them.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '@aos-storage/core/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { FileSystem } from '../src/index.ts'
import { allKeys, openStore, put, readText, tempFolder, types } from './support/open.ts'
import { filesOf, temporaryFilesOf } from './support/tree.ts'
import { note } from './support/note.ts'
import { type FileCall, systemError, watchedFileSystem } from './support/watched-file-system.ts'

/** So long that the next such calls go to the thread pool. */
const slowMs = 1

function wait(ms: number): void {
  for (const endMs = performance.now() + ms; performance.now() < endMs;);
}

interface SlowDisk {
  readonly fileSystem: FileSystem
  /** How long a rename in the pool takes. */
  poolMs: () => number
  /** The calls of the pool that fail from now on, and how. */
  failure: { readonly name: 'open' | 'rename'; readonly code: string } | undefined
  /** Files that the pool made. */
  made: number
  /** Targets of the renames that the pool makes at this moment. */
  readonly underWay: string[]
  /** How many of them there were at most. */
  sideBySide: number
  /** Of all, in the order in which they ended. */
  readonly ended: string[]
  /** Calls beside them that had to wait, or two of them for one name. */
  readonly disturbances: string[]
}

/** Calls that change names otherwise, and so wait for renames in the pool. */
const isExclusive = ({ name, path }: FileCall): boolean =>
  !path.includes('/.aos/') && ['unlinkSync', 'rmdirSync', 'mkdirSync', 'renameSync'].includes(name)

const isNewFile = ({ path }: FileCall): boolean => path.includes('/.aos/tmp/')

function slowDisk(poolMs: () => number): SlowDisk {
  const failIfTold = (call: FileCall): void => {
    if (call.name === disk.failure?.name) throw systemError(disk.failure.code, call)
  }
  const disk: SlowDisk = {
    poolMs,
    failure: undefined,
    made: 0,
    underWay: [],
    sideBySide: 0,
    ended: [],
    disturbances: [],
    fileSystem: watchedFileSystem((call, proceed) => {
      if (disk.underWay.length > 0 && isExclusive(call)) {
        disk.disturbances.push(`${call.name} ${call.path}`)
      }
      if (call.name === 'renameSync' || (call.name === 'openSync' && isNewFile(call))) wait(slowMs)
      if (call.name === 'open' && isNewFile(call)) {
        disk.made++
        failIfTold(call)
      }
      return call.name === 'rename' ? renaming(call.args[1] as string, proceed) : proceed()

      async function renaming(target: string, go: () => unknown): Promise<void> {
        if (disk.underWay.includes(target)) disk.disturbances.push(`rename to ${target}`)
        disk.underWay.push(target)
        disk.sideBySide = Math.max(disk.sideBySide, disk.underWay.length)
        await sleep(disk.poolMs())
        try {
          failIfTold(call)
          await go()
        } finally {
          disk.underWay.splice(disk.underWay.indexOf(target), 1)
          disk.ended.push(target)
        }
      }
    }),
  }
  return disk
}

/** A store on a slow disk that has found out that it is slow. */
async function slowStore(poolMs: () => number, options: { basePath?: string } = {}) {
  const disk = slowDisk(poolMs)
  const { fileSystem } = disk
  const store = await openStore({ durability: 'none', fileSystem, ...options })
  onTestFinished(() => expect(disk.disturbances).toEqual([]))
  await put(store, 'folder/first', 'x')
  return { disk, store }
}

/** Until two renames are under way. */
async function begun(disk: SlowDisk): Promise<void> {
  while (disk.underWay.length < 2) await sleep(1)
}

describe('renames on a slow disk', () => {
  it('of different keys go side by side', async () => {
    const { disk, store } = await slowStore(() => 20)
    const keys = Array.from({ length: 12 }, (_, at) => `folder/${at}`)
    const infos = await Promise.all(keys.map((key) => put(store, key, key)))
    expect(disk.sideBySide).toBeGreaterThan(4)
    for (const [at, key] of keys.entries()) {
      expect(await readText(store, key)).toBe(key)
      expect(await store.stat(key)).toEqual(infos[at])
    }
  })

  it('of one key come one after the other, each checked against the one before', async () => {
    const { store } = await slowStore(() => 5)
    const { etag } = await put(store, 'folder/key', '0')
    const swaps = await Promise.allSettled(
      Array.from({ length: 8 }, (_, at) =>
        put(store, 'folder/key', String(at + 1), { ifMatch: etag }),
      ),
    )
    const done = swaps.flatMap((swap, at) => (swap.status === 'fulfilled' ? [at + 1] : []))
    expect(done).toHaveLength(1)
    expect(await readText(store, 'folder/key')).toBe(String(done[0]))
    const creates = await Promise.allSettled(
      Array.from({ length: 8 }, () => put(store, 'folder/new', 'x', { ifNoneMatch: '*' })),
    )
    expect(creates.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('are waited for by a delete that would remove their folder', async () => {
    const { disk, store } = await slowStore(() => 30)
    const write = Promise.all([put(store, 'folder/a', 'a'), put(store, 'folder/b', 'b')])
    await begun(disk)
    expect(await store.delete('folder/first')).toBe(true)
    await write
    expect(await allKeys(store)).toEqual(['folder/a', 'folder/b'])
  })

  it('are waited for by a change of form', async () => {
    const { disk, store } = await slowStore(() => 30)
    const write = Promise.all([put(store, 'folder/a', 'a'), put(store, 'folder/b', 'b')])
    await begun(disk)
    await put(store, 'folder/first', '"x"', { contentType: types.json })
    await write
    expect(filesOf(store.basePath)).toEqual(['folder/a.bin', 'folder/b.bin', 'folder/first.json'])
  })

  it('are waited for before a dropped file is moved aside onto their name', async () => {
    const { disk, store } = await slowStore(() => 50)
    const write = Promise.all([put(store, 'model', 'ours'), put(store, 'other', 'x')])
    await begun(disk)
    writeFileSync(join(store.basePath, 'model'), 'dropped')
    await expect(put(store, 'model/x', 'x')).rejects.toMatchObject({ code: 'CONFLICT' })
    await write
    expect(await readText(store, 'model')).toBe('ours')
  })

  it('keep the lock until they are done', async () => {
    const basePath = await tempFolder()
    const { disk, store } = await slowStore(() => 100, { basePath })
    const other = await openStore({ basePath, durability: 'none' })
    await put(other, 'theirs', '1')
    const write = Promise.all([put(store, 'folder/a', 'a'), put(store, 'folder/b', 'b')])
    await begun(disk)
    await put(other, 'theirs', '2')
    expect(disk.underWay).toEqual([])
    expect(disk.ended).toHaveLength(2)
    await write
  })

  it.each(['open', 'rename'] as const)(
    'that fail at %s are told, and lose nothing',
    async (name) => {
      const { disk, store } = await slowStore(() => 5)
      const old = await put(store, 'folder/a', 'old')
      disk.failure = { name, code: 'EIO' }
      const failed = await Promise.allSettled([
        put(store, 'folder/a', 'new'),
        put(store, 'b', 'new'),
      ])
      expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      expect((failed[0] as PromiseRejectedResult).reason).toMatchObject({
        code: 'UNAVAILABLE',
        operation: 'write',
        key: 'folder/a',
      })
      disk.failure = undefined
      expect(await store.stat('folder/a')).toEqual(old)
      expect(temporaryFilesOf(store.basePath)).toEqual([])
      await Promise.all([put(store, 'folder/a', 'newer'), put(store, 'b', 'newer')])
      expect(await readText(store, 'folder/a')).toBe('newer')
    },
  )

  it('are waited for by close', async () => {
    const { disk, store } = await slowStore(() => 50)
    const write = Promise.all([put(store, 'folder/a', 'a'), put(store, 'folder/b', 'b')])
    await begun(disk)
    await store.close()
    expect(disk.underWay).toEqual([])
    await write
    expect(filesOf(store.basePath)).toEqual(['folder/a.bin', 'folder/b.bin', 'folder/first.bin'])
    expect(existsSync(join(store.basePath, '.aos/tmp'))).toBe(true)
  })
})

/** Keys whose files and folders get in each other's way. */
const keys = ['a', 'a/b', 'a.json', 'a.json/b', 'A', 'a/b/c/d', 'e/f', 'e/g']
const forms = [types.bin, types.json, types.txt, types.other]

describe.each(['none', 'fsync'] as const)('with durability %s', (durability) => {
  it.each([1, 2, 3, 4])(
    'any mix of changes is as if one after the other, seed %i',
    async (seed) => {
      const random = seededRandom(seed)
      const disk = slowDisk(() => random.integer(4))
      const store = await openStore({ durability, fileSystem: disk.fileSystem })
      const model = new Map<string, string>()
      /** One writer a key, so that the order of its changes is known; the others are beside it. */
      const writer = async (key: string): Promise<void> => {
        for (let at = 0; at < 40; at++) {
          if (random.integer(4) === 0) {
            expect(await store.delete(key)).toBe(model.delete(key))
            continue
          }
          const text = `"${key} ${at}"`
          const contentType = forms[random.integer(forms.length)]!
          const info = await put(store, key, text, { contentType })
          model.set(key, text)
          expect(await store.stat(key)).toEqual(info)
          expect(await readText(store, key)).toBe(text)
        }
      }
      await Promise.all(keys.map(writer))
      const expected = [...model.keys()].sort()
      expect(await allKeys(store)).toEqual(expected)
      for (const [key, text] of model) expect(await readText(store, key)).toBe(text)
      const report = await store.verify()
      expect(report).toMatchObject({ ok: true, objects: model.size, findings: [] })
      expect(filesOf(store.basePath)).toHaveLength(model.size)
      expect(temporaryFilesOf(store.basePath)).toEqual([])
      expect(disk.disturbances).toEqual([])
      expect(disk.sideBySide).toBeGreaterThan(1)
      note(`${disk.ended.length} renames in the pool, at most ${disk.sideBySide} side by side`)
    },
  )
})
