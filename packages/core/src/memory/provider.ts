/** Opens memory backends by configuration or URL. */
import { StorageError } from '../errors.ts'
import type { BackendProvider } from '../provider.ts'
import { MemoryStorageBackend } from './backend.ts'
import { MemoryTableBackend } from './table-backend.ts'
import { memoryTables } from './table-provider.ts'
import { MemoryQueueBackend } from './queue-backend.ts'
import { memoryQueues } from './queue-provider.ts'

/** The provider of `{ storageType: 'memory' }` and `memory:`. */
export const memoryProvider: BackendProvider = {
  storageType: 'memory',
  protocols: ['memory:'],
  async fromConfig(config) {
    return new MemoryStorageBackend(config)
  },
  async fromUrl(url) {
    assertMemoryUrl(url)
    return new MemoryStorageBackend()
  },
  tables: {
    ...memoryTables,
    async fromUrl(url) {
      assertMemoryUrl(url)
      return new MemoryTableBackend()
    },
  },
  queues: {
    ...memoryQueues,
    async fromUrl(url) {
      assertMemoryUrl(url)
      return new MemoryQueueBackend()
    },
  },
}

function assertMemoryUrl(url: URL): void {
  if (url.href === 'memory:') return
  throw new StorageError(
    'INVALID_ARGUMENT',
    'A memory URL is "memory:" and nothing else; give limits as { storageType: "memory" }',
  )
}
