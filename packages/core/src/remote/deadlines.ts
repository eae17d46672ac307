/**
 * Ends what takes too long, with one timer for all that runs: a timer with its signal and listener
 * for each request costs more than all else that a small request costs us.
 *
 * ```
 * start ......... start .... end .............. due
 *   |--- look ---|--- look ---|--- look ---|-- look --> onLate
 * ```
 *
 * Invariants: nothing ends early, and nothing late, since no limit is shorter than a look is apart.
 * The timer ends by itself when nothing runs, so that it keeps no process alive for longer than
 * {@link lookMsMax}; after `endSoon`, as at the close of a store, with the last that runs.
 */
import type { Clock } from '../clock.ts'

/** Longest time between two looks. */
const lookMsMax = 100

/** Something that runs, as `start` gave it and `end` takes it. */
export interface Deadline {
  readonly dueMs: number
  readonly onLate: () => void
}

/** Made once: an abort without a reason makes an error, with its stack. */
const closed = new Error('Nothing runs any more')

/** All that runs of one store, each with its own limit. */
export class Deadlines {
  readonly #clock: Clock
  readonly #lookMs: number
  readonly #running = new Set<Deadline>()
  #watch: AbortController | undefined
  #endsSoon = false

  /** @param limitMsMin The shortest limit that will come. */
  constructor(clock: Clock, limitMsMin: number) {
    this.#clock = clock
    this.#lookMs = Math.min(lookMsMax, limitMsMin)
  }

  /** Calls `onLate` once after `limitMs`, unless it was ended before. */
  start(limitMs: number, onLate: () => void): Deadline {
    const deadline = { dueMs: this.#clock.monotonicMs() + limitMs, onLate }
    this.#running.add(deadline)
    if (this.#watch === undefined) {
      this.#watch = new AbortController()
      void this.#look(this.#watch)
    }
    return deadline
  }

  /** It ended in time. */
  end(deadline: Deadline): void {
    this.#running.delete(deadline)
    if (this.#endsSoon) this.#endIdle()
  }

  /** From now on the timer ends with the last that runs, and not at its next look. */
  endSoon(): void {
    this.#endsSoon = true
    this.#endIdle()
  }

  #endIdle(): void {
    if (this.#running.size > 0) return
    this.#watch?.abort(closed)
    this.#watch = undefined
  }

  /** Forgets all that runs; ends the timer at once. */
  close(): void {
    this.#running.clear()
    this.#watch?.abort(closed)
    this.#watch = undefined
  }

  async #look(watch: AbortController): Promise<void> {
    try {
      while (this.#running.size > 0) {
        await this.#clock.sleep(this.#nextMs(), watch.signal)
        this.#endLate()
      }
    } catch {
      // Closed.
    }
    if (this.#watch === watch) this.#watch = undefined
  }

  #nextMs(): number {
    const nowMs = this.#clock.monotonicMs()
    let nextMs = this.#lookMs
    for (const { dueMs } of this.#running) nextMs = Math.min(nextMs, dueMs - nowMs)
    return Math.max(0, nextMs)
  }

  #endLate(): void {
    const nowMs = this.#clock.monotonicMs()
    for (const deadline of this.#running) {
      if (deadline.dueMs > nowMs) continue
      this.#running.delete(deadline)
      deadline.onLate()
    }
  }
}
