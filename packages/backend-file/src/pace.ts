/**
 * Where a call to the operating system is made: here, or by the thread pool.
 *
 * A hop through the pool costs more than most calls on names, but some disks make one of them slow:
 * it writes data, or searches long. Such calls go to the pool, where they run side by side and stop
 * nobody, unless there is only one at a time (docs/decisions/0004).
 */
import type { Clock } from '@aos-storage/core'

/** About what a hop through the pool costs. */
const quickMsMax = 0.06
/** The weight of the last call in the average. */
const lastShare = 0.25
/** So many slow calls are left to the pool before one is made here, to tell how slow it is now. */
const pooledCalls = 31

export class Pace {
  readonly #clock: Clock
  #averageMs = 0
  #pooled = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Makes a call here, and takes its time. */
  timed<T>(call: () => T): T {
    const startMs = this.#clock.monotonicMs()
    const result = call()
    const ms = this.#clock.monotonicMs() - startMs
    this.#averageMs += (ms - this.#averageMs) * lastShare
    this.#pooled = this.#averageMs > quickMsMax ? pooledCalls : 0
    return result
  }

  /** True when the next call shall be made by the pool. Counts it. */
  takePooled(isAlone: boolean): boolean {
    if (isAlone || this.#pooled === 0) return false
    this.#pooled--
    return true
  }
}
