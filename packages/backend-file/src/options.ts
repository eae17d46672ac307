/** What a file store is opened with. */
import { type Clock, type Random, StorageError } from '@aos-storage/core'
import { assertInteger, assertOptions } from '@aos-storage/core/backend'
import type { FileSystem } from './file-system.ts'

/** Options of `FileStorageBackend`, and of the tables and queues in the same folder. */
export interface FileBackendOptions {
  /** The folder that holds the store. Made, with its parents, when missing. */
  readonly basePath: string
  /**
   * `'fsync'` (default): an acknowledged write survives a power cut. `'none'`: it survives the
   * death of the process; the operating system writes it to the disk when it likes.
   */
  readonly durability?: 'fsync' | 'none' | undefined
  /** Mode of new files. Default 0o600. */
  readonly fileMode?: number | undefined
  /** Mode of new folders. Default 0o700. */
  readonly folderMode?: number | undefined
  /** How long a write waits for another process's lock, then `LOCKED`. Default 30,000. */
  readonly lockWaitMsMax?: number | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
  /** For tests: the calls to the operating system. */
  readonly fileSystem?: FileSystem | undefined
}

const names: ReadonlySet<string> = new Set([
  'basePath',
  'durability',
  'fileMode',
  'folderMode',
  'lockWaitMsMax',
  'clock',
  'random',
  'fileSystem',
])

/**
 * @param owner What is opened, for messages.
 * @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing.
 */
export function assertFileOptions(
  options: unknown,
  owner = 'FileStorageBackend',
): asserts options is FileBackendOptions {
  if (options === undefined) throw new TypeError('Give the options: { basePath: "./data" }')
  assertOptions(options, names, owner)
  const { basePath, durability, fileMode, folderMode, lockWaitMsMax } = options as Record<
    string,
    unknown
  >
  if (typeof basePath !== 'string') {
    throw new TypeError(
      basePath === undefined
        ? "basePath is missing: the folder that holds the store, as in { storageType: 'file', " +
            "basePath: './data' }"
        : 'basePath is a string: the folder that holds the store',
    )
  }
  if (basePath === '' || basePath.includes('\0')) {
    throw new StorageError('INVALID_ARGUMENT', 'basePath is empty or holds a NUL; name a folder')
  }
  if (durability !== undefined && durability !== 'fsync' && durability !== 'none') {
    throw new StorageError('INVALID_ARGUMENT', "durability is 'fsync' or 'none'")
  }
  if (fileMode !== undefined) assertInteger(fileMode, 'fileMode', 0o400, 0o777)
  if (folderMode !== undefined) assertInteger(folderMode, 'folderMode', 0o500, 0o777)
  if (lockWaitMsMax !== undefined) assertInteger(lockWaitMsMax, 'lockWaitMsMax', 0, 86_400_000)
}
