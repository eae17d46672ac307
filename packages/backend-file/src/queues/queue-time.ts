/**
 * Time for queues: never goes back, in no process that uses the database.
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
import type { Clock } from '@aos-storage/core'
import { foreverMs } from '@aos-storage/core/backend'
import type { Connection } from '../sqlite/connection.ts'

/** No time is kept to less: the stored time is written at most this often. */
const storedMsMin = 1000

export class QueueTime {
  readonly #clock: Clock
  /** Queue time less monotonic time. Only grows. */
  #aheadMs = -Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The time now, in ms since 1970. @param storedMs The time of the last stored change. */
  now(storedMs: number): number {
    const monotonicMs = this.#clock.monotonicMs()
    const latestMs = Math.max(this.#clock.now(), storedMs)
    this.#aheadMs = Math.max(this.#aheadMs, latestMs - monotonicMs)
    // A thousandth is more than the rounding of the sums above.
    return Math.floor(monotonicMs + this.#aheadMs + 0.001)
  }

  /** True when a change at `nowMs` has to store its time. */
  isDue(nowMs: number, storedMs: number): boolean {
    return nowMs >= storedMs + storedMsMin
  }

  /** A moment of the queues as one on the wall clock. @param nowMs The time of the queues. */
  toDate(ms: number, nowMs: number): Date {
    if (ms >= foreverMs) return new Date(foreverMs)
    // In whole seconds, or the rounding of two clocks would make a moment flicker.
    const wallAheadMs = Math.round((this.#clock.now() - nowMs) / 1000) * 1000
    return new Date(ms + wallAheadMs)
  }
}

/** The time that was stored last, by any process. */
export function latestMs(connection: Connection): number {
  const row = connection.prepare('SELECT latest_ms FROM clock WHERE id = 1').get()
  return (row as { latest_ms: number }).latest_ms
}

export function storeLatestMs(connection: Connection, nowMs: number): void {
  connection.prepare('UPDATE clock SET latest_ms = ? WHERE id = 1').run(nowMs)
}
