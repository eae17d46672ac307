/**
 * One call within its time.
 *
 * ```
 * running --- answer ------------------------------------------> given
 *         --- late, or aborted --> a read:   told at once; a late answer is freed
 *                              `-> a change: ending --- answer ----------> given
 *                                                   --- refusal ---------> told
 *                                                   --- ABORTED, silent -> told as late, aborted
 * ```
 *
 * Invariants: the backend's signal fires when the caller's does, and when the call is late; a call
 * ends also when the backend does not hear of it. A change gets {@link endingMs} to say how it
 * ended, because one that is still at work must not meet the next try of the same change.
 */
import { isStorageError, type StorageError } from '../../errors.ts'
import { abortError } from '../../options.ts'
import type { Deadline, Deadlines } from '../../remote/deadlines.ts'

/** What a change may take to end once it was told to. */
export const endingMs = 1000

/** Made once: an abort without a reason makes an error, with its stack. */
const late = new Error('The time of the call is up')

/** What is to be within its time. */
export interface LimitedCall {
  readonly limitMs: number
  readonly signal: AbortSignal | undefined
  readonly isChange: boolean
  readonly lateError: () => StorageError
  /** Frees an answer that came when nobody waited for it any more. */
  readonly free?: ((answer: unknown) => void) | undefined
}

/** Runs a call; see above. */
export class CallWatch {
  readonly #deadlines: Deadlines
  readonly #call: LimitedCall
  readonly #controller = new AbortController()
  #deadline: Deadline | undefined
  /** Why it ends, or has ended, before its answer. */
  #failure: StorageError | undefined
  #reject: ((error: unknown) => void) | undefined
  #isOver = false
  readonly #onAbort = (): void => {
    const signal = this.#call.signal!
    this.#end(abortError(signal), signal.reason)
  }

  constructor(deadlines: Deadlines, call: LimitedCall) {
    this.#deadlines = deadlines
    this.#call = call
  }

  /** True once the call must not go on. */
  get failure(): StorageError | undefined {
    return this.#failure
  }

  run<T>(start: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = this.#call
    return new Promise((resolve, reject) => {
      this.#reject = reject
      this.goOn(this.#call.limitMs)
      signal?.addEventListener('abort', this.#onAbort, { once: true })
      if (signal?.aborted === true) this.#onAbort()
      void this.#settle(start, resolve, reject)
    })
  }

  /** Never throws. */
  async #settle<T>(
    start: (signal: AbortSignal) => Promise<T>,
    resolve: (answer: T) => void,
    reject: (error: unknown) => void,
  ): Promise<void> {
    try {
      const answer = await start(this.#controller.signal)
      if (this.#isOver) return this.#call.free?.(answer)
      this.#finish()
      resolve(answer)
    } catch (error) {
      if (this.#isOver) return
      this.#finish()
      reject(this.#told(error))
    }
  }

  /** The backend waits for the caller: no time passes. */
  rest(): void {
    if (this.#failure !== undefined || this.#deadline === undefined) return
    this.#deadlines.end(this.#deadline)
    this.#deadline = undefined
  }

  /** The backend has the word again, for so long. */
  goOn(limitMs: number): void {
    if (this.#isOver || this.#failure !== undefined) return
    this.rest()
    const { lateError } = this.#call
    this.#deadline = this.#deadlines.start(limitMs, () => this.#end(lateError(), late))
  }

  #end(failure: StorageError, reason: unknown): void {
    if (this.#isOver || this.#failure !== undefined) return
    this.rest()
    this.#failure = failure
    const giveUp = (): void => {
      this.#finish()
      this.#reject!(failure)
    }
    if (this.#call.isChange) this.#deadline = this.#deadlines.start(endingMs, giveUp)
    else giveUp()
    this.#controller.abort(reason)
  }

  /** What the store knows for sure is told; that it was ended is not, but why. */
  #told(error: unknown): unknown {
    if (this.#failure === undefined) return error
    return isStorageError(error) && error.code !== 'ABORTED' ? error : this.#failure
  }

  #finish(): void {
    this.#isOver = true
    this.#call.signal?.removeEventListener('abort', this.#onAbort)
    if (this.#deadline !== undefined) this.#deadlines.end(this.#deadline)
  }
}
