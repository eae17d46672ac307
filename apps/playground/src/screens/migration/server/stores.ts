/**
 * The stores that objects are migrated between.
 *
 *     the data folder/migration/
 *       sample/           the generated set
 *       stores/NAME/      file stores, by the names that people gave them
 *       runs/             see records.ts
 *
 * Invariant: a name is checked before it becomes part of a path, and there are few of them.
 */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { FileStorageBackend } from '@aos-storage/backend-file'
import {
  applyLayers,
  type Clock,
  isStorageError,
  MemoryStorageBackend,
  quota,
  type StorageBackend,
  StorageError,
} from '@aos-storage/core'
import type { World } from '../../../server/world.ts'
import { folderName, foldersMax, memoryBytesMax } from './limits.ts'
import type { Place, StoreRow } from './wire.ts'

/** Objects of a store that are counted. */
const countedMax = 100_000
const pageObjects = 1000

export class Stores {
  readonly #folder: string
  readonly #storage: World['storage']
  readonly #clock: Clock
  readonly #open = new Map<string, StorageBackend>()
  #memory = memoryStore()

  /** @param folder Of this screen. */
  constructor(folder: string, { storage, clock }: Pick<World, 'storage' | 'clock'>) {
    this.#folder = folder
    this.#storage = storage
    this.#clock = clock
  }

  /** @throws StorageError `NOT_FOUND` for a store that is not there. */
  async source(place: Place): Promise<StorageBackend> {
    if (place.kind === 'folder' && !(await this.#names()).includes(place.name)) {
      throw new StorageError('NOT_FOUND', `There is no store ${place.name} on this screen`)
    }
    return this.#at(place)
  }

  /** Made when missing. @throws StorageError `QUOTA_EXCEEDED` for one too many. */
  async destination(place: Place): Promise<StorageBackend> {
    if (place.kind !== 'folder') return this.#at(place)
    const names = await this.#names()
    if (!names.includes(place.name)) {
      if (names.length >= foldersMax) throw tooMany()
      await mkdir(this.#pathOf(place), { recursive: true, mode: 0o700 })
    }
    return this.#at(place)
  }

  /** As {@link destination} will be, without making it. */
  async peek(place: Place): Promise<StorageBackend> {
    const isThere = place.kind !== 'folder' || (await this.#names()).includes(place.name)
    return isThere ? this.#at(place) : new MemoryStorageBackend()
  }

  /** An empty one, to be filled. */
  async newSample(): Promise<StorageBackend> {
    await this.remove({ kind: 'sample' })
    const basePath = this.#pathOf({ kind: 'sample' })
    // What a power cut loses of it is made anew.
    return new FileStorageBackend({ basePath, durability: 'none', clock: this.#clock })
  }

  /** Deletes a store of this screen with all that is in it; nothing where none is. */
  async remove(place: Place): Promise<void> {
    if (place.kind === 'memory') {
      const before = this.#memory
      this.#memory = memoryStore()
      await before.close()
      return
    }
    const path = this.#pathOf(place)
    await this.#open.get(path)?.close()
    this.#open.delete(path)
    await rm(path, { recursive: true, force: true })
  }

  /** Those that are there, with what is in them. */
  async rows(signal: AbortSignal): Promise<readonly StoreRow[]> {
    const names = await this.#names()
    const places: readonly Place[] = [
      { kind: 'sample' },
      { kind: 'memory' },
      ...names.map((name) => ({ kind: 'folder', name }) as const),
    ]
    return Promise.all(
      places.map(async (place) => ({
        place,
        ...(await sizeOf(this.#at(place), signal)),
      })),
    )
  }

  async close(): Promise<void> {
    for (const backend of this.#open.values()) await backend.close()
    await this.#memory.close()
  }

  #at(place: Place): StorageBackend {
    if (place.kind === 'playground') return this.#storage.backend
    if (place.kind === 'memory') return this.#memory
    const basePath = this.#pathOf(place)
    const known = this.#open.get(basePath)
    if (known !== undefined) return known
    const backend = new FileStorageBackend({ basePath, clock: this.#clock })
    this.#open.set(basePath, backend)
    return backend
  }

  #pathOf(place: Place): string {
    if (place.kind === 'sample') return join(this.#folder, 'sample')
    if (place.kind !== 'folder' || !folderName.test(place.name)) {
      throw new TypeError('Only the sample set and stores with a name are folders')
    }
    return join(this.#folder, 'stores', place.name)
  }

  async #names(): Promise<readonly string[]> {
    const entries = await readdir(join(this.#folder, 'stores'), { withFileTypes: true }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return []
        throw error
      },
    )
    const folders = entries.filter((entry) => entry.isDirectory() && folderName.test(entry.name))
    return folders.map(({ name }) => name).toSorted()
  }
}

function memoryStore(): StorageBackend {
  return applyLayers(new MemoryStorageBackend(), [quota({ bytesMax: memoryBytesMax })])
}

function tooMany(): StorageError {
  return new StorageError(
    'QUOTA_EXCEEDED',
    `This screen has ${foldersMax} stores at most: delete one of them, or choose one that is there`,
  )
}

/** Nothing of a store that is deleted meanwhile. */
async function sizeOf(
  backend: StorageBackend,
  signal: AbortSignal,
): Promise<Omit<StoreRow, 'place'>> {
  try {
    return await counted(backend, signal)
  } catch (error) {
    if (!isStorageError(error, 'CLOSED')) throw error
    return { objects: 0, bytes: 0, isMore: false }
  }
}

async function counted(
  backend: StorageBackend,
  signal: AbortSignal,
): Promise<Omit<StoreRow, 'place'>> {
  let [objects, bytes] = [0, 0]
  let cursor: string | undefined
  do {
    const page = await backend.list({ cursor, limit: pageObjects, signal })
    objects += page.objects.length
    for (const { size } of page.objects) bytes += size
    cursor = page.cursor
  } while (cursor !== undefined && objects < countedMax)
  return { objects, bytes, isMore: cursor !== undefined }
}
