/**
 * Whether a call is tried again, and when.
 *
 * ```
 * failure --> worth another try? --> tries left? --> asks for less than we bear? --> in budget?
 *              no: told               no: exhausted   no: told                    no: exhausted
 *                                                                                 yes: pause, again
 * ```
 *
 * The pause (`jitter.ts`) is on top of what the service asks for.
 */
import { retryChannel } from '../../diagnostics/layer-channels.ts'
import { isStorageError, type StorageError, type StorageErrorCode } from '../../errors.ts'
import { jitterMs } from '../../jitter.ts'
import type { Tries } from '../../lost-answer.ts'
import { Budget } from './budget.ts'
import type { RetrySettings } from './options.ts'
import { Pauses } from './pauses.ts'

const passing: ReadonlySet<StorageErrorCode> = new Set([
  ...(['UNAVAILABLE', 'TIMEOUT', 'RATE_LIMITED', 'LOCKED', 'CONFLICT'] as const),
])

/**
 * What may pass by itself. `LOCKED` and `CONFLICT` are refusals: the call did nothing, and its
 * condition, if it has one, is asked again. All of them only where the error says that it is
 * retryable: what an inner one has tried in vain is not tried here.
 */
export function isWorthRetry(error: StorageError): boolean {
  return error.retryable === 'yes' && passing.has(error.code)
}

/** What the calls of one layer share. */
export class RetryPolicy {
  readonly settings: RetrySettings
  readonly budget: Budget
  readonly #pauses: Pauses
  /** The backend's name, for events. */
  readonly #backend: string
  #retries = 0

  constructor(settings: RetrySettings, backend: string) {
    this.settings = settings
    this.budget = new Budget(settings.budgetTokens)
    this.#pauses = new Pauses(settings.clock)
    this.#backend = backend
  }

  /** Retries so far. */
  get retries(): number {
    return this.#retries
  }

  /** Ends all pauses. */
  close(): void {
    this.#pauses.close()
  }

  /** The tries of one call. */
  attempts(operation: string, signal: AbortSignal | undefined): Attempts {
    return new Attempts(this, operation, signal)
  }

  /** Publishes a retry that is going to be made, and waits until it is due. */
  async pause(attempt: number, delayMs: number, failed: FailedTry): Promise<void> {
    this.#retries++
    const { operation, error, signal } = failed
    if (retryChannel.hasSubscribers) {
      const { code } = error
      retryChannel.publish({ backend: this.#backend, operation, attempt, delayMs, code })
    }
    await this.#pauses.pause(delayMs, signal)
  }
}

interface FailedTry {
  readonly operation: string
  readonly error: StorageError
  readonly signal: AbortSignal | undefined
}

/** The tries of one call, or of one stretch of a body. */
export class Attempts implements Tries {
  readonly signal: AbortSignal | undefined
  readonly #policy: RetryPolicy
  readonly #operation: string
  #attempt = 1

  constructor(policy: RetryPolicy, operation: string, signal: AbortSignal | undefined) {
    this.#policy = policy
    this.#operation = operation
    this.signal = signal
  }

  async after(error: StorageError): Promise<StorageError | undefined> {
    const { settings, budget } = this.#policy
    if (!isWorthRetry(error)) {
      // The store knew what to say.
      if (error.retryable === 'no' && !isEnding(error)) this.answered()
      return error
    }
    const attempt = this.#attempt
    if (attempt >= settings.attemptsMax) {
      return exhausted(error, `tried ${attempt} ${attempt === 1 ? 'time' : 'times'}`)
    }
    const { retryAfterMs = 0 } = error
    if (retryAfterMs > settings.retryAfterMsMax) {
      return told(error, `it asks to wait ${retryAfterMs} ms, more than retryAfterMsMax`)
    }
    if (!budget.take(error.code)) {
      return exhausted(
        error,
        'not tried again, since the budget of retries is empty: too many calls fail; see what is ' +
          'wrong with the store, or raise budgetTokens',
      )
    }
    this.#attempt++
    const failed = { operation: this.#operation, error, signal: this.signal }
    await this.#policy.pause(attempt, this.#delayMs(attempt, retryAfterMs), failed)
    return undefined
  }

  answered(): void {
    this.#policy.budget.giveBack()
  }

  /** Something was achieved: what comes is a new beginning. */
  reset(): void {
    this.#attempt = 1
  }

  #delayMs(attempt: number, retryAfterMs: number): number {
    const { delayMs, delayMsMax, random } = this.#policy.settings
    return retryAfterMs + jitterMs(random, attempt - 1, delayMs, delayMsMax)
  }
}

/** Who ended a call, or the store, says nothing about how the store feels. */
function isEnding(error: StorageError): boolean {
  return isStorageError(error, 'ABORTED', 'CLOSED', 'UNAVAILABLE', 'TIMEOUT')
}

function exhausted(error: StorageError, why: string): StorageError {
  return error.with({ message: `${error.message}; ${why}`, retryable: 'exhausted' })
}

function told(error: StorageError, why: string): StorageError {
  return error.with({ message: `${error.message}; ${why}` })
}
