import { isStorageError, StorageManager } from '@aos-storage/core'

/** A value there and back in memory, and the error for one that is missing. */
export async function run(): Promise<void> {
  const storage = await StorageManager.open({ storageType: 'memory' })
  await storage.save('agents/ceo', { status: 'active' })
  const value = await storage.load('agents/ceo')
  if (JSON.stringify(value) !== '{"status":"active"}') throw new Error('another value came back')
  const error: unknown = await storage.load('agents/nobody').catch((reason: unknown) => reason)
  if (!isStorageError(error) || error.code !== 'NOT_FOUND') throw error
  await storage.close()
}
