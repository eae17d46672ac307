/**
 * The share of failures among the calls of the last seconds, in ten slices of time.
 *
 * cockatiel's own `SamplingBreaker` goes on by one slice per call: after a quiet hour it still
 * counts the failures from before. This one forgets by the clock, whether calls come or not.
 *
 * Invariant: what counts is younger than `samplingMs`, and not older than nine tenths of it is
 * forgotten.
 */
import type { Clock } from '@aos-storage/core/backend'
import { CircuitState } from 'cockatiel'
import type { Tally } from './tally.ts'

const slices = 10

export class FailureRatio implements Tally {
  /** Of cockatiel's interface, which can keep a breaker between processes; this one does not. */
  state: unknown
  readonly #ratio: number
  readonly #sliceMs: number
  readonly #callsMin: number
  readonly #clock: Clock
  /** Which slice of time each place holds, and what was counted in it. */
  readonly #slice = new Float64Array(slices).fill(-Infinity)
  readonly #well = new Float64Array(slices)
  readonly #failed = new Float64Array(slices)

  constructor(ratio: number, samplingMs: number, callsMin: number, clock: Clock) {
    this.#ratio = ratio
    this.#sliceMs = samplingMs / slices
    this.#callsMin = callsMin
    this.#clock = clock
  }

  get failures(): number {
    return this.#count(this.#failed)
  }

  success(state: CircuitState): void {
    if (state === CircuitState.HalfOpen) this.reset()
    else this.#add(this.#well)
  }

  failure(state: CircuitState): boolean {
    this.#add(this.#failed)
    if (state !== CircuitState.Closed) return true
    const failed = this.failures
    const calls = failed + this.#count(this.#well)
    return calls >= this.#callsMin && failed >= this.#ratio * calls
  }

  reset(): void {
    this.#slice.fill(-Infinity)
  }

  #add(counts: Float64Array): void {
    const now = this.#now()
    const place = now % slices
    if (this.#slice[place] !== now) {
      this.#slice[place] = now
      this.#well[place] = 0
      this.#failed[place] = 0
    }
    counts[place] = counts[place]! + 1
  }

  #count(counts: Float64Array): number {
    const oldest = this.#now() - slices + 1
    return counts.reduce((sum, count, place) => {
      return this.#slice[place]! >= oldest ? sum + count : sum
    }, 0)
  }

  #now(): number {
    return Math.floor(this.#clock.monotonicMs() / this.#sliceMs)
  }
}
