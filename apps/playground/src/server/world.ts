/** What every screen works on: objects, tables and queues, one live feed, one data folder. */
import { join } from 'node:path'
import { FileStorageBackend } from '@aos-storage/backend-file'
import {
  type Capabilities,
  type Clock,
  type QueueStore,
  type StorageBackend,
  StorageManager,
  systemClock,
  type TableStore,
} from '@aos-storage/core'
import type { Azure } from './azure.ts'
import { changeFeed } from './changes.ts'
import { shownExtras } from './extras.ts'
import { heldConditions, holdsConditions } from './held-conditions.ts'
import { Live } from './live.ts'
import { Notices } from './notices.ts'
import { headerText, type StorePlace } from './place.ts'
import type { S3 } from './s3.ts'
import { s3OptionsOf } from './s3-account.ts'
import { s3Programs } from './s3-programs.ts'
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
  /** What the backend of the objects can do without the layers that are around it here. */
  readonly bare: Capabilities
  /** The backend of the objects, for what only files have: `pathOf`, `verify`. */
  readonly files: FileStorageBackend | undefined
  readonly live: Live
  /** What screens want to be seen everywhere. */
  readonly notices: Notices
  readonly clock: Clock
  /** Ends it, after its screens. */
  close(): Promise<void>
}

export interface WorldOptions {
  readonly clock?: Clock | undefined
  /** An account in place of files; it stays the caller's to end. */
  readonly azure?: Pick<Azure, 'connectionString' | 'place'> | undefined
  /** A bucket in place of files; its server stays the caller's to end. */
  readonly s3?: Pick<S3, 'account' | 'bucket' | 'basePath'> | undefined
}

/** Opens the world in a data folder. */
export async function openWorld(folder: string, options: WorldOptions = {}): Promise<World> {
  const { clock = systemClock } = options
  const live = new Live()
  const { backend, files, config, place } = await openPlace(folder, options)
  const managing = {
    layers: [changeFeed(live), heldConditions()],
    ...{ diagnostics: { keys: true }, clock },
  }
  const storage = new StorageManager(backend, managing)
  const bare = backend.capabilities
  try {
    const { tables, queues } = await openStores(config, { storage, live, clock })
    return {
      ...{ folder, storage, tables, queues, bare, files, live, clock },
      notices: new Notices(live),
      place: { ...place, header: headerText(place), extras: shownExtras(storage.backend) },
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

interface OpenPlace {
  /** Of the objects. */
  readonly backend: StorageBackend
  readonly files: FileStorageBackend | undefined
  /** Opens the tables and queues. */
  readonly config: StoreConfig
  readonly place: StorePlace
}

async function openPlace(folder: string, { azure, s3 }: WorldOptions): Promise<OpenPlace> {
  if (azure !== undefined) {
    const { connectionString, place } = azure
    const { container } = place
    const { AzureStorageBackend } = await import('@aos-storage/backend-azure')
    const backend = new AzureStorageBackend({ connectionString, container })
    const config = { storageType: 'azure', connectionString, container } as const
    return { backend, files: undefined, config, place }
  }
  if (s3 !== undefined) {
    const { account, bucket, basePath } = s3
    const { S3StorageBackend } = await import('@aos-storage/backend-s3')
    const backend = await S3StorageBackend.open(s3OptionsOf(account, bucket.bucket))
    const isConditional = holdsConditions(backend)
    const programs = s3Programs(bucket, basePath)
    const place = { ...bucket, ...programs, storageType: 's3', isConditional, basePath } as const
    return { backend, files: undefined, config: { storageType: 'file', basePath }, place }
  }
  const basePath = join(folder, storeName)
  const files = new FileStorageBackend({ basePath })
  const config = { storageType: 'file', basePath } as const
  const place = { storageType: 'file', basePath: files.basePath } as const
  return { backend: files, files, config, place }
}
