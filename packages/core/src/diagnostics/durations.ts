/**
 * Durations, kept twice: in a log-linear histogram for quantiles, and in the few fixed buckets by
 * which dashboards add up many processes.
 */
import { Histogram } from './histogram.ts'

/** Upper bounds of the fixed buckets, inclusive. What is longer counts only in the total. */
const boundsMs = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000]

/** Numbers of some durations. Quantiles are at most 3.2 % off, and 0 when there are none. */
export interface DurationSummary {
  readonly count: number
  readonly sumMs: number
  readonly meanMs: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  /** Exact. */
  readonly maxMs: number
  /** How many took at most `leMs`, for each bound, ascending. Exact. */
  readonly buckets: readonly { readonly leMs: number; readonly count: number }[]
}

/** Counts durations. About 4 KiB. */
export class Durations {
  #histogram = new Histogram()
  readonly #counts = new Float64Array(boundsMs.length + 1)

  add(durationMs: number): void {
    this.#histogram.add(durationMs)
    let at = 0
    while (at < boundsMs.length && durationMs > boundsMs[at]!) at++
    this.#counts[at] = this.#counts[at]! + 1
  }

  /** Counts what the other one counted, too. */
  absorb(other: Durations): void {
    this.#histogram.absorb(other.#histogram)
    other.#counts.forEach((count, at) => (this.#counts[at] = this.#counts[at]! + count))
  }

  reset(): void {
    this.#histogram = new Histogram()
    this.#counts.fill(0)
  }

  summary(): DurationSummary {
    const { count, sumMs, maxMs } = this.#histogram
    let seen = 0
    return {
      count,
      sumMs,
      meanMs: count === 0 ? 0 : sumMs / count,
      p50Ms: this.#histogram.quantileMs(0.5),
      p95Ms: this.#histogram.quantileMs(0.95),
      p99Ms: this.#histogram.quantileMs(0.99),
      maxMs,
      buckets: boundsMs.map((leMs, at) => ({ leMs, count: (seen += this.#counts[at]!) })),
    }
  }
}
