/**
 * How a service's failures become the contract's errors: the part that is the same for all. What
 * its codes mean is a table in the package of each.
 */
import { isStorageError, StorageError } from '../errors.ts'

/** Where it failed. */
export interface Place {
  /** As the backend names itself: `azblob`, `s3`. */
  readonly backend: string
  readonly operation: string
  readonly key?: string | undefined
}

/** What must be known of a failure to decide what to do next. */
export interface FailureFacts {
  /** The service's own code, or that of the network's error; empty where it has none. */
  readonly code: string
  /** HTTP status, undefined when no answer came. */
  readonly status?: number | undefined
  /** How long the service asks to wait. */
  readonly retryAfterMs?: number | undefined
  /** True when the client sent it more than once by itself: an earlier one may be done. */
  readonly isResent?: boolean | undefined
}

/** How one service tells its failures. */
export interface Failures {
  /** The service as messages name it: `Azure`, `S3`. */
  readonly service: string
  /** Reads what an SDK threw, or what hangs on an error as its cause. Never throws. */
  factsOf(thrown: unknown): FailureFacts
  /** What went wrong, by the service's table. A StorageError gets its place ({@link placed}). */
  toStorageError(thrown: unknown, place: Place): StorageError
  /**
   * True for a failure that lasts longer than a few tries, as of a container that is being deleted:
   * told at once, however much it is worth another try later.
   */
  isLasting?(facts: FailureFacts): boolean
}

/** The error with backend and operation; what it knows already stays. */
export function placed(error: StorageError, { backend, operation, key }: Place): StorageError {
  if (error.backend !== undefined && error.operation !== undefined) return error
  return error.with({ backend, operation, key: error.key ?? key })
}

/** True for what a program did wrong, this one included: it is no failure of the service. */
export function isProgramError(thrown: unknown): boolean {
  if (isStorageError(thrown)) return false
  if (!(thrown instanceof TypeError || thrown instanceof ReferenceError)) return false
  return (thrown as NodeJS.ErrnoException).code === undefined
}

/**
 * The error of every call after `close`.
 *
 * @param service As in {@link Failures}.
 */
export function closedError(service: string): StorageError {
  return new StorageError('CLOSED', `This ${service} store was closed; open it again`)
}
