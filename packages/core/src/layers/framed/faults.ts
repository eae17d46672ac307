/** Errors of stored frames: what is damaged is `CORRUPT`, and names the object. */
import { isStorageError, StorageError } from '../../errors.ts'
import { quoteKey } from '../../keys.ts'
import type { FrameWords } from './form.ts'

/** The error of a frame, an index or a mark that breaks its format; the reader adds the key. */
export function corrupt(what: string, cause?: unknown): StorageError {
  return new StorageError('CORRUPT', what, cause === undefined ? {} : { cause })
}

/** The same error, naming the layer and the object; of what is damaged also what to do. */
export function ofObject(error: unknown, key: string, { layer }: FrameWords): unknown {
  if (!isStorageError(error) || error.key !== undefined) return error
  const { operation = 'read', code } = error
  if (code !== 'CORRUPT' && code !== 'UNSUPPORTED') return error.with({ key, operation })
  const remedy = code === 'CORRUPT' ? '; restore it from a backup, or delete the key' : ''
  const message = `${unreadable(layer, key)}: ${error.message}${remedy}`
  return error.with({ message, key, operation })
}

/** The error of an object without a mark, where `why` says that it is not read. */
export function unmarked(why: string, key: string, { layer }: FrameWords): StorageError {
  const message = `${unreadable(layer, key)}: ${why}`
  return new StorageError('CORRUPT', message, { key, operation: 'read' })
}

function unreadable(layer: string, key: string): string {
  return `${layer}: ${quoteKey(key)} cannot be read`
}
