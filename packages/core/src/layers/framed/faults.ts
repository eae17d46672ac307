/** Errors of stored frames: what is damaged is `CORRUPT`, and names the object. */
import { isStorageError, StorageError } from '../../errors.ts'
import { quoteKey } from '../../keys.ts'

/** The error of a frame, an index or a mark that breaks its format; the reader adds the key. */
export function corrupt(what: string, cause?: unknown): StorageError {
  return new StorageError('CORRUPT', what, cause === undefined ? {} : { cause })
}

/** The same error, naming the object. */
export function ofObject(error: unknown, key: string): unknown {
  if (!isStorageError(error) || error.key !== undefined) return error
  const { operation = 'read', code } = error
  const isOfData = code === 'CORRUPT' || code === 'UNSUPPORTED'
  const message = isOfData ? `${quoteKey(key)} cannot be read: ${error.message}` : error.message
  return error.with({ message, key, operation })
}
