/**
 * A limit that follows the store's latency: as high as it can be without a queue at the store.
 *
 * A store with room for N operations answers N of them as fast as one, and 2 N half as fast; the
 * rise of latency over that without load tells how much too many there are. After each window of
 * calls
 *
 * ```
 * gradient = tolerance * latency without load / latency now      from 1/2 to 1
 * limit    = limit * gradient + sqrt(limit)                      half of the way at once
 * ```
 *
 * which rests where `limit = tolerance * N + sqrt(limit)`: somewhat over N, so that the store is
 * never idle. It is the gradient of Netflix's concurrency-limits (Gradient, its headroom of a
 * square root), with the latency without load measured as Envoy's adaptive concurrency filter does,
 * by going down to the least limit now and then; a long-term mean in its place, as in Gradient2,
 * drifts along with a queue that stays.
 *
 * Invariants: from `min` to `max`; it rises only where the limit was reached, for what was not
 * tried is not known; a failure that tells of overload takes it down by a fifth, once per round of
 * calls. Only calls whose latency says something are samples: see {@link isComparable}.
 */
import { chunkBytes } from '../../body.ts'
import type { Clock } from '../../clock.ts'
import type { LayerCall } from '../around.ts'
import { Baseline, medianOf } from './baseline.ts'
import type { CallEnd, CallMark, Limit } from './limit.ts'

/** As they are checked by `concurrency()`. */
export interface GradientOptions {
  readonly min: number
  readonly max: number
  readonly initial: number
  readonly tolerance: number
  readonly baselineMs: number
  readonly clock: Clock
}

/** A window is at least so long, */
const windowMsMin = 100
/** and has at least so many samples, */
const windowSamplesMin = 10
/** but at least one for each call that the limit allows, up to so many; */
const windowRoundMax = 100
/** and no more are kept. */
const windowSamplesMax = 1024
/** The limit goes so much of the way to what a window says. */
const smoothing = 0.3
const gradientMin = 0.5
/** What is left of the limit after a failure that tells of overload. */
const stepBack = 0.8
/** A measurement that takes longer is given up: there are no calls for it. */
const measureMsMax = 5000

/** Samples of calls that began under one limit. */
interface Window {
  readonly startedMs: number
  readonly latenciesMs: Map<string, number[]>
  /** How much longer than without load each took. */
  readonly ratios: number[]
  underWayMax: number
}

export class GradientLimit implements Limit {
  readonly #options: GradientOptions
  readonly #baseline: Baseline
  #limit: number
  #window: Window
  /** Since when the limit is down for a measurement. */
  #measuringSinceMs: number | undefined
  #steppedBackMs = -Infinity
  /** Calls under way that are no samples: they do not hinder a measurement. */
  #others = 0

  constructor(options: GradientOptions) {
    this.#options = options
    this.#limit = options.initial
    this.#baseline = new Baseline(options.baselineMs)
    this.#window = this.#newWindow()
    this.#measuringSinceMs = options.clock.monotonicMs()
  }

  get now(): number {
    const limit = Math.floor(this.#limit)
    if (!this.#isMeasuring()) return limit
    return Math.min(limit, this.#options.min + this.#others)
  }

  get details(): Readonly<Record<string, string | number | boolean>> {
    return { measuring: this.#isMeasuring() }
  }

  begin(call: LayerCall, underWay: number): CallMark {
    const isSample = isComparable(call)
    if (!isSample) this.#others++
    const startedMs = this.#options.clock.monotonicMs()
    const isAlone = underWay - this.#others <= this.#options.min
    return { operation: call.operation, startedMs, underWay, isSample, isAlone }
  }

  end(mark: CallMark, end: CallEnd): void {
    if (!mark.isSample) this.#others--
    if (end === 'overloaded') this.#goBack(mark)
    if (end === 'answered' && mark.isSample) this.#addSample(mark)
  }

  #addSample(mark: CallMark): void {
    const nowMs = this.#options.clock.monotonicMs()
    const latencyMs = nowMs - mark.startedMs
    if (mark.isAlone && this.#baseline.addAlone(mark.operation, latencyMs, nowMs)) {
      this.#endMeasurement()
    }
    if (this.#isMeasuring()) return
    if (this.#baseline.isOld(nowMs)) {
      this.#baseline.forgetSamples()
      this.#measuringSinceMs = nowMs
      return
    }
    // Of another window is what began before this one, under another limit.
    if (mark.startedMs < this.#window.startedMs) return
    this.#addToWindow(mark, latencyMs)
    if (this.#isWindowFull(nowMs)) this.#endWindow()
  }

  #addToWindow({ operation, underWay }: CallMark, latencyMs: number): void {
    const { latenciesMs, ratios } = this.#window
    this.#window.underWayMax = Math.max(this.#window.underWayMax, underWay)
    const baselineMs = this.#baseline.latencyMsOf(operation)
    if (baselineMs === undefined || ratios.length >= windowSamplesMax) return
    ratios.push(latencyMs / baselineMs)
    const own = latenciesMs.get(operation) ?? []
    own.push(latencyMs)
    latenciesMs.set(operation, own)
  }

  #isWindowFull(nowMs: number): boolean {
    const { startedMs, ratios } = this.#window
    // Of a round of calls the first to end are the fastest: their median would be too low.
    const samples = Math.max(windowSamplesMin, Math.min(windowRoundMax, this.#limit))
    return nowMs - startedMs >= windowMsMin && ratios.length >= samples
  }

  #endWindow(): void {
    const { min, max, tolerance } = this.#options
    const { ratios, latenciesMs, underWayMax } = this.#window
    const limit = this.#limit
    const gradient = Math.min(1, Math.max(gradientMin, tolerance / medianOf(ratios)))
    const target = limit * gradient + Math.sqrt(limit)
    // A limit that is not reached has no bearing on the latency.
    const counts = target > limit ? underWayMax >= Math.floor(limit) : underWayMax >= limit / 2
    if (counts) this.#limit = Math.min(max, Math.max(min, limit + smoothing * (target - limit)))
    this.#baseline.addLoaded(latenciesMs)
    this.#window = this.#newWindow()
  }

  #goBack(mark: CallMark): void {
    // Those that were under way together fail together: that is one sign, not many.
    if (mark.startedMs < this.#steppedBackMs) return
    this.#steppedBackMs = this.#options.clock.monotonicMs()
    this.#limit = Math.max(this.#options.min, this.#limit * stepBack)
    this.#window = this.#newWindow()
  }

  #isMeasuring(): boolean {
    if (this.#measuringSinceMs === undefined) return false
    const nowMs = this.#options.clock.monotonicMs()
    if (nowMs - this.#measuringSinceMs < measureMsMax) return true
    this.#baseline.renew(nowMs)
    this.#endMeasurement()
    return false
  }

  #endMeasurement(): void {
    // Where traffic is low it ends without having begun.
    if (this.#measuringSinceMs === undefined) return
    this.#measuringSinceMs = undefined
    this.#window = this.#newWindow()
  }

  #newWindow(): Window {
    const startedMs = this.#options.clock.monotonicMs()
    return { startedMs, latenciesMs: new Map(), ratios: [], underWayMax: 0 }
  }
}

const comparable: ReadonlySet<string> = new Set(['read', 'stat', 'delete'])

/**
 * True for a call whose latency depends on the store alone. That of a stream depends on its source
 * and its length, that of a copy, a listing or a batch on its size.
 */
function isComparable({ operation, body }: LayerCall): boolean {
  if (operation !== 'write') return comparable.has(operation)
  return body instanceof Uint8Array && body.byteLength <= chunkBytes
}
