/** How long calls took: rate over all of them, and quantiles of each. */
import type { Clock } from '@aos-storage/core'

export interface Measured {
  readonly operation: string
  readonly objects: number
  readonly seconds: number
  readonly objectsPerSecond: number
  /** 0 where no bytes move. */
  readonly bytesPerSecond: number
  /** Of one call; of `list` of the whole listing. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number }
}

export class Measurement {
  readonly #operation: string
  readonly #clock: Clock
  readonly #durationsMs: number[] = []
  readonly #startMs: number

  constructor(operation: string, clock: Clock) {
    this.#operation = operation
    this.#clock = clock
    this.#startMs = clock.monotonicMs()
  }

  async time(call: () => Promise<unknown>): Promise<void> {
    const startMs = this.#clock.monotonicMs()
    await call()
    this.#durationsMs.push(this.#clock.monotonicMs() - startMs)
  }

  /** Ends it. @param objects Default: one for each call. */
  result(bytesOfEach: number, objects: number = this.#durationsMs.length): Measured {
    const seconds = Math.max(this.#clock.monotonicMs() - this.#startMs, 0.001) / 1000
    const sorted = this.#durationsMs.toSorted((a, b) => a - b)
    const objectsPerSecond = objects / seconds
    return {
      operation: this.#operation,
      ...{ objects, seconds, objectsPerSecond, bytesPerSecond: objectsPerSecond * bytesOfEach },
      latencyMs: {
        p50: quantile(sorted, 0.5),
        p95: quantile(sorted, 0.95),
        p99: quantile(sorted, 0.99),
      },
    }
  }
}

/** Nearest rank: the smallest value that so large a share is not above. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}
