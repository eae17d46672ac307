/** Opens a store in the child processes that the conformance kit starts. */
import type { StorageBackend } from '@aos-storage/core'
import { type ChildStoreArgs, openStore } from './store.ts'

export async function openChild(args: unknown): Promise<StorageBackend> {
  return openStore(args as ChildStoreArgs)
}
