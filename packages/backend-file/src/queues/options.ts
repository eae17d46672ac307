/** What embedded queues are opened with. */
import type { FileBackendOptions } from '../options.ts'
import { assertFileOptions } from '../options.ts'

/**
 * Options of {@link SqliteQueueBackend}: those of the objects in the same folder, so that one
 * configuration opens both. `durability: 'none'` syncs no commit: messages survive the death of
 * the process, and after a power cut the last changes may be missing (a message that was deleted is
 * there again, one that was sent is not). `fileSystem` means nothing here.
 */
export type SqliteQueueOptions = FileBackendOptions

/** @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing. */
export function assertQueueOptions(options: unknown): asserts options is SqliteQueueOptions {
  assertFileOptions(options, 'SqliteQueueBackend')
}
