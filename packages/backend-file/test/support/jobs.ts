/** What tests let other processes and threads do with a store. */
import { isStorageError, type StorageErrorCode, StorageManager } from '@aos-storage/core'
import type { FileStorageBackend } from '../../src/index.ts'
import { put, readBytes, readText, types } from './open.ts'
import { bodyOfVersion, typeOfVersion, versionOfBody } from './versions.ts'

type Store = FileStorageBackend

/** True when the write was done, false when it was refused by its condition. */
async function isDone(write: Promise<unknown>, refusal: StorageErrorCode): Promise<boolean> {
  try {
    await write
    return true
  } catch (error) {
    if (isStorageError(error, refusal)) return false
    throw error
  }
}

export const jobs = {
  create: (store: Store, { key, mark }: { key: string; mark: string }) =>
    isDone(put(store, key, mark, { ifNoneMatch: '*' }), 'ALREADY_EXISTS'),

  swap: (store: Store, { key, mark, etag }: { key: string; mark: string; etag: string }) =>
    isDone(put(store, key, mark, { ifMatch: etag }), 'PRECONDITION_FAILED'),

  /** Adds 1 by compare and swap, `times` times. */
  async increment(store: Store, { key, times }: { key: string; times: number }) {
    let conflicts = 0
    for (let done = 0; done < times;) {
      const { info, body } = await store.read(key)
      const count = Number(Buffer.from(body as Uint8Array).toString()) + 1
      const swap = put(store, key, String(count), { ifMatch: info.etag })
      if (await isDone(swap, 'PRECONDITION_FAILED')) done++
      else conflicts++
    }
    return conflicts
  },

  /** Saves versions at once; their numbers, in the order of the values. */
  async saveVersions(store: Store, args: { key: string; values: readonly string[] }) {
    const manager = new StorageManager(store)
    const saves = args.values.map((value) => manager.saveVersioned(args.key, value))
    return (await Promise.all(saves)).map(({ version }) => version)
  },

  /** Writes without a condition; the etags that came back. */
  async overwrite(
    store: Store,
    { key, times, mark }: { key: string; times: number; mark: string },
  ) {
    const etags: string[] = []
    for (let at = 0; at < times; at++) etags.push((await put(store, key, `${mark}${at}`)).etag)
    return etags
  },

  /** Swaps again and again; each done swap as [version replaced, version made]. */
  async swapOften(
    store: Store,
    { key, times, mark }: { key: string; times: number; mark: string },
  ) {
    const swaps: [string, string][] = []
    for (let at = 0; at < times; at++) {
      const { etag } = await store.stat(key)
      try {
        const info = await put(store, key, `${mark}${at}`, { ifMatch: etag })
        swaps.push([etag, info.etag])
      } catch (error) {
        if (!isStorageError(error, 'PRECONDITION_FAILED')) throw error
      }
    }
    return swaps
  },

  /** Makes and deletes a key; the etags. */
  async createAndDelete(store: Store, { key, times }: { key: string; times: number }) {
    const etags: string[] = []
    for (let at = 0; at < times; at++) {
      etags.push((await put(store, key, 'x')).etag)
      await store.delete(key)
    }
    return etags
  },

  /** Writes versions `first` to `last`, of mixed sizes and forms. */
  async writeVersions(store: Store, args: { key: string; first: number; last: number }) {
    for (let version = args.first; version <= args.last; version++) {
      const contentType = typeOfVersion(version)
      await put(store, args.key, bodyOfVersion(version), { contentType })
    }
    return args.last
  },

  /** Reads until it meets version `last`; how many reads it took. */
  async readVersions(store: Store, args: { key: string; last: number }) {
    let reads = 0
    for (let version = 0; version < args.last; reads++) {
      // Awake for others: small reads hardly leave the thread.
      if (reads % 64 === 0) await new Promise((resolve) => setImmediate(resolve))
      version = versionOfBody(await readBytes(store, args.key), version)
    }
    return reads
  },

  /** Writes with many writers at once until told to stop by a key; how many writes. */
  async flood(store: Store, args: { prefix: string; writers: number; stopKey: string }) {
    let isStopped = false
    let writes = 0
    const writer = async (at: number): Promise<void> => {
      for (; !isStopped; writes++) await put(store, `${args.prefix}/${at}`, 'x')
    }
    const watch = async (): Promise<void> => {
      while (store.pathOf(args.stopKey) === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      isStopped = true
    }
    await Promise.all([watch(), ...Array.from({ length: args.writers }, (_, at) => writer(at))])
    return writes
  },

  async write(store: Store, { key, text, type }: { key: string; text: string; type?: string }) {
    return (await put(store, key, text, { contentType: type ?? types.bin })).etag
  },

  read: (store: Store, { key }: { key: string }) => readText(store, key),
  remove: (store: Store, { key }: { key: string }) => store.delete(key),

  async list(store: Store) {
    return (await store.list()).objects.map(({ key }) => key)
  },

  verify: (store: Store) => store.verify(),
  health: (store: Store) => store.health(),

  async close(store: Store) {
    await store.close()
  },
}

export type Jobs = typeof jobs
export type JobName = keyof Jobs
