/** Refusals of the queue service, told as on other backends. */
import { isStorageError } from '@aos-storage/core'
import { quoteKey } from '@aos-storage/core/backend'
import { failureOf } from '../errors.ts'

/** The error of a missing queue, with its name; any other as it is. */
export function namedQueue(error: unknown, queue: string): unknown {
  if (!isStorageError(error, 'NOT_FOUND')) return error
  if (failureOf(error.cause).code !== 'QueueNotFound') return error
  return error.with({ message: `There is no queue ${quoteKey(queue)}; create it first` })
}
