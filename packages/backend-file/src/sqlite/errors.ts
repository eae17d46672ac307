/** What SQLite says, as the contract's codes. */
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

const denied = 'The process may not do this; check the owner and mode of'
const damaged = 'The database is damaged; restore from a backup'

/** Primary result codes of SQLite (sqlite.org/rescode.html). Append only, tested one by one. */
const meanings: Readonly<Record<number, Meaning>> = {
  3: { code: 'PERMISSION_DENIED', fix: denied },
  5: { code: 'LOCKED', fix: 'Another connection holds' },
  6: { code: 'LOCKED', fix: 'Another statement holds a table of' },
  7: { code: 'QUOTA_EXCEEDED', fix: 'Out of memory while working on', retryable: 'yes' },
  8: { code: 'PERMISSION_DENIED', fix: denied },
  10: { code: 'UNAVAILABLE', fix: 'The device reported an error; check the disk that holds' },
  11: { code: 'CORRUPT', fix: damaged },
  13: { code: 'QUOTA_EXCEEDED', fix: 'The disk is full; free space for' },
  14: { code: 'PERMISSION_DENIED', fix: 'It cannot be opened; check the owner and mode of' },
  18: { code: 'QUOTA_EXCEEDED', fix: 'The value is larger than SQLite allows in' },
  22: { code: 'QUOTA_EXCEEDED', fix: 'The file system does not take files as large as' },
  23: { code: 'PERMISSION_DENIED', fix: denied },
  26: { code: 'CORRUPT', fix: 'This is no database; move it away or restore from a backup' },
}

/** The result codes with a meaning of their own, for tests. */
export const knownResultCodes: readonly number[] = Object.keys(meanings).map(Number)

/** The primary result code of an error of SQLite; 0 for any other. */
export function resultCodeOf(error: unknown): number {
  // The low byte; the rest says which step failed.
  return ((error as { errcode?: number } | undefined)?.errcode ?? 0) % 256
}

/** True when somebody else holds the lock that was asked for. */
export function isBusy(error: unknown): boolean {
  const code = resultCodeOf(error)
  return code === 5 || code === 6
}

/**
 * What went wrong as a {@link StorageError} without its place; one that already is passes through.
 *
 * @param path The database's file, for the message.
 */
export function toDatabaseError(error: unknown, path: string): unknown {
  if (isStorageError(error)) return error
  const { errcode } = error as { errcode?: number }
  // Not SQLite's: a mistake in a program, or the file system's, which `toStorageError` knows.
  if (errcode === undefined) return error
  const meaning = meanings[resultCodeOf(error)]
  if (meaning === undefined) {
    const message = `Unexpected failure of SQLite (${errcode}) in ${path}`
    return new StorageError('UNAVAILABLE', message, { retryable: 'no', cause: error })
  }
  return new StorageError(meaning.code, `${meaning.fix} ${path} (SQLite ${errcode})`, {
    ...(meaning.retryable === undefined ? {} : { retryable: meaning.retryable }),
    cause: error,
  })
}

/** Where it failed. */
interface Place {
  readonly backend: string
  readonly operation: string
  readonly key: string | undefined
}

/** What a caller is told: with its place, where the error does not say it; other errors as is. */
export function toPlacedError(error: unknown, place: Place): unknown {
  if (!isStorageError(error)) return error
  // One of the file system has the place of the object store.
  const backend = error.backend === 'file' ? undefined : error.backend
  return error.with({
    backend: backend ?? place.backend,
    operation: backend === undefined ? place.operation : (error.operation ?? place.operation),
    key: error.key ?? place.key,
  })
}
