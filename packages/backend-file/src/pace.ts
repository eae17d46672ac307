/**
 * Where a call to the operating system is made: here, or by the thread pool.
 *
 * A hop through the pool costs more than most calls on names, but some disks make one of them slow:
 * it writes data, or searches long. Such calls go to the pool, where they run side by side and stop
 * nobody, unless there is only one at a time (docs/decisions/0004).
 */
import type { Clock } from '@aos-storage/core'

/** What a hop through the pool costs at least, its way back included. */
const hopMsMin = 0.06
/** And at most: a slow disk is not quick because the machine is busy. */
const hopMsMax = 0.15
/** What a call counts for at most: one that was interrupted says little of the disk. */
const countedMsMax = 0.3
/** The weight of the last call in the average. */
const lastShare = 0.25
/** So many slow calls are left to the pool before one is made here, to tell how slow it is now. */
const pooledCalls = 31

export class Pace {
  readonly #clock: Clock
  #averageMs = 0
  /** To hand a call over: little, unless a sleeping thread must be woken, or takes our place. */
  #handoverMs = 0
  #pooled = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Makes a call here, and takes its time. */
  timed<T>(call: () => T): T {
    const startMs = this.#clock.monotonicMs()
    const result = call()
    const ms = this.#clock.monotonicMs() - startMs
    this.#averageMs = averaged(this.#averageMs, ms)
    const hopMs = Math.min(Math.max(hopMsMin, this.#handoverMs), hopMsMax)
    this.#pooled = this.#averageMs > hopMs ? pooledCalls : 0
    return result
  }

  /** Hands a call over to the pool, and takes the time that this takes. */
  handedOver<T>(call: () => T): T {
    const startMs = this.#clock.monotonicMs()
    const result = call()
    this.#handoverMs = averaged(this.#handoverMs, this.#clock.monotonicMs() - startMs)
    return result
  }

  /** True when the next call shall be made by the pool, unless it is alone. */
  get isPooled(): boolean {
    return this.#pooled > 0
  }

  /** True when the next call shall be made by the pool. Counts it. */
  takePooled(isAlone: boolean): boolean {
    if (isAlone || !this.isPooled) return false
    this.#pooled--
    return true
  }
}

function averaged(averageMs: number, ms: number): number {
  return averageMs + (Math.min(ms, countedMsMax) - averageMs) * lastShare
}
