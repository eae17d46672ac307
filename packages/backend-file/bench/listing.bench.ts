/**
 * Listing 100,000 and 1,000,000 keys in pages of 1,000, against a bare walk.
 *
 * Fair or unfair: the walk gives one sorted list of names and keeps all of it in memory; ours gives
 * pages with cursors, in bounded memory, after decoding each name into its key. For all fields the
 * walk asks with `lstatSync`, which is the quickest way that Node has and holds up the event loop
 * all the time; a second row asks asynchronously, 64 at a time, as a service would. Files are
 * empty: no listing here reads them. An operation is one key.
 */
import { closeSync, lstatSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { defineSuite, type Rival } from '@aos-tooling/bench'
import { FileStorageBackend } from '@aos-storage/backend-file'

type Fields = 'key' | 'all'

/** How keys lie in folders: `keys` of them, all in one or `perFolder` in each. */
interface Layout {
  readonly name: string
  readonly keys: number
  readonly keysQuick: number
  readonly perFolder: number
}

const pageKeys = 1000
const oneFolder = { name: 'one folder', perFolder: Infinity }
const hundredFolders = { name: '100 folders', perFolder: 1000 }
const hundredThousand = { keys: 100_000, keysQuick: 10_000 }

/** The file of a key without its base, in our naming: `k000001.json`, `f001/k000001.json`. */
function fileOf(key: number, { perFolder }: Layout): string {
  const name = `k${String(key).padStart(6, '0')}.json`
  return perFolder === Infinity ? name : `${folderOf(key, perFolder)}/${name}`
}

const folderOf = (key: number, perFolder: number): string =>
  `f${String(Math.floor(key / perFolder)).padStart(3, '0')}`

function makeFiles(base: string, layout: Layout, keys: number): void {
  mkdirSync(base)
  for (let key = 0; key < keys; key += 1) {
    if (key % layout.perFolder === 0 && layout.perFolder !== Infinity) {
      mkdirSync(join(base, folderOf(key, layout.perFolder)))
    }
    closeSync(openSync(`${base}/${fileOf(key, layout)}`, 'wx', 0o600))
  }
}

/** Lists everything below the base once and tells how many keys there were. */
type Lister = (onKey: (key: string) => void) => Promise<void>

/** A rival over fresh files; checks at the end that it gives every key once, in order. */
function listing(name: string, version: string, layout: Layout, open: OpenLister): Rival {
  return {
    name,
    version,
    setup({ folder, quick }) {
      const base = join(folder, 'data')
      makeFiles(base, layout, quick ? layout.keysQuick : layout.keys)
      const list = open(base)
      let expected = 0
      return {
        async run({ operations }) {
          let keys = 0
          await list(() => void (keys += 1))
          expected = operations
          if (keys !== operations) throw new Error(`${name} listed ${keys} keys`)
        },
        async teardown() {
          let next = 0
          await list((key) => {
            if (key !== fileOf(next, layout).replace(/\.json$/, '')) {
              throw new Error(`${name} listed ${key} at ${next}`)
            }
            next += 1
          })
          if (next !== expected) throw new Error(`${name} listed ${next} keys in the end`)
          // Quicker than the asynchronous removal by the runner.
          rmSync(base, { recursive: true })
        },
      }
    },
  }
}

type OpenLister = (base: string) => Lister

const ours =
  (fields: Fields): OpenLister =>
  (basePath) => {
    const store = new FileStorageBackend({ basePath })
    return async (onKey) => {
      let cursor: string | undefined
      do {
        const page = await store.list({ limit: pageKeys, fields, cursor })
        for (const { key } of page.objects) onKey(key)
        cursor = page.cursor
      } while (cursor !== undefined)
    }
  }

/** A recursive walk and a sort, and for all fields a look at each file. */
const walk =
  (look: (paths: readonly string[]) => Promise<void> | void): OpenLister =>
  (base) =>
  async (onKey) => {
    const paths: string[] = []
    for (const entry of await readdir(base, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) paths.push(`${entry.parentPath}/${entry.name}`)
    }
    paths.sort()
    await look(paths)
    const start = base.length + 1
    for (const path of paths) onKey(path.slice(start, -'.json'.length))
  }

function lookSync(paths: readonly string[]): void {
  let bytes = 0
  for (const path of paths) bytes += lstatSync(path).size
  if (bytes > 0) throw new Error('the files are not empty')
}

async function lookAsync(paths: readonly string[]): Promise<void> {
  let next = 0
  let bytes = 0
  const work = async (): Promise<void> => {
    for (let path = paths[next++]; path !== undefined; path = paths[next++]) {
      const { size } = await lstat(path)
      bytes += size
    }
  }
  await Promise.all(Array.from({ length: 64 }, work))
  if (bytes > 0) throw new Error('the files are not empty')
}

const node = `node ${process.version}`
const looks: Readonly<Record<Fields, readonly (readonly [string, OpenLister])[]>> = {
  key: [['bare walk', walk(() => undefined)]],
  all: [
    ['bare walk', walk(lookSync)],
    ['bare walk, async lstat', walk(lookAsync)],
  ],
}

const rivalsOf = (layout: Layout, fields: Fields): Rival[] => [
  listing('FileStorageBackend', 'pages of 1,000', layout, ours(fields)),
  ...looks[fields].map(([name, open]) => listing(name, node, layout, open)),
]

const hundredThousandKeys = [oneFolder, hundredFolders].flatMap((folders) =>
  (['key', 'all'] as const).map((fields) => {
    const layout = { ...hundredThousand, ...folders }
    return defineSuite({
      name: `list 100,000 keys, ${layout.name}, ${fields === 'key' ? 'keys only' : 'all fields'}`,
      about:
        `100,000 files in ${layout.name}, listed whole in pages of 1,000 against a recursive ` +
        `readdir with a sort${fields === 'all' ? ' and an lstat of each file' : ''}.`,
      ours: 'FileStorageBackend',
      operationsPerBatch: layout.keys,
      operationsPerBatchQuick: layout.keysQuick,
      warmupBatches: 1,
      batchesMax: 5,
      measureMs: 1000,
      rounds: 5,
      // At most 1.3 times the walk's time.
      promises: [{ against: 'bare walk', atLeast: 0.77 }],
      rivals: rivalsOf(layout, fields),
    })
  }),
)

const million = { name: 'one folder', keys: 1_000_000, keysQuick: 100_000, perFolder: Infinity }

export default [
  ...hundredThousandKeys,
  defineSuite({
    name: 'list 1,000,000 keys in one folder',
    about:
      'Keys only, once, in a fresh process: time, and memory over the start. Ours keeps at most ' +
      '32 MiB of names, packed, and would read a larger folder again for the next part.',
    ours: 'FileStorageBackend',
    operationsPerBatch: million.keys,
    operationsPerBatchQuick: million.keysQuick,
    warmupBatches: 0,
    batchesMax: 1,
    rounds: 3,
    rivals: rivalsOf(million, 'key'),
  }),
]
