/**
 * What an operation takes when the store has nothing else to do: the latency that others are
 * compared with.
 *
 * It is the median of calls that began when hardly any were under way. Where traffic is low such
 * calls come by themselves; where it is high the limit goes down for them ("measuring"). It falls
 * as soon as a whole window of calls under load was faster; and is measured again at once when that
 * was much faster, as after an outage in whose midst it was measured.
 */

/** Calls that make a measurement, of all operations together. */
const samplesMin = 10
/** Calls of one operation, without which its old latency is kept. */
const ownSamplesMin = 3
/** Calls of one operation in a window, of which the median is believed. */
const windowSamplesMin = 10
/** A window under load that is so much faster than without load: what was measured is not true. */
const doubtRatio = 0.8

export class Baseline {
  readonly #lifeMs: number
  readonly #latencyMs = new Map<string, number>()
  #alone = new Map<string, number[]>()
  #aloneCount = 0
  #measuredMs = -Infinity

  /** @param lifeMs How long a measurement is believed. */
  constructor(lifeMs: number) {
    this.#lifeMs = lifeMs
  }

  isOld(nowMs: number): boolean {
    return nowMs - this.#measuredMs >= this.#lifeMs
  }

  /** Undefined for an operation that was not measured yet. */
  latencyMsOf(operation: string): number | undefined {
    return this.#latencyMs.get(operation)
  }

  /** Begins to collect anew. */
  forgetSamples(): void {
    this.#alone = new Map()
    this.#aloneCount = 0
  }

  /** Believes what it has for as long again. */
  renew(nowMs: number): void {
    this.forgetSamples()
    this.#measuredMs = nowMs
  }

  /** Takes the latency of a call that was alone. True when this completed a measurement. */
  addAlone(operation: string, latencyMs: number, nowMs: number): boolean {
    const samples = this.#alone.get(operation) ?? []
    samples.push(latencyMs)
    this.#alone.set(operation, samples)
    this.#aloneCount++
    if (this.#aloneCount < samplesMin) return false
    for (const [name, own] of this.#alone) {
      const isNew = !this.#latencyMs.has(name)
      if (isNew || own.length >= ownSamplesMin) this.#set(name, medianOf(own))
    }
    this.renew(nowMs)
    return true
  }

  /** Takes the latencies of a window under load: the store cannot be slower than that alone. */
  addLoaded(latenciesMs: ReadonlyMap<string, readonly number[]>): void {
    for (const [operation, own] of latenciesMs) {
      const before = this.#latencyMs.get(operation)
      if (before === undefined || own.length < windowSamplesMin) continue
      const medianMs = medianOf(own)
      if (medianMs < before * doubtRatio) this.#measuredMs = -Infinity
      this.#set(operation, Math.min(before, medianMs))
    }
  }

  #set(operation: string, latencyMs: number): void {
    // A clock may be too coarse for a store in memory.
    this.#latencyMs.set(operation, Math.max(0.001, latencyMs))
  }
}

/** Of at least one value. */
export function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle]!
  return (sorted[middle - 1]! + sorted[middle]!) / 2
}
