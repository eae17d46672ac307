/** What every screen works on: one store, one live feed, one data folder. */
import { join } from 'node:path'
import { FileStorageBackend } from '@aos-storage/backend-file'
import { type Clock, StorageManager, systemClock } from '@aos-storage/core'
import { changeFeed } from './changes.ts'
import { Live } from './live.ts'

/** The folder of the shared store, within the data folder. */
export const storeName = 'objects'

/** The surroundings of a screen. */
export interface World {
  /** The data folder: a screen may make there the folders that it declares. */
  readonly folder: string
  /** The shared store; what is changed through it is told on the topic `changes`. */
  readonly storage: StorageManager
  /** Its backend, for what only files have: `pathOf`, `verify`. */
  readonly backend: FileStorageBackend
  readonly live: Live
  readonly clock: Clock
}

/** Opens the world in a data folder. `world.storage.close()` ends it. */
export function openWorld(folder: string, clock: Clock = systemClock): World {
  const live = new Live()
  const backend = new FileStorageBackend({ basePath: join(folder, storeName) })
  const storage = new StorageManager(backend, {
    layers: [changeFeed(live)],
    diagnostics: { keys: true },
    clock,
  })
  return { folder, storage, backend, live, clock }
}
