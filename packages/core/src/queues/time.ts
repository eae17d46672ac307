/**
 * Time for queues that keep their messages themselves, in memory or in a database: never goes back,
 * in no process that shares them.
 *
 * Visibility, delay and expiry are moments. On a wall clock that an administrator or NTP sets back
 * by an hour, what was visible would be hidden for that hour, and what is held would be held for
 * an hour more. So moments are kept on a time of the queues' own: the latest wall time that any
 * process has seen, and from there on as fast as the monotonic clock goes.
 *
 * ```
 * wall     10:00 ── 10:05 │ 09:05 ── 09:10          set back by an hour
 * queues   10:00 ── 10:05 │ 10:05 ── 10:10          goes on; told as 09:05 ── 09:10
 * ```
 *
 * A step forward is followed at once: a laptop that slept has slept. Moments that callers see are
 * on their wall clock: `visibleAt` is as far from their now as it really is.
 */
import type { Clock } from '../clock.ts'
import { foreverMs } from './limits.ts'

/** The time of the queues in one process. */
export class QueueTime {
  readonly #clock: Clock
  /** Queue time less monotonic time. Only grows. */
  #aheadMs = -Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The time now, in ms since 1970. @param storedMs Of the last change that was stored. */
  now(storedMs: number = -Infinity): number {
    const monotonicMs = this.#clock.monotonicMs()
    const latestMs = Math.max(this.#clock.now(), storedMs)
    this.#aheadMs = Math.max(this.#aheadMs, latestMs - monotonicMs)
    // A thousandth is more than the rounding of the sums above.
    return Math.floor(monotonicMs + this.#aheadMs + 0.001)
  }

  /** A moment of the queues as one on the wall clock. @param nowMs The time of the queues. */
  toDate(ms: number, nowMs: number): Date {
    if (ms >= foreverMs) return new Date(foreverMs)
    // In whole seconds, or the rounding of two clocks would make a moment flicker.
    const wallAheadMs = Math.round((this.#clock.now() - nowMs) / 1000) * 1000
    return new Date(ms + wallAheadMs)
  }
}
