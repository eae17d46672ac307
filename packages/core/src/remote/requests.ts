/**
 * Requests to a service: tried again when that may help, each within its time, ended by the
 * caller's signal and by close.
 *
 * The SDKs' own retries are to be off: some know neither `Retry-After` nor 429, they wait on timers
 * of their own, and send a conditional write twice without telling.
 *
 * ```
 * try ---> answer ------------------------------------------------------> given
 *     ---> lost, busy, late --> pause (Retry-After, or random) --> try again
 *                          `--> last try --> exhausted, or an open outcome
 *     ---> refused --> onRefused(error, lost): was it our own, sent before?
 * ```
 */
import type { Clock } from '../clock.ts'
import { StorageError } from '../errors.ts'
import { jitterMs } from '../jitter.ts'
import { abortError } from '../options.ts'
import type { Random } from '../random.ts'
import { isConditional, openOutcome } from '../write-once.ts'
import { Deadlines } from './deadlines.ts'
import {
  closedError,
  type FailureFacts,
  type Failures,
  isProgramError,
  type Place,
  placed,
} from './failures.ts'

/** How patient requests are. */
export interface Patience {
  /** Tries, the first included. */
  readonly attemptsMax: number
  readonly retryDelayMs: number
  readonly retryDelayMsMax: number
  /** Time of one try, plus a second for each 128 KiB of body. */
  readonly requestMsMax: number
}

/** One request and what is known about it. */
export interface Request<T> extends Place {
  /**
   * Sends it. The signal ends this try; it may outlive it, for a body that is still read. `lost` is
   * the failure of an earlier try that may have been carried out.
   */
  readonly send: (signal: AbortSignal, lost: StorageError | undefined) => Promise<T>
  readonly signal?: AbortSignal | undefined
  /** Of the body that is sent, for the time that a try may take. */
  readonly bytes?: number | undefined
  /** Refused when sent twice, because it meets itself: then a lost answer leaves it open. */
  readonly conditions?: { readonly ifMatch?: unknown; readonly ifNoneMatch?: unknown } | undefined
  /**
   * Asked about a refusal: gives the answer after all, or throws. `lost` is the failure of an
   * earlier try that may have been carried out.
   */
  readonly onRefused?:
    | ((error: StorageError, lost: StorageError | undefined) => Promise<T>)
    | undefined
}

/** Passes a second for each of these bytes: about 1 Mbit/s. */
const bytesPerSecondMin = 128 * 1024

/** Nothing of these reached the service. */
const unsentCodes: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])

/** The requests of one store. */
export class Requests {
  readonly #patience: Patience
  readonly #failures: Failures
  readonly #clock: Clock
  readonly #random: Random
  readonly #deadlines: Deadlines
  readonly #running = new Set<AbortController>()
  #isClosed = false

  constructor(patience: Patience, failures: Failures, clock: Clock, random: Random) {
    this.#patience = patience
    this.#failures = failures
    this.#clock = clock
    this.#random = random
    this.#deadlines = new Deadlines(clock, patience.requestMsMax)
  }

  /** True after `close`. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Ends what is running with `CLOSED`, and refuses what comes. */
  close(): void {
    this.#isClosed = true
    this.#deadlines.close()
    for (const controller of this.#running) controller.abort()
    this.#running.clear()
  }

  /**
   * Sends a request, again where that may help.
   *
   * @throws StorageError as the table of errors says; retryable `'exhausted'` after the last try;
   * with an open outcome when a conditional change may have been made without our knowing.
   */
  async send<T>(request: Request<T>): Promise<T> {
    let lost: StorageError | undefined
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#attempt(request, lost)
      if ('answer' in outcome) return outcome.answer
      const { error, facts } = outcome
      const mayHelp = this.#isWorthRetry(error)
      if (mayHelp && mayBeDone(error, facts)) lost = error
      if (facts?.isResent === true) lost ??= error
      if (error.code === 'ABORTED' || error.code === 'CLOSED') throw error
      if (!mayHelp && request.onRefused !== undefined) return request.onRefused(error, lost)
      const delayMs = this.#delayMs(attempt, facts)
      if (!mayHelp || attempt >= this.#patience.attemptsMax || delayMs === undefined) {
        throw settled(error, request, lost, mayHelp)
      }
      await this.#pause(delayMs, request)
    }
  }

  /** Waits as before try `attempt + 1`, for those who do something greater again. */
  rest(attempt: number, request: Pick<Request<unknown>, 'signal'>): Promise<void> {
    return this.#pause(this.#delayMs(attempt, undefined) ?? 0, request)
  }

