/** What every screen works on: objects, tables and queues, one live feed, one data folder. */
import { join } from 'node:path'
import { FileStorageBackend } from '@aos-storage/backend-file'
import {
  type Clock,
  type QueueStore,
  StorageManager,
  systemClock,
  type TableStore,
} from '@aos-storage/core'
import type { Azure } from './azure.ts'
import { changeFeed } from './changes.ts'
import { Live } from './live.ts'
import type { StorePlace } from './place.ts'
import { openStores, type StoreConfig } from './stores.ts'

/** The folder of the shared stores, within the data folder. */
export const storeName = 'objects'

/** The surroundings of a screen. */
export interface World {
  /** The data folder: a screen may make there the folders that it declares. */
  readonly folder: string
  /** The shared objects; what is changed through them is told on the topic `changes`. */
  readonly storage: StorageManager
  /** The shared tables; what is changed through them is told on the topic `table-changes`. */
  readonly tables: TableStore
  /** The shared queues; payloads that are too large for them are objects of `storage`. */
  readonly queues: QueueStore
  /** Where all of them are. */
  readonly place: StorePlace
  /** The backend of the objects, for what only files have: `pathOf`, `verify`. */
  readonly files: FileStorageBackend | undefined
  readonly live: Live
  readonly clock: Clock
  /** Ends it, after its screens. */
  close(): Promise<void>
}

export interface WorldOptions {
  readonly clock?: Clock | undefined
  /** An account in place of files; it stays the caller's to end. */
  readonly azure?: Pick<Azure, 'connectionString' | 'place'> | undefined
}

/** Opens the world in a data folder. */
export async function openWorld(
  folder: string,
  { clock = systemClock, azure }: WorldOptions = {},
): Promise<World> {
  const live = new Live()
  const basePath = join(folder, storeName)
  const files = azure === undefined ? new FileStorageBackend({ basePath }) : undefined
  const config: StoreConfig =
    azure === undefined
      ? { storageType: 'file', basePath }
      : {
          storageType: 'azure',
          connectionString: azure.connectionString,
          container: azure.place.container,
        }
  const managing = { layers: [changeFeed(live)], diagnostics: { keys: true }, clock }
  const storage =
    files === undefined
      ? await StorageManager.open(config, managing)
      : new StorageManager(files, managing)
  try {
    const { tables, queues } = await openStores(config, { storage, live, clock })
    const place = azure?.place ?? { storageType: 'file', basePath: files!.basePath }
    return {
      ...{ folder, storage, tables, queues, place, files, live, clock },
      async close() {
        // The queues first: their consumers use the objects.
        await queues.close()
        await tables.close()
        await storage.close()
      },
    }
  } catch (error) {
    await storage.close()
    throw error
  }
}
