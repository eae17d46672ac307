import { isStorageError, type ObjectInfo, type StorageManager } from '@aos-storage/core'

/** What is known of the object of a key, also of one that breaks the rules; undefined: none. */
export async function statAt(
  store: StorageManager,
  key: string,
  options: { readonly signal: AbortSignal; readonly ifMatch?: string | undefined },
): Promise<ObjectInfo | undefined> {
  try {
    return await store.stat(key, { ...options, foreign: true })
  } catch (error) {
    if (isStorageError(error, 'NOT_FOUND')) return undefined
    throw error
  }
}
