/** Doing the same again, where that may help: `retryable: 'yes'`, after a pause. */
import type { Clock } from '../clock.ts'
import { isStorageError, StorageError } from '../errors.ts'
import { jitterMs } from '../jitter.ts'
import { abortError } from '../options.ts'
import type { Random } from '../random.ts'
import { writeDelayMs, writeDelayMsMax } from '../write-once.ts'

/** No store makes a migration wait longer than this between two tries. */
const retryAfterMsMax = 60_000

export interface RetryTools {
  readonly attempts: number
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
}

export class Retry {
  readonly #tools: RetryTools

  constructor(tools: RetryTools) {
    this.#tools = tools
  }

  /** @throws StorageError of the last try; `ABORTED` once the signal fired. */
  async run<T>(work: (attempt: number) => Promise<T>): Promise<T> {
    const { attempts, signal } = this.#tools
    for (let attempt = 1; ; attempt++) {
      try {
        return await work(attempt)
      } catch (cause) {
        if (signal.aborted) throw abortError(signal)
        const error = told(cause)
        if (error.retryable !== 'yes' || attempt >= attempts) throw error
        await this.#pause(attempt, error)
      }
    }
  }

  async #pause(attempt: number, { retryAfterMs = 0 }: StorageError): Promise<void> {
    const { clock, random, signal } = this.#tools
    const ownMs = jitterMs(random, attempt, writeDelayMs, writeDelayMsMax)
    const delayMs = Math.max(ownMs, Math.min(retryAfterMs, retryAfterMsMax))
    try {
      await clock.sleep(delayMs, signal)
    } catch (error) {
      throw signal.aborted ? abortError(signal) : error
    }
  }
}

/** What a backend threw, as the contract has it. A mistake in the program stays one. */
export function told(error: unknown): StorageError {
  if (isStorageError(error)) return error
  if (error instanceof TypeError && error.cause === undefined) throw error
  const message = 'A store failed in a way that it does not explain; see cause'
  return new StorageError('UNAVAILABLE', message, { cause: error, retryable: 'no' })
}
