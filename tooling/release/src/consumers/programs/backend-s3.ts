import { isStorageError, StorageManager } from '@aos-storage/core'
import { S3StorageBackend } from '@aos-storage/backend-s3'

/** Nobody listens there: what comes is a typed error. */
export async function run(): Promise<void> {
  if (typeof S3StorageBackend.open !== 'function') throw new Error('S3StorageBackend cannot open')
  const error: unknown = await StorageManager.open({
    storageType: 's3',
    bucket: 'agents',
    endpoint: 'http://127.0.0.1:9',
    region: 'us-east-1',
    credentials: { accessKeyId: 'nobody', secretAccessKey: 'nothing' },
  })
    .then((storage) => storage.load('agents/ceo'))
    .catch((reason: unknown) => reason)
  if (!isStorageError(error) || error.code !== 'UNAVAILABLE') throw error
}
