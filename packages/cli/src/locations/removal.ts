import type { StorageManager } from '@aos-storage/core'

/**
 * Removes all below a scratch prefix. What cannot be removed is tried no further.
 *
 * @throws StorageError the first failure, after the rest was tried.
 */
export async function removeBelow(store: StorageManager, prefix: string): Promise<void> {
  const keys = async function* (): AsyncGenerator<string> {
    for await (const entry of store.list({ prefix })) if (entry.kind === 'object') yield entry.key
  }
  const results = await store.deleteMany(keys(), { foreign: true })
  for (const result of results) if (!result.ok) throw result.error
}
