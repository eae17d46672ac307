/**
 * Permits for operations under way, and the callers who wait for one.
 *
 * ```
 * enter --- a permit is free, and nobody waits ------> under way --- leave ---> the first waiter
 *    '----- none is free ---> waits, first come, first served ----'
 *                               '--- signal, waitMsMax, close: gone, without a permit
 *           queueMax wait already ---> RATE_LIMITED
 * ```
 *
 * Invariant: never more under way than the limit was when the last of them began, and nobody passes
 * a waiter. A permit is counted when it is granted, so that no newcomer can take it in between.
 */
import type { Clock } from '../../clock.ts'
import { StorageError, type StorageErrorDetails } from '../../errors.ts'
import { abortError } from '../../options.ts'

/** What bounds the wait. */
export interface PermitOptions {
  readonly queueMax: number
  readonly waitMsMax: number
  readonly clock: Clock
  /** The limit as it is now. */
  readonly limit: () => number
}

interface Waiter {
  readonly grant: () => void
  readonly refuse: (error: StorageError) => void
}

/** No advice to come back later is longer. */
const retryAfterMsMax = 60_000
/** How long a permit is held, as long as nobody knows. */
const holdMsUnknown = 100
/** Share of the newest hold in the mean. */
const holdWeight = 0.1

export class Permits {
  readonly #options: PermitOptions
  /** In the order in which they came. One that goes costs no search. */
  readonly #waiters = new Set<Waiter>()
  #underWay = 0
  #rejected = 0
  #holdMs: number | undefined
  #isClosed = false

  constructor(options: PermitOptions) {
    this.#options = options
  }

  get underWay(): number {
    return this.#underWay
  }

  get waiting(): number {
    return this.#waiters.size
  }

  /** Callers who got no permit: the queue was full, or they had waited long enough. */
  get rejected(): number {
    return this.#rejected
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** True: the next caller is refused. */
  get isFull(): boolean {
    return this.#underWay >= this.#options.limit() && this.waiting >= this.#options.queueMax
  }

  /**
   * Resolves with a permit; `leave` gives it back.
   *
   * @throws StorageError `RATE_LIMITED`, `ABORTED`, `CLOSED`; there is no permit then.
   */
  enter(signal: AbortSignal | undefined, place: StorageErrorDetails): Promise<void> | undefined {
    // Those who wait go first: the limit may have risen by itself since somebody left. After that
    // nobody waits, or no permit is free.
    this.#grant()
    if (this.#underWay < this.#options.limit()) {
      this.#underWay++
      return undefined
    }
    if (signal?.aborted === true) throw abortError(signal)
    if (this.waiting >= this.#options.queueMax) {
      throw this.#rejection(
        `${this.#underWay} operations are under way and ${this.waiting} wait, as many as ` +
          'concurrency() allows; do it again later, or fewer at once',
        place,
      )
    }
    return this.#wait(signal, place)
  }

  /** @param heldMs How long the permit was held. */
  leave(heldMs: number): void {
    const before = this.#holdMs ?? heldMs
    this.#holdMs = before + holdWeight * (heldMs - before)
    this.#underWay--
    this.#grant()
  }

  /** Ends all waits with `CLOSED`. What is under way leaves as it ends. */
  close(place: StorageErrorDetails): void {
    this.#isClosed = true
    for (const waiter of this.#waiters) {
      waiter.refuse(new StorageError('CLOSED', 'The store was closed while this waited', place))
    }
  }

  #wait(signal: AbortSignal | undefined, place: StorageErrorDetails): Promise<void> {
    const { waitMsMax, clock } = this.#options
    return new Promise((resolve, reject) => {
      const over = new AbortController()
      const end = (): void => {
        this.#waiters.delete(waiter)
        signal?.removeEventListener('abort', onAbort)
        over.abort()
      }
      const waiter: Waiter = {
        grant() {
          end()
          resolve()
        },
        refuse(error) {
          end()
          reject(error)
        },
      }
      const onAbort = (): void => waiter.refuse(abortError(signal!))
      const onLate = (): void => {
        // It may have got its permit while the timer's own turn was on its way.
        if (!this.#waiters.has(waiter)) return
        const permits = `${this.#options.limit()} permits of concurrency()`
        const message = `Waited ${waitMsMax} ms for one of ${permits}; do it again later`
        waiter.refuse(this.#rejection(message, place))
      }
      this.#waiters.add(waiter)
      signal?.addEventListener('abort', onAbort, { once: true })
      clock.sleep(waitMsMax, over.signal).then(onLate, () => undefined)
    })
  }

  #grant(): void {
    for (const waiter of this.#waiters) {
      if (this.#underWay >= this.#options.limit()) return
      this.#underWay++
      waiter.grant()
    }
  }

  #rejection(message: string, place: StorageErrorDetails): StorageError {
    this.#rejected++
    // When those who wait now have been served.
    const turns = (this.waiting + 1) / this.#options.limit()
    const afterMs = Math.ceil(turns * (this.#holdMs ?? holdMsUnknown))
    const retryAfterMs = Math.min(retryAfterMsMax, Math.max(1, afterMs))
    return new StorageError('RATE_LIMITED', message, { ...place, retryAfterMs, isUnsent: true })
  }
}
