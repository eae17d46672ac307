/** What is at a location, and below it. */
import type { ListedObject, StorageManager } from '@aos-storage/core'
import type { Location } from '../locations/location.ts'
import { statAt } from '../locations/stat-at.ts'
import { folderOf } from '../transfer/scope.ts'

/** The object of just this key comes first; then what is below it, in the order of listings. */
export async function* objectsAt(
  store: StorageManager,
  location: Location,
  signal: AbortSignal,
): AsyncGenerator<ListedObject, void, undefined> {
  const prefix = folderOf(location)
  if (prefix !== location.key) {
    const object = await statAt(store, location.key, { signal })
    if (object !== undefined) yield object
  }
  for await (const entry of store.list({ prefix, signal })) {
    if (entry.kind === 'object') yield entry
  }
}
