/** Embedded queues as users hold them. */
import { QueueStore, type QueueStoreOptions, StorageManager } from '@aos-storage/core'
import { FileStorageBackend } from '../backend.ts'
import { SqliteQueueBackend } from './backend.ts'
import type { SqliteQueueOptions } from './options.ts'

/** What {@link SqliteQueueStore} is opened with: where it lies, and what every store takes. */
export interface SqliteQueueStoreOptions
  extends SqliteQueueOptions, Omit<QueueStoreOptions, 'claims'> {
  /**
   * Where payloads go that are too large for a message. Default: the objects of the same folder.
   * `false`: nowhere, they are refused.
   */
  readonly claims?: QueueStoreOptions['claims'] | false
}

/**
 * Queues in `.aos/queues.db` of a folder.
 *
 * ```ts
 * const queues = new SqliteQueueStore({ basePath: './data' })
 * await queues.createQueue('mail')
 * await queues.sendMessage('mail', { to: 'ceo' })
 * ```
 *
 * `openQueues({ storageType: 'file', basePath: './data' })` opens the same.
 */
export class SqliteQueueStore extends QueueStore {
  /** @throws TypeError and StorageError as {@link SqliteQueueBackend} does. */
  constructor(options: SqliteQueueStoreOptions) {
    const { claims, codecs, logger, diagnostics, ...place } = options
    const objects = (): Promise<StorageManager> => openObjects(place)
    super(new SqliteQueueBackend(place), {
      ...(claims === false ? {} : { claims: claims ?? objects }),
      ...{ codecs, logger, diagnostics, clock: place.clock, random: place.random },
    })
  }
}

async function openObjects(place: SqliteQueueOptions): Promise<StorageManager> {
  return new StorageManager(new FileStorageBackend(place))
}
