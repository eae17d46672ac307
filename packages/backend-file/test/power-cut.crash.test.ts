/**
 * A power cut at any moment: every key holds its old value or its new one, and once a change is
 * acknowledged nothing else than it. Shown for all that a disk may lose, not for what this machine
 * happens to lose, by keeping book of what is certain (support/power-cut.ts).
 */
import { seededRandom } from '@aos-storage/core/testing'
import { describe, expect, it } from 'vitest'
import type { FileStorageBackend } from '../src/index.ts'
import { encodeKey } from '../src/names/paths.ts'
import { note } from './support/note.ts'
import { openStore, put, tempFolder, types } from './support/open.ts'
import { PowerCutDisk } from './support/power-cut.ts'
import { PowerCutLedger } from './support/power-cut-ledger.ts'

async function opened({ seed, stores = 1 }: { seed: number; stores?: number }) {
  const basePath = await tempFolder()
  const random = seededRandom(seed)
  const disk = new PowerCutDisk(basePath, random)
  const ledger = new PowerCutLedger(disk)
  const { fileSystem, clock } = disk
  // Time goes by with calls, of which others make many while one waits.
  const options = { basePath, fileSystem, clock, lockWaitMsMax: 3_600_000 }
  const open = (): Promise<FileStorageBackend> => openStore(options)
  return { random, disk, ledger, stores: await Promise.all(Array.from({ length: stores }, open)) }
}

type Run = Awaited<ReturnType<typeof opened>>

const contentTypes = Object.values(types)

let writes = 0

/** Writes a value that no write before had, in a form that differs by the value. */
async function write({ ledger, random }: Run, store: FileStorageBackend, key: string) {
  const contentType = key.endsWith('.png') ? 'image/png' : random.pick(contentTypes)
  // Some so large that the thread pool writes them.
  const padding = random.integer(20) === 0 ? ' '.repeat(70_000) : ''
  const body = `"${key} ${++writes}${padding}"`
  await ledger.during(new Map([[key, body]]), () => put(store, key, body, { contentType }))
}

async function remove({ ledger }: Run, store: FileStorageBackend, keys: readonly string[]) {
  const change = new Map(keys.map((key) => [key, undefined]))
  await ledger.during(change, () =>
    keys.length === 1 ? store.delete(keys[0]!) : store.deleteMany(keys),
  )
}

async function copy({ ledger }: Run, store: FileStorageBackend, from: string, to: string) {
  const change = new Map([[to, ledger.valueOf(from)]])
  await ledger.during(change, () => store.copy(from, to))
}

const folders = ['', 'p/', 'p/q/', 'p/q/r/', 'Up/', 'Up/t.json/', 'd/e/f/g/', 'd/e/f/h/']
const writers = 8
const changesPerWriter = 40

/** Keys of one writer, in folders that it shares with others. */
function keysOf(writer: number): string[] {
  const folder = (at: number): string => folders[(writer + at) % folders.length]!
  return [`${folder(0)}k${writer}`, `${folder(1)}k${writer}`, `${folder(3)}k${writer}.png`]
}

/** A writer changes its own keys one after the other, beside those who change theirs. */
async function runWriter(run: Run, keys: readonly string[]): Promise<void> {
  const { random, ledger, disk, stores } = run
  for (let at = 0; at < changesPerWriter; at++) {
    const store = random.pick(stores)
    const key = random.pick(keys)
    const value = ledger.valueOf(key)
    const dice = random.integer(20)
    if (dice < 8) await write(run, store, key)
    else if (dice < 15) await remove(run, store, [key])
    else if (dice < 17) await remove(run, store, keys)
    else if (dice < 19 && value !== undefined) await copy(run, store, key, random.pick(keys))
    else if (value?.startsWith(`"${key} `)) dropLeftover(disk, key)
  }
}

/** Another file of a key that has one of us already, as an interrupted change of form leaves it. */
function dropLeftover(disk: PowerCutDisk, key: string): void {
  const { folders: names, stem } = encodeKey(key)
  // Without an extension it is the last in rank; that of a native form is the object.
  if (!key.endsWith('.png')) disk.drop([...names, stem].join('/'), '"leftover"')
}

