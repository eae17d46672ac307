/**
 * The stores that the benchmarks of objects compare: ours, bare Node, and libraries, all as keys
 * with bytes in a folder on the same disk.
 *
 * How safe each one is, as read in its source and seen with strace:
 *
 *   ours, 'fsync'     atomic, checked under a lock between processes, file and folder synced
 *   ours, 'none'      the same without the two syncs
 *   bare, durable     atomic, file and folder synced; no lock, no version, no type
 *   bare              atomic (temporary file and rename), nothing synced; nothing else either
 *   opendal           file synced, folder not; truncates the old object: not atomic
 *   opendal, atomic   the same, with its option for a temporary file and a rename
 *   opendal, durable  the atomic one, and Node syncs the folder: as safe as ours, without a lock
 *   the others        truncate the old object, nothing synced: not atomic, not durable
 */
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { versionOf } from '@aos-tooling/bench'
import { FileStorageBackend } from '@aos-storage/backend-file'
import { StorageManager } from '@aos-storage/core'
import { FileStorage } from '@flystorage/file-storage'
import { LocalStorageAdapter } from '@flystorage/local-fs'
import { Disk } from 'flydrive'
import { FSDriver } from 'flydrive/drivers/fs'
import { Operator } from 'opendal'
import { createStorage } from 'unstorage'
import fsDriver from 'unstorage/drivers/fs'

/** An open store. Keys are `folder/name`; the folder exists once something was written to it. */
interface Store {
  write(key: string, bytes: Uint8Array): Promise<unknown>
  read(key: string): Promise<Uint8Array>
  close?(): Promise<unknown> | undefined
}

/** A kind of store: what it is called, and how to open one in an empty folder or again. */
export interface StoreKind {
  readonly name: string
  readonly version: string
  open(folder: string): Promise<Store>
}

type Durability = 'fsync' | 'none'

const from = import.meta.url
const node = `node ${process.version}`

/** Our backend without the manager. */
export const backend = (durability: Durability): StoreKind => ({
  name: 'FileStorageBackend',
  version: durability === 'fsync' ? 'default' : "durability: 'none'",
  async open(folder) {
    const store = new FileStorageBackend({ basePath: join(folder, 'data'), durability })
    return {
      write: (key, bytes) => store.write(key, bytes, { contentType: 'application/octet-stream' }),
      read: async (key) => (await store.read(key)).body as Uint8Array,
      close: () => store.close(),
    }
  },
})

/** What users hold: our manager over our backend, here with bytes as values. */
export const manager = (durability: Durability): StoreKind => ({
  name: 'StorageManager',
  version: durability === 'fsync' ? 'default' : "durability: 'none'",
  async open(folder) {
    const store = await StorageManager.open({
      backend: new FileStorageBackend({ basePath: join(folder, 'data'), durability }),
    })
    return {
      write: (key, bytes) => store.save(key, bytes),
      read: (key) => store.load<Uint8Array>(key),
      close: () => store.close?.(),
    }
  },
})

/** Node alone: a temporary file in a folder beside the data, renamed onto its place. */
export const bare: StoreKind = {
  name: 'bare Node',
  version: node,
  async open(folder) {
    const { pathOf, nextPath } = await bareFolders(folder)
    return {
      async write(key, bytes) {
        const temporary = nextPath()
        await writeFile(temporary, bytes)
        await rename(temporary, pathOf(key))
      },
      read: (key) => readFile(pathOf(key)),
    }
  },
}

/** The same, with the file synced before the rename and the folder after it. */
export const bareDurable: StoreKind = {
  name: 'bare Node, durable',
  version: node,
  async open(folder) {
    const { data, pathOf, nextPath } = await bareFolders(folder)
    return {
      async write(key, bytes) {
        const temporary = nextPath()
        const file = await open(temporary, 'wx')
        try {
          await file.write(bytes)
          await file.sync()
        } finally {
          await file.close()
        }
        await rename(temporary, pathOf(key))
        await syncFolder(join(data, key, '..'))
      },
      read: (key) => readFile(pathOf(key)),
    }
  },
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

interface BareFolders {
  readonly data: string
  readonly pathOf: (key: string) => string
  readonly nextPath: () => string
}

/** The folders that bare Node finds ready: it makes none while it is timed. */
async function bareFolders(folder: string): Promise<BareFolders> {
  const data = join(folder, 'data')
  const temporary = join(folder, 'temporary')
  await mkdir(join(data, keyFolder), { recursive: true })
  await mkdir(temporary, { recursive: true })
  const writer = randomUUID()
  let files = 0
  return {
    data,
    pathOf: (key) => `${data}/${key}.bin`,
    nextPath: () => `${temporary}/${writer}-${++files}`,
  }
}

/** The folder of every key that the benchmarks use. */
export const keyFolder = 'documents'

/** The same bytes as a Buffer, which some libraries ask for; no copy. */
const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

export const unstorage: StoreKind = {
  name: 'unstorage fs',
  version: versionOf('unstorage', from),
  async open(folder) {
    const storage = createStorage({ driver: fsDriver({ base: join(folder, 'data') }) })
    return {
      write: (key, bytes) => storage.setItemRaw(key, bytes),
      read: (key) => storage.getItemRaw<Uint8Array>(key) as Promise<Uint8Array>,
      close: () => storage.dispose(),
    }
  },
}

export const flystorage: StoreKind = {
  name: 'flystorage local-fs',
  version: versionOf('@flystorage/local-fs', from),
  async open(folder) {
    const storage = new FileStorage(new LocalStorageAdapter(join(folder, 'data')))
    return {
      write: (key, bytes) => storage.write(key, asBuffer(bytes)),
      read: (key) => storage.readToUint8Array(key),
    }
  },
}

export const flydrive: StoreKind = {
  name: 'flydrive fs',
  version: versionOf('flydrive', from),
  async open(folder) {
    const driver = new FSDriver({ location: join(folder, 'data'), visibility: 'private' })
    const disk = new Disk(driver)
    return {
      write: (key, bytes) => disk.put(key, bytes),
      read: (key) => disk.getBytes(key),
    }
  },
}

export const opendal = (isAtomic: boolean): StoreKind => ({
  name: isAtomic ? 'opendal fs, atomic' : 'opendal fs',
  version: versionOf('opendal', from),
  async open(folder) {
    const options = { root: join(folder, 'data') }
    const operator = new Operator(
      'fs',
      isAtomic ? { ...options, atomic_write_dir: join(folder, 'temporary') } : options,
    )
    return {
      write: (key, bytes) => operator.write(key, asBuffer(bytes)),
      read: (key) => operator.read(key),
    }
  },
})

/** opendal made as durable as ours: the folder is synced after each write. */
export const opendalDurable: StoreKind = {
  ...opendal(true),
  name: 'opendal fs, atomic, folder synced',
  async open(folder) {
    const store = await opendal(true).open(folder)
    return {
      ...store,
      async write(key, bytes) {
        await store.write(key, bytes)
        await syncFolder(join(folder, 'data', key, '..'))
      },
    }
  },
}
