/** The tables and queues of the configuration that opens the objects. */
import {
  type Clock,
  isStorageError,
  openQueues,
  openTables,
  type QueueStore,
  type StorageManager,
  TableStore,
  type TableStoreOptions,
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
  const tables = await openTold(config, live, observed)
  try {
    const queues = await orMemory(
      (given) => openQueues(given, { ...observed, claims: storage }),
      config,
    )
    return { tables, queues }
  } catch (error) {
    await tables.close()
    throw error
  }
}

async function openTold(
  config: StoreConfig,
  live: Live,
  options: TableStoreOptions,
): Promise<TableStore> {
  const { backend } = await orMemory((given) => openTables(given), config)
  return new TableStore(tellingTables(backend, live), options)
}

/** Until all engines are there. */
async function orMemory<T>(open: (config: any) => Promise<T>, config: StoreConfig): Promise<T> {
  try {
    return await open(config)
  } catch (error) {
    if (!isStorageError(error, 'UNSUPPORTED')) throw error
    return open('memory')
  }
}
