/** Conditions as headers of this server, and refusals as the contract tells them. */
import { isStorageError, StorageError } from '@aos-storage/core'
import type { CallConditions } from './calls.ts'
import { failureOf } from './errors.ts'
import { etagOf } from './etag.ts'
import type { S3Server } from './server.ts'

/** Conditions of a change, with tokens. */
export interface ChangeConditions {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: '*' | undefined
}

/** @param swap As the record of the server says; without one, as the standard has it. */
export function conditionsOf(
  {
    ifMatch,
    ifNoneMatch,
  }: { readonly ifMatch?: string; readonly ifNoneMatch?: string } | ChangeConditions,
  swap: S3Server['swap'] = 'quoted',
): CallConditions {
  const isQuoted = swap !== 'unquoted'
  return {
    ...(ifMatch === undefined ? {} : { IfMatch: etagOf(ifMatch, isQuoted) }),
    ...(ifNoneMatch === undefined
      ? {}
      : { IfNoneMatch: ifNoneMatch === '*' ? '*' : etagOf(ifNoneMatch, isQuoted) }),
  }
}

/** A create is refused by 412, and a swap of a missing object, by Amazon's, with 404. */
export function refusalOf(error: StorageError, options: ChangeConditions): StorageError {
  const { status, requestId, backend, operation, key, cause } = error
  const details = { status, requestId, backend, operation, key, cause }
  if (options.ifNoneMatch !== undefined && error.code === 'PRECONDITION_FAILED') {
    return new StorageError('ALREADY_EXISTS', 'There is an object of this key already', details)
  }
  if (options.ifMatch !== undefined && error.code === 'NOT_FOUND') {
    return new StorageError('PRECONDITION_FAILED', 'It does not exist any more', details)
  }
  return error
}

/** The refusal of a condition that was found not to hold before anything was sent. */
export function conditionError(
  code: 'ALREADY_EXISTS' | 'PRECONDITION_FAILED',
  operation: string,
  key: string,
): StorageError {
  const message =
    code === 'ALREADY_EXISTS'
      ? 'There is an object of this key already; load it, or drop ifNoneMatch'
      : 'Somebody else changed or deleted it; load it again and redo the change'
  return new StorageError(code, message, { backend: 's3', operation, key })
}

/** True when the service settled a condition: it does not hold. */
export function isRefusal(error: unknown): error is StorageError {
  return isStorageError(error, 'ALREADY_EXISTS', 'PRECONDITION_FAILED')
}

/** True when writers met: the change was not made, and may be tried again. */
export function isConflict(error: unknown): error is StorageError {
  return isStorageError(error, 'CONFLICT') && error.retryable === 'yes'
}

/**
 * What Ceph answers, with 500, to a conditional write that met another one: it was not made. (Its
 * RADOS says ECANCELED, for which RGW has no code.)
 */
export function isRaceOfCeph(error: StorageError | undefined): boolean {
  return (
    error?.status === 500 && error.cause !== undefined && failureOf(error.cause).code === cephRace
  )
}

const cephRace = 'UnknownError'

/** The error of a condition that this server does not honour. */
export function unsupported(what: string, operation: string, key: string): StorageError {
  return new StorageError('UNSUPPORTED', `This S3 server does not honour ${what}`, {
    ...{ backend: 's3', operation, key },
  })
}
