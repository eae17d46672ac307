/** From a configuration to queues, with the objects of the same for large payloads. */
import type { StorageConfig } from '../config.ts'
import { isBackend } from '../backend.ts'
import { StorageManager } from '../manager/manager.ts'
import { openQueueBackend } from '../open.ts'
import { ownOptions } from '../options.ts'
import type { QueueBackend } from './backend.ts'
import { optionNames, type QueueStoreOptions } from './options.ts'
import { QueueStore } from './store.ts'

/** What opens queues: what opens objects, or a queue backend that is open already. */
export type QueueConfig<Settings = unknown> =
  | StorageConfig<Settings>
  | QueueBackend
  | { readonly backend: QueueBackend }

/** What {@link openQueues} takes beside the configuration. */
export interface OpenQueuesOptions extends Omit<QueueStoreOptions, 'claims'> {
  /**
   * Where payloads go that are too large for a message. Default: the objects of the same
   * configuration, opened when the first such payload is met; none for a backend that was open
   * already. `false`: nowhere, they are refused.
   */
  readonly claims?: QueueStoreOptions['claims'] | false
}

/**
 * Opens the queues that `config` describes: on a laptop `{ storageType: 'file', basePath }`, in the
 * cloud `{ storageType: 'azure', connectionString }`, in tests `'memory'`.
 *
 * @throws StorageError `INVALID_ARGUMENT` for a type, URL or setting that cannot be, `UNSUPPORTED`
 * for a storage type that has no queues or whose package is not installed; and the backend's own.
 */
export async function openQueues<Settings = unknown>(
  config: QueueConfig<Settings>,
  options: OpenQueuesOptions = {},
): Promise<QueueStore> {
  const { claims = claimsOf(config), ...own } = ownOptions(options, optionNames.open, 'openQueues')
  const backend = await openQueueBackend(config)
  try {
    return new QueueStore(backend, claims === false ? own : { ...own, claims })
  } catch (error) {
    // A backend that the caller opened stays the caller's when no store came to own it.
    const isOwn = backend === config || backend === (config as { backend?: unknown }).backend
    // Should that fail as well, the first error is the one to tell.
    if (!isOwn) await backend.close().catch(() => undefined)
    throw error
  }
}

/** Opens the objects of the same configuration, or undefined where it has none to open. */
function claimsOf(config: unknown): QueueStoreOptions['claims'] {
  if (typeof config === 'object' && config !== null && !(config instanceof URL)) {
    if ('backend' in config || isBackend(config) || 'createQueue' in config) return undefined
  }
  return () => StorageManager.open(config as StorageConfig)
}
