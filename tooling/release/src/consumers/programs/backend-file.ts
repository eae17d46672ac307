import { StorageManager } from '@aos-storage/core'
import { FileStorageBackend } from '@aos-storage/backend-file'

/** Saved through one manager, loaded through another one that is given the backend. */
export async function run(folder: string): Promise<void> {
  const first = await StorageManager.open({ storageType: 'file', basePath: folder })
  await first.save('agents/ceo', { status: 'active', seen: new Date(0) })
  await first.close()
  const backend = new FileStorageBackend({ basePath: folder })
  const second = new StorageManager(backend)
  const value = await second.load('agents/ceo')
  await second.close()
  if (typeof value !== 'object' || value === null || !('seen' in value)) {
    throw new Error('another value came back')
  }
  if (!(value.seen instanceof Date)) throw new Error('its date is no date any more')
}