  async #attempt<T>(request: Request<T>, lost: StorageError | undefined): Promise<Attempt<T>> {
    const { signal } = request
    const ended = this.#ended(request)
    if (ended !== undefined) return { error: ended }
    const controller = new AbortController()
    const end = (): void => controller.abort()
    let isLate = false
    const deadline = this.#deadlines.start(this.#limitMs(request), () => {
      isLate = true
      end()
    })
    this.#running.add(controller)
    signal?.addEventListener('abort', end, { once: true })
    try {
      return { answer: await untilFired(request.send(controller.signal, lost), controller.signal) }
    } catch (thrown) {
      const endedNow = this.#ended(request)
      if (endedNow !== undefined) return { error: endedNow }
      if (isLate) return { error: placed(this.#lateError(request), request) }
      if (isProgramError(thrown)) throw thrown
      const error = this.#failures.toStorageError(thrown, request)
      const facts = this.#failures.factsOf(thrown)
      const { retryAfterMs } = facts
      return { error: retryAfterMs === undefined ? error : error.with({ retryAfterMs }), facts }
    } finally {
      signal?.removeEventListener('abort', end)
      this.#running.delete(controller)
      this.#deadlines.end(deadline)
    }
  }

  /** Why the request may not go on: the store was closed, or the caller's signal fired. */
  #ended(request: Request<unknown>): StorageError | undefined {
    if (this.#isClosed) return placed(closedError(this.#failures.service), request)
    const { signal } = request
    return signal?.aborted === true ? placed(abortError(signal), request) : undefined
  }

  #limitMs({ bytes = 0 }: Request<unknown>): number {
    return this.#patience.requestMsMax + Math.ceil((bytes * 1000) / bytesPerSecondMin)
  }

  #lateError(request: Request<unknown>): StorageError {
    const { service } = this.#failures
    const limitMs = this.#limitMs(request)
    return new StorageError(
      'TIMEOUT',
      `${service} did not answer within ${limitMs} ms; try again, or raise requestMsMax`,
    )
  }

  /** What somebody holds (`LOCKED`), or is being deleted, takes longer than a few tries. */
  #isWorthRetry(error: StorageError): boolean {
    if (error.retryable !== 'yes') return false
    if (!['UNAVAILABLE', 'RATE_LIMITED', 'TIMEOUT'].includes(error.code)) return false
    if (error.cause === undefined) return true
    return this.#failures.isLasting?.(this.#failures.factsOf(error.cause)) !== true
  }

  /** Undefined when the service asks for more patience than we have. */
  #delayMs(attempt: number, facts: FailureFacts | undefined): number | undefined {
    const { retryDelayMs, retryDelayMsMax } = this.#patience
    const delayMs = jitterMs(this.#random, attempt - 1, retryDelayMs, retryDelayMsMax)
    const { retryAfterMs } = facts ?? {}
    if (retryAfterMs === undefined) return delayMs
    return retryAfterMs > retryDelayMsMax ? undefined : retryAfterMs + delayMs
  }

  async #pause(delayMs: number, request: Pick<Request<unknown>, 'signal'>): Promise<void> {
    const { signal } = request
    const controller = new AbortController()
    const end = (): void => controller.abort()
    this.#running.add(controller)
    signal?.addEventListener('abort', end, { once: true })
    try {
      await this.#clock.sleep(delayMs, controller.signal)
    } catch (thrown) {
      if (!controller.signal.aborted) throw thrown
    } finally {
      signal?.removeEventListener('abort', end)
      this.#running.delete(controller)
    }
  }
}

type Attempt<T> =
  | { readonly answer: T }
  | { readonly error: StorageError; readonly facts?: FailureFacts }

/** True when the service may have carried the request out all the same. */
function mayBeDone(error: StorageError, facts: FailureFacts | undefined): boolean {
  if (error.code === 'RATE_LIMITED') return false
  if (facts === undefined) return true
  const { status, code } = facts
  // A refusal settles it, also one that is worth another try.
  if (status !== undefined) return status >= 500 && status !== 503
  return !unsentCodes.has(code)
}

/** Ends when the signal fires, whatever it is that the request waits for by then. */
function untilFired<T>(sent: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onFired = (): void => reject(new Error('The request was ended'))
    sent.then(resolve, reject).finally(() => signal.removeEventListener('abort', onFired))
    if (signal.aborted) onFired()
    else signal.addEventListener('abort', onFired, { once: true })
  })
}

function settled(
  error: StorageError,
  request: Request<unknown>,
  lost: StorageError | undefined,
  mayHelp: boolean,
): StorageError {
  if (lost !== undefined && isConditional(request.conditions))
    return openOutcome(error, request.key)
  return mayHelp ? error.with({ retryable: 'exhausted' }) : error
}
