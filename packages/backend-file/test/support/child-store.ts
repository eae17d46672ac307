/** Opens a store in the child processes that the conformance kit starts. */
import type { StorageBackend } from '@aos-storage/core'
import { type FileBackendOptions, FileStorageBackend } from '../../src/index.ts'

export async function openChild(args: unknown): Promise<StorageBackend> {
  return new FileStorageBackend(args as FileBackendOptions)
}
