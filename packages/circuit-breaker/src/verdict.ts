/**
 * What the end of a call says of the store.
 *
 * ```
 * well     it answered: with what was asked for, or with a reasoned no
 * trouble  it failed, cannot be reached, or did not answer in time
 * nothing  the caller went away, a layer refused, the program erred: the store was not asked
 * ```
 */
import {
  type DeleteOutcome,
  isStorageError,
  type StorageErrorCode,
} from '@aos-storage/core/backend'

export interface Verdict {
  readonly kind: 'well' | 'trouble' | 'nothing'
  /** What told it, if it was an error. */
  readonly error?: unknown
}

export const well: Verdict = { kind: 'well' }
export const nothing: Verdict = { kind: 'nothing' }

/**
 * Of each code what it says. `RATE_LIMITED` comes from a store that is well but busy, or from a
 * layer inside: it is no reason to open, and none to close. Nor is `UNAUTHENTICATED`,
 * `QUOTA_EXCEEDED` or `LOCKED`, which may have been found out on this side.
 */
const kinds: Readonly<Record<StorageErrorCode, Verdict['kind']>> = {
  NOT_FOUND: 'well',
  ALREADY_EXISTS: 'well',
  PRECONDITION_FAILED: 'well',
  NOT_MODIFIED: 'well',
  CONFLICT: 'well',
  PERMISSION_DENIED: 'well',
  CORRUPT: 'well',
  UNAVAILABLE: 'trouble',
  TIMEOUT: 'trouble',
  INVALID_KEY: 'nothing',
  INVALID_ARGUMENT: 'nothing',
  SERIALIZATION: 'nothing',
  SCHEMA_INVALID: 'nothing',
  UNSUPPORTED: 'nothing',
  UNAUTHENTICATED: 'nothing',
  QUOTA_EXCEEDED: 'nothing',
  RATE_LIMITED: 'nothing',
  ABORTED: 'nothing',
  LOCKED: 'nothing',
  CLOSED: 'nothing',
}

/** @param error What a call, or a body, ended with. */
export function verdictOfError(error: unknown): Verdict {
  // A plain TypeError is a mistake of the program; one with a cause is how fetch fails.
  if (error instanceof TypeError && error.cause === undefined) return nothing
  // Against the contract, and so something went wrong in the backend.
  if (!isStorageError(error)) return { kind: 'trouble', error }
  // A code of a later version of core says nothing to this one.
  return { kind: kinds[error.code] ?? 'nothing', error }
}

/** A batch is in trouble when no key of it got an answer. */
export function verdictOfBatch(outcomes: readonly DeleteOutcome[]): Verdict {
  const verdicts = outcomes.map(({ error }) => (error === undefined ? well : verdictOfError(error)))
  return (
    verdicts.find(({ kind }) => kind === 'well') ??
    verdicts.find(({ kind }) => kind === 'trouble') ??
    nothing
  )
}
