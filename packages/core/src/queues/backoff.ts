/**
 * Pauses that grow while nothing comes, with jitter, so that many consumers do not look at once.
 *
 * Invariant: each pause lies between half of its size and all of it, and no size is over its most.
 */
import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'

const idleDelayMsMin = 100
const errorDelayMsMin = 200
/** Longest pause between tries while the service errs. */
const errorDelayMsMax = 30_000

/** The pauses of one loop. */
export class Backoff {
  readonly #clock: Clock
  readonly #random: Random
  readonly #idleDelayMsMax: number
  #idleTurns = 0
  #errorTurns = 0

  constructor(clock: Clock, random: Random, idleDelayMsMax: number) {
    this.#clock = clock
    this.#random = random
    this.#idleDelayMsMax = idleDelayMsMax
  }

  /** There was something: the next pause is short again. */
  reset(): void {
    this.#idleTurns = 0
    this.#errorTurns = 0
  }

  /** Pauses after a look that found nothing. Ends with `signal`. */
  async afterNothing(signal: AbortSignal): Promise<void> {
    this.#errorTurns = 0
    await this.#pause(idleDelayMsMin, this.#idleTurns++, this.#idleDelayMsMax, signal)
  }

  /** Pauses after an error that may pass. Ends with `signal`. */
  async afterError(signal: AbortSignal): Promise<void> {
    await this.#pause(errorDelayMsMin, this.#errorTurns++, errorDelayMsMax, signal)
  }

  async #pause(firstMs: number, turns: number, mostMs: number, signal: AbortSignal): Promise<void> {
    const sizeMs = Math.min(mostMs, firstMs * 2 ** Math.min(turns, 20))
    try {
      await this.#clock.sleep(sizeMs * (0.5 + this.#random.next() / 2), signal)
    } catch {
      // The signal fired: whoever waits looks at it next.
    }
  }
}
