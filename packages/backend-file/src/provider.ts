/** Opens file stores for `StorageManager.open`, by configuration or URL. */
import { fileURLToPath } from 'node:url'
import { type BackendProvider, StorageError } from '@aos-storage/core'
import { FileStorageBackend } from './backend.ts'
import type { FileBackendOptions } from './options.ts'
import { SqliteQueueBackend } from './queues/backend.ts'
import { SqliteTableBackend } from './tables/backend.ts'

/**
 * The provider of `{ storageType: 'file', basePath, … }`, with the settings of
 * {@link FileBackendOptions}, and of `file:///folder`, optionally with `?durability=none`.
 */
export const provider: BackendProvider = {
  storageType: 'file',
  protocols: ['file:'],
  fromConfig: async (config) => new FileStorageBackend(config as unknown as FileBackendOptions),
  fromUrl: async (url) => new FileStorageBackend(optionsOf(url)),
  tables: {
    fromConfig: async (config) => new SqliteTableBackend(config as unknown as FileBackendOptions),
    fromUrl: async (url) => new SqliteTableBackend(optionsOf(url)),
  },
  queues: {
    fromConfig: async (config) => new SqliteQueueBackend(config as unknown as FileBackendOptions),
    fromUrl: async (url) => new SqliteQueueBackend(optionsOf(url)),
  },
}

function optionsOf(url: URL): FileBackendOptions {
  const { durability, ...unknown } = Object.fromEntries(url.searchParams)
  const [name] = Object.keys(unknown)
  if (name !== undefined || url.hash !== '') {
    throw urlError(`has ${name === undefined ? 'a fragment' : `the unknown parameter "${name}"`}`)
  }
  if (durability !== undefined && durability !== 'fsync' && durability !== 'none') {
    throw urlError('has a durability that is neither "fsync" nor "none"')
  }
  const path = new URL(url)
  path.search = ''
  try {
    return { basePath: fileURLToPath(path), durability }
  } catch (cause) {
    throw urlError('names another host, or has a path with an escaped slash', cause)
  }
}

function urlError(fault: string, cause?: unknown): StorageError {
  return new StorageError(
    'INVALID_ARGUMENT',
    `The file URL ${fault}; write it as "file:///var/data" or "file:///var/data?durability=none"`,
    { backend: 'file', operation: 'open', ...(cause === undefined ? {} : { cause }) },
  )
}
