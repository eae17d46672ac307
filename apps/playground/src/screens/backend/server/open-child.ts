/** Opens a store in the processes that the conformance kit starts to race with, and to kill. */
import { type FileBackendOptions, FileStorageBackend } from '@aos-storage/backend-file'
import type { StorageBackend } from '@aos-storage/core'

export async function openChild(options: FileBackendOptions): Promise<StorageBackend> {
  return new FileStorageBackend(options)
}
