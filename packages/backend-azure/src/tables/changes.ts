/**
 * Changes, one or several together.
 *
 * A change whose answer was lost is sent again. When it is refused then, it may have met itself:
 * nothing in an entity tells whose it is, so that its outcome is told as open, and never as a false
 * `ALREADY_EXISTS` or `PRECONDITION_FAILED`.
 */
import type { StorageError } from '@aos-storage/core'
import {
  atChange,
  type ChangeOutcome,
  keysOf,
  refusedAfterLost,
  type TableChange,
} from '@aos-storage/core/backend'
import { batchPath } from './addresses.ts'
import { batchBody, BatchFailure, batchOutcomes } from './batch.ts'
import { type CallPlace, inWords, serviceCode, type TableCalls } from './calls.ts'
import { changeRequest, isOnce } from './change-request.ts'

/** @throws StorageError as the contract's `change`. */
export function change(
  calls: TableCalls,
  table: string,
  each: TableChange,
  signal: AbortSignal | undefined,
): Promise<ChangeOutcome> {
  return calls.send({
    operation: 'change',
    signal,
    table,
    ...keysOf(each),
    request: changeRequest(table, each),
    read: (answer) => ({ etag: each.type === 'delete' ? undefined : answer.header('etag') }),
    isOnce: isOnce(each),
    ...(each.type === 'delete' && each.ifMatch === undefined ? { onRefused: deleted } : {}),
  })
}

/** An entity that is gone after a lost delete is deleted, by us or by somebody else. */
function deleted(error: StorageError, lost: StorageError | undefined): ChangeOutcome {
  const isGone = error.code === 'NOT_FOUND' && serviceCode(error) !== 'TableNotFound'
  if (lost !== undefined && isGone) return { etag: undefined }
  throw error
}

/** @throws StorageError as the contract's `transact`. */
export function transact(
  calls: TableCalls,
  table: string,
  changes: readonly TableChange[],
  signal: AbortSignal | undefined,
): Promise<ChangeOutcome[]> {
  const { body, contentType } = batchBody(calls.url, table, changes, calls.newId())
  const place: CallPlace = { operation: 'transact', signal, table }
  const isOnceOnly = changes.some(isOnce)
  return calls.send({
    ...place,
    request: { method: 'POST', path: batchPath, contentType, body },
    read: (answer) => batchOutcomes(answer, changes),
    isOnce: isOnceOnly,
    onRefused: (error, lost) => {
      const told = inPlace(error, place, changes)
      throw isOnceOnly && lost !== undefined ? refusedAfterLost(told, lost) : told
    },
  })
}

/** The error as that of the change that failed. */
function inPlace(
  error: StorageError,
  place: CallPlace,
  changes: readonly TableChange[],
): StorageError {
  const failure = causeOf(error)
  if (failure?.at === undefined) return error
  const told = inWords(error, { ...place, ...keysOf(changes[failure.at]!) })
  return atChange(told, failure.at, changes.length)
}

function causeOf({ cause }: StorageError): BatchFailure | undefined {
  return cause instanceof BatchFailure ? cause : undefined
}
