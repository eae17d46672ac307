/**
 * Objects of 1 KiB, written and read, with 1 and with 32 under way: ours against bare Node and
 * against the libraries, not durable against not durable and durable against durable.
 *
 * Fair or unfair: see stores.ts for how safe each rival is. Ours alone checks conditions between
 * processes, gives each write a version, and keeps its type. Bare Node finds its folders ready,
 * while the libraries look for theirs on each write. The libraries that are not atomic save the
 * rename, and with it on ext4 the wait for the new file's block when it replaces an old one.
 * Each rival of a pair has its own empty folder on the same file system. On ext4 replacing in
 * place needs no new inode, while every atomic writer, bare Node too, makes and frees one.
 */
import { deepStrictEqual } from 'node:assert/strict'

import { defineSuite, type Rival, type Suite } from '@aos-tooling/bench'

import {
  backend,
  bare,
  bareDurable,
  flydrive,
  flystorage,
  keyFolder,
  manager,
  opendal,
  opendalDurable,
  type StoreKind,
  unstorage,
} from './stores.ts'

const objectBytes = 1024
const keysMax = 512
/** Of this many writes in turn one makes a new object; the others replace one. */
const newObjectEvery = 8
/** How many writes at the end of a round are read back and compared. */
const checkedWrites = 64

/** Different bytes for writes in turn, so that reading back tells whose they are. */
const bodies = Array.from({ length: 16 }, (_, n) => new Uint8Array(objectBytes).fill(n + 1))

const bodyOf = (write: number): Uint8Array => bodies[write % bodies.length] as Uint8Array

/** Spreads over all keys; the same key comes back after `keysMax` operations, never before. */
const keyOf = (operation: number): string => `${keyFolder}/k${(operation * 37) % keysMax}`

const writtenKeyOf = (write: number): string =>
  write % newObjectEvery === newObjectEvery - 1 ? `${keyFolder}/new${write}` : keyOf(write)

/** Operations one after the other, or so that `inFlight` of them are always under way. */
async function inParallel(
  first: number,
  operations: number,
  inFlight: number,
  one: (operation: number) => Promise<void>,
): Promise<void> {
  const end = first + operations
  let next = first
  const work = async (): Promise<void> => {
    while (next < end) await one(next++)
  }
  await Promise.all(Array.from({ length: Math.min(inFlight, operations) }, work))
}

function writing(kind: StoreKind, inFlight: number): Rival {
  return {
    name: kind.name,
    version: kind.version,
    async setup({ folder }) {
      const store = await kind.open(folder)
      await inParallel(0, keysMax, 32, async (n) => void (await store.write(keyOf(n), bodyOf(n))))
      let writes = 0
      return {
        async run({ operations }) {
          await inParallel(writes, operations, inFlight, async (write) => {
            await store.write(writtenKeyOf(write), bodyOf(write))
          })
          writes += operations
        },
        async teardown() {
          await store.close?.()
          const again = await kind.open(folder)
          for (let write = Math.max(0, writes - checkedWrites); write < writes; write += 1) {
            const bytes = await again.read(writtenKeyOf(write))
            deepStrictEqual(new Uint8Array(bytes), bodyOf(write), `${kind.name} lost a write`)
          }
          await again.close?.()
        },
      }
    },
  }
}

function reading(kind: StoreKind, inFlight: number): Rival {
  return {
    name: kind.name,
    version: kind.version,
    async setup({ folder }) {
      const store = await kind.open(folder)
      await inParallel(0, keysMax, 32, async (n) => void (await store.write(keyOf(n), bodyOf(n))))
      deepStrictEqual(new Uint8Array(await store.read(keyOf(5))), bodyOf(5))
      return {
        async run({ index, operations }) {
          let bytes = 0
          await inParallel(index * operations, operations, inFlight, async (read) => {
            const { byteLength } = await store.read(keyOf(read))
            bytes += byteLength
          })
          if (bytes !== operations * objectBytes) throw new Error(`${kind.name} read too little`)
        },
        teardown: async () => void (await store.close?.()),
      }
    },
  }
}

const shape = (inFlight: number): Pick<Suite, 'operationsPerBatch' | 'warmupBatches'> =>
  inFlight === 1
    ? { operationsPerBatch: 1, warmupBatches: 500 }
    : { operationsPerBatch: 512, warmupBatches: 2 }

const common = { ours: manager('none').name, bytesPerOperation: objectBytes, measureMs: 1000 }
const libraries = [unstorage, flystorage, flydrive]
const overLibraries = libraries.map(({ name }) => ({ against: name, atLeast: 1.5 }))
const mix = `${keysMax} objects of 1 KiB in one folder; 7 of 8 writes replace, 1 makes a new one`

const suites = [1, 32].flatMap((inFlight) => [
  defineSuite({
    ...common,
    ...shape(inFlight),
    name: `write 1 KiB, not durable, ${inFlight} in flight`,
    about:
      `${mix}. Nothing is synced by anybody. Ours and bare Node are atomic; the libraries ` +
      'truncate the old object and save the rename. Ours also holds a lock between processes.',
    promises: [{ against: bare.name, atLeast: 0.85 }, ...overLibraries],
    rivals: [manager('none'), backend('none'), bare, ...libraries].map((kind) =>
      writing(kind, inFlight),
    ),
  }),
  defineSuite({
    ...common,
    ...shape(inFlight),
    name: `write 1 KiB, durable, ${inFlight} in flight`,
    warmupBatches: inFlight === 1 ? 100 : 1,
    about:
      `${mix}. Ours and bare Node sync the file and then its folder; ours shares a folder's sync ` +
      'among writes that wait for one. opendal syncs the file only, and by default truncates the ' +
      'old object; in the last row Node syncs the folder for it, which makes it as durable as ' +
      'ours. The other libraries cannot be durable.',
    promises: [
      { against: bareDurable.name, atLeast: 0.85 },
      { against: opendal(false).name, atLeast: 1 },
      { against: opendal(true).name, atLeast: 1 },
      { against: opendalDurable.name, atLeast: 1 },
    ],
    rivals: [
      ...[manager('fsync'), backend('fsync'), bareDurable],
      ...[opendal(false), opendal(true), opendalDurable],
    ].map((kind) => writing(kind, inFlight)),
  }),
  defineSuite({
    ...common,
    ...shape(inFlight),
    name: `read 1 KiB, ${inFlight} in flight`,
    about:
      `Whole objects of 1 KiB among ${keysMax} in one folder, all in the page cache. Ours also ` +
      'gives version, time and content type; the others give bytes alone.',
    promises: [{ against: bare.name, atLeast: 0.85 }, ...overLibraries],
    rivals: [manager('none'), backend('none'), bare, ...libraries, opendal(false)].map((kind) =>
      reading(kind, inFlight),
    ),
  }),
])

export default suites
