/** Opens memory backends by configuration or URL. */
import { StorageError } from '../errors.ts'
import type { BackendProvider } from '../provider.ts'
import { MemoryStorageBackend } from './backend.ts'

/** The provider of `{ storageType: 'memory' }` and `memory:`. */
export const memoryProvider: BackendProvider = {
  storageType: 'memory',
  protocols: ['memory:'],
  async fromConfig(config) {
    return new MemoryStorageBackend(config)
  },
  async fromUrl(url) {
    if (url.href !== 'memory:') {
      throw new StorageError(
        'INVALID_ARGUMENT',
        'A memory URL is "memory:" and nothing else; give limits as { storageType: "memory" }',
      )
    }
    return new MemoryStorageBackend()
  },
}
