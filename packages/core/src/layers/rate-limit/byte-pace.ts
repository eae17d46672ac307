/**
 * The pace of bodies, in bytes a second.
 *
 * A chunk passes at once when all before it are paid for; what it costs is paid by those after it.
 * So a chunk of any size passes, none waits for more than the bytes before it, and over time no
 * more pass than the pace allows. Bounded: while the debt is too large no new body is let in, nor
 * the first chunk of one that was let in beside others.
 */
import type { Clock } from '../../clock.ts'
import { StorageError } from '../../errors.ts'
import { throwIfAborted } from '../../options.ts'

const closed = new Error('The store was closed')

/** The pace of all bodies of a layer, in either direction. */
export class BytePace {
  readonly #clock: Clock
  readonly #bytesPerSecond: number
  readonly #waitMsMax: number
  readonly #running = new Set<AbortController>()
  /** When all that has passed is paid for. */
  #paidMs = 0
  #isClosed = false

  constructor(clock: Clock, bytesPerSecond: number, waitMsMax: number) {
    this.#clock = clock
    this.#bytesPerSecond = bytesPerSecond
    this.#waitMsMax = waitMsMax
  }

  /**
   * @param isUnsent The store has not seen the call.
   * @throws StorageError `RATE_LIMITED` when the bytes under way are too many already.
   */
  assertBearable(isUnsent: boolean): void {
    const waitMs = Math.ceil(this.#waitMs())
    if (waitMs <= this.#waitMsMax || this.#isClosed) return
    throw new StorageError(
      'RATE_LIMITED',
      `Too many bytes for ${this.#bytesPerSecond} a second: a body would begin in ${waitMs} ms; ` +
        'raise bytesPerSecond or waitMsMax of rateLimit, or try again later',
      { retryAfterMs: waitMs, ...(isUnsent && { isUnsent }) },
    )
  }

  /** Counts bytes that pass; gives when they may, in milliseconds from now. */
  book(bytes: number): number {
    const waitMs = this.#waitMs()
    this.#paidMs = this.#clock.monotonicMs() + waitMs + this.#costMs(bytes)
    return waitMs
  }

  /**
   * Waits until bytes may pass.
   *
   * @throws StorageError `ABORTED` when a signal fires, `CLOSED` when the store is closed.
   */
  async pass(bytes: number, ...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
    for (const signal of signals) throwIfAborted(signal)
    const waitMs = this.book(bytes)
    if (waitMs === 0 || this.#isClosed) return
    const controller = new AbortController()
    const end = (): void => controller.abort(closed)
    this.#running.add(controller)
    for (const signal of signals) signal?.addEventListener('abort', end, { once: true })
    try {
      await this.#clock.sleep(waitMs, controller.signal)
    } catch (error) {
      // They did not pass.
      this.#paidMs -= this.#costMs(bytes)
      for (const signal of signals) throwIfAborted(signal)
      if (!controller.signal.aborted) throw error
      throw new StorageError('CLOSED', 'The store was closed while a body waited; open it again')
    } finally {
      for (const signal of signals) signal?.removeEventListener('abort', end)
      this.#running.delete(controller)
    }
  }

  #waitMs(): number {
    return Math.max(0, this.#paidMs - this.#clock.monotonicMs())
  }

  #costMs(bytes: number): number {
    return (bytes * 1000) / this.#bytesPerSecond
  }

  /** Ends all that waits. */
  close(): void {
    this.#isClosed = true
    for (const controller of this.#running) controller.abort(closed)
  }
}
