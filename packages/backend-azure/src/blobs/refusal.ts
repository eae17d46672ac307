/** Refused conditions of changes, told as the contract tells them. */
import { isStorageError, StorageError } from '@aos-storage/core'
import { quoteKey } from '@aos-storage/core/backend'
import { containerAbsent } from '../error-table.ts'

/** Azure tells a create that met a blob by 409, or by 412. */
export function refusalOf(
  error: StorageError,
  options: { readonly ifNoneMatch?: '*' | undefined },
): StorageError {
  if (options.ifNoneMatch === undefined || error.code !== 'PRECONDITION_FAILED') return error
  const { status, requestId, backend, operation, key, cause } = error
  return new StorageError('ALREADY_EXISTS', 'There is a blob of this name already', {
    ...{ status, requestId, backend, operation, key, cause },
  })
}

/** The error of a missing container, with its name; any other as it is. */
export function namedContainer(error: StorageError, name: string | undefined): StorageError {
  if (name === undefined || !error.message.includes(containerAbsent)) return error
  const named = `The container ${quoteKey(name)} does not exist`
  return error.with({ message: error.message.replace(containerAbsent, () => named) })
}

/** Does what is about this container; its errors name it. */
export async function inContainer<T>(name: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw isStorageError(error) ? namedContainer(error, name) : error
  }
}

/** The refusal of a condition that was found not to hold before anything was sent. */
export function conditionError(
  code: 'ALREADY_EXISTS' | 'PRECONDITION_FAILED',
  operation: string,
  key: string,
): StorageError {
  const message =
    code === 'ALREADY_EXISTS'
      ? 'There is a blob of this name already; load it, or drop ifNoneMatch'
      : 'Somebody else changed or deleted it; load it again and redo the change'
  return new StorageError(code, message, { backend: 'azblob', operation, key })
}
