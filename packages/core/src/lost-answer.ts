/**
 * Calls that are made again although their answer may have got lost.
 *
 * A change that was made, but whose answer did not arrive, may be refused when it is sent again,
 * because it meets itself. Invariant: it is told as the success that it was, or its outcome as
 * open; never as refused.
 *
 * ```
 * run ---> answer ---------------------------> given
 *     ---> failed ---> tries: again ---------> run, knowing whether an answer was lost
 *                 `--> tries: no more -------> told; as open, where it may have been done
 *     ---> refused --> no answer was lost ---> refused
 *                 `--> one was --------------> onRefused finds out, or open
 * ```
 */
import { isStorageError, type StorageError } from './errors.ts'

/** Decides whether a call is made again. */
export interface Tries {
  readonly signal: AbortSignal | undefined
  /**
   * Hears of a failure. Undefined, after a pause, when the call is to be made again; else the error
   * to tell.
   *
   * @throws StorageError `ABORTED` when the signal ends the pause.
   */
  after(error: StorageError): Promise<StorageError | undefined>
  /** Hears that the store answered: with what was asked for, or with a refusal. */
  answered?(): void
}

/**
 * What a second time does: nothing (`'none'`, a read), the same again (`'same'`), or it is refused,
 * because the first one was done (`'refused'`).
 */
export type SecondTime = 'none' | 'same' | 'refused'

/** A call that may be made again. */
export interface TriedCall<T> {
  readonly key: string | undefined
  readonly secondTime: SecondTime
  readonly run: () => Promise<T>
  /** The answer of a try after one whose answer was lost. Default: as it is. */
  readonly afterLost?: ((answer: T) => T) | undefined
  /**
   * Asked about a refusal: gives the answer after all, or throws.
   *
   * @param lost Of a try before, which may have been carried out.
   */
  readonly onRefused?:
    | ((error: StorageError, lost: StorageError | undefined) => Promise<T>)
    | undefined
}

/** Makes a call as often as `tries` says. @throws StorageError as above. */
export async function tried<T>(call: TriedCall<T>, tries: Tries): Promise<T> {
  const { key, secondTime, afterLost, onRefused } = call
  let lost: StorageError | undefined
  for (;;) {
    try {
      const answer = await call.run()
      tries.answered?.()
      return lost === undefined || afterLost === undefined ? answer : afterLost(answer)
    } catch (error) {
      if (!isStorageError(error)) throw error
      if (secondTime !== 'none' && isRefusal(error)) {
        tries.answered?.()
        if (onRefused !== undefined) return onRefused(error, lost)
        throw lost === undefined ? error : openOutcome(lost, key)
      }
      const told = await tries.after(error)
      const isLost = isAnswerLost(error)
      if (told !== undefined) {
        // Of what is refused the second time this failure alone leaves it open.
        throw settled(told, secondTime, isLost && secondTime === 'refused' ? error : lost, key)
      }
      if (isLost) lost = error
    }
  }
}

/** What was there, or was not, decides: nothing is done, by this try at least. */
function isRefusal(error: StorageError): boolean {
  return isStorageError(error, 'ALREADY_EXISTS', 'PRECONDITION_FAILED', 'NOT_FOUND')
}

/**
 * What is told of the last try.
 *
 * @param lost Of a try that may have been carried out.
 */
export function settled(
  error: StorageError,
  secondTime: SecondTime,
  lost: StorageError | undefined,
  key: string | undefined,
): StorageError {
  const { code, retryable, retryAfterMs } = error
  if (lost === undefined || code === 'ABORTED' || secondTime === 'none') return error
  if (secondTime === 'refused' || retryable === 'no') return openOutcome(error, key)
  // It may be done again; but what was done once must not be told as turned away.
  if (code === 'UNAVAILABLE' || code === 'TIMEOUT') {
    // The last try may not have been sent; one before it was.
    return error.isUnsent ? error.with({ isUnsent: false }) : error
  }
  return lost.with({ message: `${lost.message}; then: ${error.message}`, retryable, retryAfterMs })
}

/** True for a change that is refused when it is made a second time, because it meets itself. */
export function isConditional(
  options: { readonly ifMatch?: unknown; readonly ifNoneMatch?: unknown } | undefined,
): boolean {
  return options?.ifMatch !== undefined || options?.ifNoneMatch !== undefined
}

/** True for a failure after which the change may have been made all the same. */
export function isAnswerLost(error: unknown): error is StorageError {
  return isStorageError(error, 'UNAVAILABLE', 'TIMEOUT') && !error.isUnsent
}

const openText = 'the outcome is open: look at the object before you do it again'

/** Not retryable: made again, an own change could be taken for another writer's. */
export function openOutcome(error: StorageError, key: string | undefined): StorageError {
  // Told already, where one writeOnce is inside another.
  if (error.message.endsWith(openText)) return error
  const message = `${error.message}; ${openText}`
  return error.with({ message, retryable: 'no', isUnsent: false, key: error.key ?? key })
}
