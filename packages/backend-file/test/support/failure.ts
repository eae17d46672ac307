/** The error of an operation that has to fail. */
import { isStorageError, type StorageError } from '@aos-storage/core'

/** @throws Error when it does not fail, or with anything but a `StorageError`. */
export async function failureOf(promise: Promise<unknown>): Promise<StorageError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isStorageError(error)) throw new Error(`no StorageError: ${String(error)}`)
  return error
}
