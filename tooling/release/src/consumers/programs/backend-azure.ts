import { isStorageError, StorageManager } from '@aos-storage/core'
import { AzureStorageBackend } from '@aos-storage/backend-azure'

/** Nobody listens there: what comes is a typed error. */
export async function run(): Promise<void> {
  if (typeof AzureStorageBackend !== 'function') throw new Error('there is no AzureStorageBackend')
  const error: unknown = await StorageManager.open({
    storageType: 'azure',
    container: 'agents',
    connectionString:
      'DefaultEndpointsProtocol=http;AccountName=nobody;AccountKey=bm90aGluZw==;' +
      'BlobEndpoint=http://127.0.0.1:9/nobody;',
  })
    .then((storage) => storage.load('agents/ceo'))
    .catch((reason: unknown) => reason)
  if (!isStorageError(error) || error.code !== 'UNAVAILABLE') throw error
}
