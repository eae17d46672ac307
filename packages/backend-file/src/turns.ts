/**
 * Turns on the event loop. An operation that the kernel answers from memory never waits, so a
 * program that does one after the other would keep timers and sockets from ever being served.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '@aos-storage/core'

/** How long operations go on before others get their turn. */
const turnMsMax = 5

export class Turns {
  readonly #clock: Clock
  #begunMs: number
  #next: Promise<void> | undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.#begunMs = clock.monotonicMs()
  }

  /** What to wait for before an operation is told as done; undefined while the turn is young. */
  end(): Promise<void> | undefined {
    if (this.#next === undefined && this.#clock.monotonicMs() - this.#begunMs < turnMsMax) {
      return undefined
    }
    this.#next ??= this.#pass()
    return this.#next
  }

  async #pass(): Promise<void> {
    await nextTurn()
    this.#begunMs = this.#clock.monotonicMs()
    this.#next = undefined
  }
}