describe.each([1, 2])('with %i stores on a folder', (count) => {
  it.each([1, 2, 3, 17, 20, 31, 39])(
    'a cut at any call leaves old or new, and nothing acknowledged is lost, seed %i',
    async (seed) => {
      const run = await opened({ seed, stores: count })
      const keys = Array.from({ length: writers }, (_, writer) => keysOf(writer))
      for (const key of keys.flat()) {
        // Under its literal name, which is another folder than ours where that has capitals.
        if (!key.endsWith('.png') && run.random.integer(2) === 0) run.ledger.drop(key)
        else run.ledger.absent(key)
      }
      await Promise.all(keys.map((each) => runWriter(run, each)))
      expect(run.ledger.violations).toEqual([])
      expect(run.disk.pooled.renames).toBeGreaterThan(10)
      expect(run.disk.pooled.newFiles).toBeGreaterThan(10)
      const { renames, newFiles } = run.disk.pooled
      note(`${run.ledger.checks} cuts; the pool made ${newFiles} files, ${renames} renames`)
    },
  )
})

/** Many orders in which fsyncs may begin and end. */
const seeds = Array.from({ length: 20 }, (_, at) => at + 1)

describe('a power cut', () => {
  it('does not lose a new folder that another writer made', async () => {
    for (const seed of seeds) {
      const run = await opened({ seed, stores: 2 })
      const keys = ['n/e/w/a', 'n/e/w/b', 'n/e/c']
      for (const key of keys) run.ledger.absent(key)
      await Promise.all(keys.map((key, at) => write(run, run.stores[at % 2]!, key)))
      expect(run.ledger.violations).toEqual([])
    }
  })

  it('does not lose a folder that was removed and made again', async () => {
    for (const seed of seeds) {
      const run = await opened({ seed, stores: 2 })
      const [first, second] = run.stores as [FileStorageBackend, FileStorageBackend]
      for (const key of ['n/e/w/a', 'n/e/w/b', 'aside']) run.ledger.absent(key)
      await write(run, first, 'n/e/w/a')
      // Until the first store has made sure of the folder, and is sure of it from now on.
      for (let at = 0; at < 30; at++) await write(run, first, 'n/e/w/a')
      await remove(run, second, ['n/e/w/a'])
      await Promise.all([write(run, second, 'n/e/w/a'), write(run, first, 'n/e/w/b')])
      expect(run.ledger.violations).toEqual([])
    }
  })

  it('does not bring a key back whose folder was removed and made again at once', async () => {
    for (const seed of seeds) {
      const run = await opened({ seed })
      const store = run.stores[0]!
      const keys = ['f/g/a', 'f/g/b', 'f/g/c', 'f/g/d']
      for (const key of keys) run.ledger.absent(key)
      await Promise.all(keys.slice(0, 3).map((key) => write(run, store, key)))
      const removed = keys.slice(0, 3).map((key) => remove(run, store, [key]))
      await Promise.all([...removed, write(run, store, 'f/g/d')])
      expect(run.ledger.violations).toEqual([])
    }
  })

  it('does not keep the removal of a dropped file and lose the folder of ours', async () => {
    for (const seed of seeds) {
      const run = await opened({ seed })
      for (const key of ['Up/On/x', 'Up/On/y']) run.ledger.drop(key)
      run.ledger.absent('Up/On/z')
      // The folder is made by the first of them; the others remove their dropped files, too.
      const keys = ['Up/On/z', 'Up/On/x', 'Up/On/y']
      await Promise.all(keys.map((key) => write(run, run.stores[0]!, key)))
      expect(run.ledger.violations).toEqual([])
    }
  })

  it('does not keep the removal of a dropped file and lose the folder just made', async () => {
    const run = await opened({ seed: 1 })
    run.ledger.drop('Up/On/x')
    await write(run, run.stores[0]!, 'Up/On/x')
    expect(run.ledger.violations).toEqual([])
  })

  it('does not bring a leftover back when the object is deleted', async () => {
    const run = await opened({ seed: 1 })
    const key = 'folder/key'
    run.ledger.absent(key)
    await run.ledger.during(new Map([[key, '"json"']]), () =>
      put(run.stores[0]!, key, '"json"', { contentType: types.json }),
    )
    for (const end of ['txt', 'bin', 'aos']) run.disk.drop(`${key}.${end}`, '"leftover"')
    await remove(run, run.stores[0]!, [key])
    expect(run.ledger.violations).toEqual([])
  })
})
