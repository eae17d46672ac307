/** Refusals of ours: what is wrong with one object, and says nothing of the stores. */
import { StorageError, type StorageErrorCode, type StorageErrorDetails } from '../errors.ts'

const refusals = new WeakSet<object>()

export function refusalOf(
  code: StorageErrorCode,
  message: string,
  details: StorageErrorDetails = {},
): StorageError {
  const error = new StorageError(code, message, { ...details, retryable: 'no' })
  refusals.add(error)
  return error
}

export function isRefusal(error: StorageError): boolean {
  return refusals.has(error)
}
