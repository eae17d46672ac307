/** A part of a store that looks like a whole one. */
import type { StorageManager } from '@aos-storage/core'

export function viewOf(store: StorageManager, prefix: string): StorageManager {
  return prefix === '' ? store : store.within(prefix)
}
