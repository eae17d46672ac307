/**
 * Turns of calls: so many a second, in the order in which they came.
 *
 * ```
 * call --- a token is there, nobody waits ----> its turn
 *      --- else, and the wait is bearable ----> queue --- its token comes --> its turn
 *      |                                              --- signal, close ---> ABORTED, CLOSED
 *      `-- queue full, or the wait too long --> RATE_LIMITED, and when to come again
 * ```
 *
 * Invariants: no call overtakes another; of a second's window no more than the burst and a second's
 * tokens pass; a waiter that leaves gives its place to those behind it; one timer for all.
 */
import type { Clock } from '../../clock.ts'
import { StorageError } from '../../errors.ts'
import { abortError, throwIfAborted } from '../../options.ts'

/** How many calls may pass, and wait. */
export interface TurnLimits {
  readonly clock: Clock
  readonly operationsPerSecond: number
  readonly burst: number
  readonly waitMsMax: number
  readonly queueMax: number
}

interface Waiter {
  readonly admit: () => void
  readonly refuse: (error: StorageError) => void
}

/** Made once: an abort without a reason makes an error, with its stack. */
const over = new Error('Nobody waits any more')

/** What a token may be short of when its time has come: clocks count in fractions. */
const tokenRest = 1e-6

/** The turns of one layer. */
export class Turns {
  readonly #limits: TurnLimits
  /** In the order in which they came. */
  readonly #waiters = new Set<Waiter>()
  #tokens: number
  #filledMs: number
  #timer: AbortController | undefined
  #refused = 0
  #isClosed = false

  constructor(limits: TurnLimits) {
    this.#limits = limits
    this.#tokens = limits.burst
    this.#filledMs = limits.clock.monotonicMs()
  }

  get waiting(): number {
    return this.#waiters.size
  }

  /** Calls so far that were refused. */
  get refused(): number {
    return this.#refused
  }

  /** Waits for a turn; at once when there is one. @throws StorageError as above. */
  async take(signal: AbortSignal | undefined): Promise<void> {
    throwIfAborted(signal)
    // The store says itself that it is closed.
    if (this.#isClosed) return
    this.#fill()
    if (this.#waiters.size === 0 && this.#pay()) return
    this.#assertBearable()
    await this.#wait(signal)
  }

  /** Ends all waiters with `CLOSED`. */
  close(): void {
    this.#isClosed = true
    const message = 'The store was closed while this call waited for its turn; open it again'
    for (const waiter of this.#waiters) waiter.refuse(new StorageError('CLOSED', message))
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiters.delete(waiter)
        signal?.removeEventListener('abort', onAbort)
        if (this.#waiters.size > 0) return
        this.#timer?.abort(over)
        this.#timer = undefined
      }
      const waiter: Waiter = {
        admit: () => {
          leave()
          resolve()
        },
        refuse: (error) => {
          leave()
          reject(error)
        },
      }
      const onAbort = (): void => waiter.refuse(abortError(signal!))
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiters.add(waiter)
      if (this.#timer === undefined) {
        this.#timer = new AbortController()
        void this.#admitInTurn(this.#timer.signal)
      }
    })
  }

  /** Runs as long as somebody waits. */
  async #admitInTurn(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        await this.#limits.clock.sleep(this.#tokenMs(1), signal)
        this.#fill()
        for (const waiter of this.#waiters) {
          if (!this.#pay()) break
          waiter.admit()
        }
      }
    } catch {
      // Nobody waits any more.
    }
  }

  #fill(): void {
    const { clock, operationsPerSecond, burst } = this.#limits
    const nowMs = clock.monotonicMs()
    const come = ((nowMs - this.#filledMs) * operationsPerSecond) / 1000
    this.#tokens = Math.min(burst, this.#tokens + come)
    this.#filledMs = nowMs
  }

  #pay(): boolean {
    if (this.#tokens < 1 - tokenRest) return false
    this.#tokens = Math.max(0, this.#tokens - 1)
    return true
  }

  /** Until there are so many tokens, which may be more than the bucket holds at once. */
  #tokenMs(count: number): number {
    const missing = Math.max(0, count - this.#tokens)
    return Math.ceil((missing * 1000) / this.#limits.operationsPerSecond)
  }

  #assertBearable(): void {
    const { waitMsMax, queueMax, operationsPerSecond } = this.#limits
    const waitMs = this.#tokenMs(this.#waiters.size + 1)
    const isFull = this.#waiters.size >= queueMax
    if (!isFull && waitMs <= waitMsMax) return
    this.#refused++
    const why = isFull
      ? `${queueMax} calls wait already; raise operationsPerSecond or queueMax of rateLimit`
      : `its turn comes in ${waitMs} ms; raise operationsPerSecond or waitMsMax of rateLimit`
    throw new StorageError(
      'RATE_LIMITED',
      `Too many calls for ${operationsPerSecond} a second: ${why}, or try again later`,
      { retryAfterMs: waitMs, isUnsent: true },
    )
  }
}
