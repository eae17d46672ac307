/** The table of this backend's errors: what the file system says, as the contract's codes. */
import {
  isStorageError,
  type Retryable,
  StorageError,
  type StorageErrorCode,
} from '@aos-storage/core'

interface Meaning {
  readonly code: StorageErrorCode
  readonly fix: string
  readonly retryable?: Retryable
}

const full = 'The disk is full; free space or move the base folder'
const handles =
  'Too many open files; close bodies that are not read, or raise the limit (ulimit -n)'
const denied = 'The process may not do this; check the owner and mode of the base folder'
const device = 'The device reported an error; check the disk and the system log'
const blocked = 'A file, folder or link that this store did not make is in the way; move it away'

/** Meaning of each error number. Append only, tested one by one. */
const meanings: Readonly<Record<string, Meaning>> = {
  ENOSPC: { code: 'QUOTA_EXCEEDED', fix: full },
  EDQUOT: { code: 'QUOTA_EXCEEDED', fix: 'The disk quota is used up; free space or raise it' },
  EFBIG: { code: 'QUOTA_EXCEEDED', fix: 'The file would be larger than the file system allows' },
  EMFILE: { code: 'QUOTA_EXCEEDED', fix: handles, retryable: 'yes' },
  ENFILE: { code: 'QUOTA_EXCEEDED', fix: handles, retryable: 'yes' },
  EACCES: { code: 'PERMISSION_DENIED', fix: denied },
  EPERM: { code: 'PERMISSION_DENIED', fix: denied },
  EROFS: { code: 'PERMISSION_DENIED', fix: 'The file system is mounted read-only' },
  EIO: { code: 'UNAVAILABLE', fix: device },
  ENXIO: { code: 'UNAVAILABLE', fix: device },
  ENODEV: { code: 'UNAVAILABLE', fix: device },
  ESTALE: { code: 'UNAVAILABLE', fix: 'The network file system was unmounted; mount it again' },
  ETIMEDOUT: { code: 'UNAVAILABLE', fix: 'The network file system does not answer' },
  EBUSY: { code: 'LOCKED', fix: 'Another program holds the file' },
  ELOOP: { code: 'CONFLICT', fix: blocked, retryable: 'no' },
  EEXIST: { code: 'CONFLICT', fix: blocked, retryable: 'no' },
  ENOTDIR: { code: 'CONFLICT', fix: blocked, retryable: 'no' },
  EISDIR: { code: 'CONFLICT', fix: blocked, retryable: 'no' },
  ENOTEMPTY: { code: 'CONFLICT', fix: blocked, retryable: 'no' },
  ENOENT: {
    code: 'UNAVAILABLE',
    fix: 'The base folder vanished or was replaced while in use; restore it and open it again',
  },
  EXDEV: {
    code: 'UNSUPPORTED',
    fix: 'The base folder spans file systems, which rename cannot cross; keep it on one',
  },
  ENAMETOOLONG: {
    code: 'INVALID_KEY',
    fix: 'The path is longer than the file system allows; use a shorter key or base path',
  },
}

/** Meaning of what SQLite says of a lock file. */
const lockMeanings: Readonly<Record<number, Meaning>> = {
  8: { code: 'PERMISSION_DENIED', fix: denied },
  10: { code: 'UNAVAILABLE', fix: device },
  13: { code: 'QUOTA_EXCEEDED', fix: full },
  14: { code: 'PERMISSION_DENIED', fix: 'The lock in .aos cannot be opened; check owner and mode' },
  26: { code: 'CORRUPT', fix: 'The file .aos/lock is no lock; delete it while nobody writes' },
}

/** The error numbers with a meaning of their own, for tests. */
export const knownErrorNumbers: readonly string[] = Object.keys(meanings)

/** What went wrong, as a {@link StorageError}; one that already is passes through. */
export function toStorageError(error: unknown, operation: string, key?: string): StorageError {
  const place = { backend: 'file', operation, key }
  if (isStorageError(error)) {
    const isPlaced = error.backend !== undefined && error.operation !== undefined
    return isPlaced ? error : error.with({ ...place, key: error.key ?? key })
  }
  const { code: number = '', errcode } = error as NodeJS.ErrnoException & { errcode?: number }
  // The low byte is SQLite's primary code.
  const meaning = meanings[number] ?? lockMeanings[(errcode ?? 0) % 256]
  if (meaning === undefined) {
    const message = `Unexpected failure of the file system (${number || 'no error number'})`
    return new StorageError('UNAVAILABLE', message, { ...place, retryable: 'no', cause: error })
  }
  return new StorageError(meaning.code, `${meaning.fix} (${number})`, {
    ...place,
    ...(meaning.retryable === undefined ? {} : { retryable: meaning.retryable }),
    cause: error,
  })
}

/** True for the error of a full disk or quota. */
export function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT'
}

/** True for the error of a missing file or folder. */
export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

/** The error of every call after `close`. */
export function closedError(): StorageError {
  return new StorageError('CLOSED', 'This file store was closed; open it again')
}

/**
 * The error of a change that is made, and may not survive a power cut: done again it would meet
 * itself and be refused, or look done already and never be synced. So it is not retryable.
 */
export function madeAlready(error: unknown, operation: string, key?: string): StorageError {
  return toStorageError(error, operation, key).with({ retryable: 'no' })
}
