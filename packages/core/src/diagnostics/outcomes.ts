/**
 * How operations end, and what that says of the store. One list, so that availability, the status
 * of spans and the levels of a log do not tell different stories.
 */
import { isStorageError, type StorageErrorCode } from '../errors.ts'

/** How an operation ended; `'TypeError'` for a programmer's mistake that a backend found. */
export type OperationOutcome = 'OK' | StorageErrorCode | 'TypeError'

/**
 * What an outcome says.
 *
 * - `'answer'`: the store did its work, also by saying that there is no such object.
 * - `'fault'`: the store did not do what it is there for.
 * - `'caller'`: the caller ended the call or asked for what cannot be; nothing about the store.
 */
export type OutcomeKind = 'answer' | 'fault' | 'caller'

const kinds: Readonly<Record<OperationOutcome, OutcomeKind>> = {
  OK: 'answer',
  NOT_FOUND: 'answer',
  ALREADY_EXISTS: 'answer',
  PRECONDITION_FAILED: 'answer',
  NOT_MODIFIED: 'answer',
  CONFLICT: 'answer',
  LOCKED: 'answer',
  UNAVAILABLE: 'fault',
  TIMEOUT: 'fault',
  RATE_LIMITED: 'fault',
  CORRUPT: 'fault',
  UNAUTHENTICATED: 'fault',
  PERMISSION_DENIED: 'fault',
  QUOTA_EXCEEDED: 'fault',
  INVALID_KEY: 'caller',
  INVALID_ARGUMENT: 'caller',
  SERIALIZATION: 'caller',
  SCHEMA_INVALID: 'caller',
  UNSUPPORTED: 'caller',
  ABORTED: 'caller',
  CLOSED: 'caller',
  TypeError: 'caller',
}

/** What an outcome says of the store. One that a later version adds counts as a fault. */
export function outcomeKind(outcome: OperationOutcome): OutcomeKind {
  return kinds[outcome] ?? 'fault'
}

/** The outcome of an operation that threw `error`. */
export function outcomeOf(error: unknown): OperationOutcome {
  if (isStorageError(error)) return error.code
  // As the manager tells it: the TypeError of a failed fetch() has a cause, a mistake has none.
  return error instanceof TypeError && error.cause === undefined ? 'TypeError' : 'UNAVAILABLE'
}
