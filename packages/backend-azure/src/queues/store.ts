/** Azure queues as users hold them. */
import { QueueStore, type QueueStoreOptions, StorageManager } from '@aos-storage/core'
import { AzureStorageBackend } from '../blobs/backend.ts'
import { AzureQueueBackend } from './backend.ts'
import type { AzureQueueOptions } from './options.ts'

/** What {@link AzureQueueStore} is opened with: which account, and what every store takes. */
export interface AzureQueueStoreOptions
  extends AzureQueueOptions, Omit<QueueStoreOptions, 'claims'> {
  /**
   * Where payloads go that are too large for a message. Default: the blobs of `container`, when the
   * options name one. `false`: nowhere, they are refused.
   */
  readonly claims?: QueueStoreOptions['claims'] | false
}

/**
 * Queues of an account.
 *
 * ```ts
 * const queues = new AzureQueueStore({ connectionString, container: 'data' })
 * await queues.createQueue('mail')
 * await queues.sendMessage('mail', { to: 'ceo' })
 * ```
 *
 * `openQueues({ storageType: 'azure', connectionString, container: 'data' })` opens the same.
 */
export class AzureQueueStore extends QueueStore {
  /** @throws TypeError and StorageError as {@link AzureQueueBackend} does. */
  constructor(options: AzureQueueStoreOptions) {
    const { claims, codecs, logger, diagnostics, ...account } = options
    super(new AzureQueueBackend(account), {
      ...(claims === false ? {} : { claims: claims ?? blobsOf(account) }),
      ...{ codecs, logger, diagnostics, clock: account.clock, random: account.random },
    })
  }
}

/** Opens the blobs of the same account, or undefined where no container is named. */
function blobsOf(account: AzureQueueOptions): QueueStoreOptions['claims'] {
  if (account.container === undefined && account.sasUrl === undefined) return undefined
  return async () => new StorageManager(new AzureStorageBackend(account))
}
