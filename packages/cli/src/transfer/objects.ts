/** What is listed below a prefix and wanted. */
import type { StorageManager } from '@aos-storage/core'

export interface ObjectScope {
  readonly prefix: string
  /** Of the key without the prefix. */
  readonly isWanted: (relative: string) => boolean
  readonly signal: AbortSignal
}

export interface FoundObject {
  readonly key: string
  /** Its key without the prefix. */
  readonly relative: string
  readonly size: number
  readonly etag: string
}

export async function* objectsBelow(
  store: StorageManager,
  { prefix, isWanted, signal }: ObjectScope,
): AsyncGenerator<FoundObject, void, undefined> {
  for await (const entry of store.list({ prefix, signal })) {
    if (entry.kind !== 'object') continue
    const { key, size, etag } = entry
    const relative = key.slice(prefix.length)
    // A "folder" that a console made: an object that is called as the prefix itself.
    if (relative !== '' && isWanted(relative)) yield { key, relative, size, etag }
  }
}

export async function* sizesBelow(
  store: StorageManager,
  scope: ObjectScope,
): AsyncGenerator<number, void, undefined> {
  for await (const { size } of objectsBelow(store, scope)) yield size
}
