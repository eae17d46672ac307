/** Opens memory backends by configuration or URL. */
import { StorageError } from '../errors.ts'
import { assertInteger, assertOptions } from '../options.ts'
import type { BackendProvider } from '../provider.ts'
import { MemoryStorageBackend } from './backend.ts'

const names: ReadonlySet<string> = new Set(['objectBytesMax', 'totalBytesMax', 'clock', 'random'])

/** The provider of `{ storageType: 'memory' }` and `memory:`. */
export const memoryProvider: BackendProvider = {
  storageType: 'memory',
  protocols: ['memory:'],
  async fromConfig(config) {
    assertOptions(config, names, "storageType 'memory'")
    for (const name of ['objectBytesMax', 'totalBytesMax']) {
      if (config[name] === undefined) continue
      assertInteger(config[name], name, 1, Number.MAX_SAFE_INTEGER)
    }
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
