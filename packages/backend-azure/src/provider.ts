/** Opens what an Azure account has, for `StorageManager.open`, `openTables` and `openQueues`. */
import { type BackendProvider, StorageError } from '@aos-storage/core'
import { AzureStorageBackend } from './blobs/backend.ts'
import type { AzureBlobOptions } from './options.ts'
import { AzureQueueBackend } from './queues/backend.ts'
import { AzureTableBackend } from './tables/backend.ts'
import type { AzureTableOptions } from './tables/options.ts'

/** Where the account of a URL is found, the first that is set. */
const accountVariables = ['AOS_AZURE_CONNECTION_STRING', 'AZURE_STORAGE_CONNECTION_STRING'] as const

/**
 * The provider of `{ storageType: 'azure', connectionString, container, … }`, with the settings of
 * {@link AzureBlobOptions}, and of `azblob://container/prefix`.
 *
 * A URL is often printed and logged, so that it holds no account and no secret: those are in the
 * environment, as `AOS_AZURE_CONNECTION_STRING` or `AZURE_STORAGE_CONNECTION_STRING`. Tables and
 * queues of a URL are those of the account; its container means nothing to them.
 */
export const provider: BackendProvider = {
  storageType: 'azure',
  protocols: ['azblob:'],
  fromConfig: (config) => storeOf(config),
  fromUrl: async (url) => storeOf(optionsOf(url)),
  tables: {
    fromConfig: async (config) => new AzureTableBackend(config),
    fromUrl: async (url) => new AzureTableBackend(optionsOf(url)),
  },
  queues: {
    fromConfig: async (config) => new AzureQueueBackend(config),
    fromUrl: async (url) => new AzureQueueBackend(optionsOf(url)),
  },
}

/** Without a container a backend is good for the account's others, but is no store of keys. */
async function storeOf(options: AzureBlobOptions): Promise<AzureStorageBackend> {
  const backend = new AzureStorageBackend(options)
  if (backend.container !== undefined) return backend
  await backend.close()
  throw new StorageError('INVALID_ARGUMENT', 'Give the container that holds the store', {
    backend: 'azblob',
    operation: 'open',
  })
}

function optionsOf(url: URL): Pick<AzureTableOptions, 'connectionString' | 'container' | 'prefix'> {
  if (url.username !== '' || url.password !== '') throw urlError('holds a user or password')
  if (url.search !== '' || url.hash !== '') throw urlError('has parameters or a fragment')
  if (url.port !== '' || url.hostname === '') throw urlError('names no container, or has a port')
  const connectionString = accountVariables
    .map((name) => process.env[name])
    .find((value) => value !== undefined && value !== '')
  if (connectionString === undefined) {
    throw urlError(`names no account: set ${accountVariables.join(' or ')}`)
  }
  const prefix = prefixOf(url.pathname.slice(1))
  return { connectionString, container: url.hostname, ...(prefix === '' ? {} : { prefix }) }
}

function prefixOf(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw urlError('has a path that is badly escaped')
  }
}

function urlError(fault: string): StorageError {
  return new StorageError(
    'INVALID_ARGUMENT',
    `The azblob URL ${fault}; write it as "azblob://container" or "azblob://container/prefix"`,
    { backend: 'azblob', operation: 'open' },
  )
}
