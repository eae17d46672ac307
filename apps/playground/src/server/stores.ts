/** The tables and queues of the configuration that opens the objects. */
import {
  type Clock,
  openQueues,
  openTables,
  type QueueStore,
  type StorageManager,
  TableStore,
} from '@aos-storage/core'
import type { Live } from './live.ts'
import { tellingTables } from './table-changes.ts'

export type StoreConfig =
  | { readonly storageType: 'file'; readonly basePath: string }
  | {
      readonly storageType: 'azure'
      readonly connectionString: string
      readonly container: string
    }

interface Surroundings {
  /** Keeps payloads that are too large for a message. */
  readonly storage: StorageManager
  readonly live: Live
  readonly clock: Clock
}

interface Stores {
  readonly tables: TableStore
  readonly queues: QueueStore
}

/** Opens both, or none. @throws StorageError as the stores do. */
export async function openStores(
  config: StoreConfig,
  { storage, live, clock }: Surroundings,
): Promise<Stores> {
  const observed = { clock, diagnostics: { keys: true } }
  const { backend } = await openTables(config)
  const tables = new TableStore(tellingTables(backend, live), observed)
  try {
    const queues = await openQueues(config, { ...observed, claims: storage })
    return { tables, queues }
  } catch (error) {
    await tables.close()
    throw error
  }
}
