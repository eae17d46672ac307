/**
 * Counters and latency quantiles of what this process's managers do, from the tracing channels, and
 * of what their layers do, from the channels of layers.
 *
 * Invariant: bounded memory. One series per backend, operation and outcome, one row of layers per
 * backend; what comes beyond `seriesMax` and `layersMax` is counted as dropped, never stored.
 */
import { Histogram } from './histogram.ts'
import { operationChannels, type OperationContext, tracedOperations } from './channels.ts'
import {
  circuitChannel,
  type CircuitEvent,
  type CircuitState,
  fallbackChannel,
  type FallbackEvent,
  retryChannel,
  type RetryEvent,
} from './layer-channels.ts'

/** Series kept at most: 8 backends with 10 operations and 6 outcomes each. About 4 KiB a piece. */
const seriesMax = 480
/** Backends whose layers are counted at most. */
const layersMax = 64

/** The numbers of one backend, operation and outcome. Quantiles are at most 3.2 % off. */
export interface OperationStatistics {
  readonly backend: string
  readonly operation: string
  readonly outcome: string
  readonly count: number
  readonly bytes: number
  readonly meanMs: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  /** Exact. */
  readonly maxMs: number
}

/** What the layers around one backend did; stores of one name are one here. */
export interface LayerStatistics {
  readonly backend: string
  readonly retries: number
  /** What the retries waited for, all together. */
  readonly retryDelayMs: number
  readonly circuitChanges: number
  /** How often a circuit opened. */
  readonly circuitOpened: number
  /** After the last change; undefined when there was none. */
  readonly circuit: CircuitState | undefined
  /** Calls that another store answered. */
  readonly fallbacks: number
}

/** What was counted so far. */
export interface StatisticsSnapshot {
  /** Ordered by backend, operation, outcome. */
  readonly series: OperationStatistics[]
  /** Ordered by backend; those whose layers did something. */
  readonly layers: LayerStatistics[]
  /** Operations and events that found no room. */
  readonly dropped: number
}

/** A running collection; see {@link collectStatistics}. */
export interface StatisticsCollector {
  snapshot(): StatisticsSnapshot
  /** Forgets what was counted. */
  reset(): void
  /** Stops listening. What was counted stays readable. Idempotent. */
  stop(): void
}

interface Series {
  readonly context: Pick<OperationContext, 'backend' | 'operation' | 'outcome'>
  readonly histogram: Histogram
  bytes: number
}

/** Begins to count every operation of every manager in this process, until `stop()`. */
export function collectStatistics(): StatisticsCollector {
  const series = new Map<string, Series>()
  const layers = new LayerCounts()
  let dropped = 0
  const onEnd = (message: unknown): void => {
    const context = message as OperationContext
    const name = `${context.backend}\n${context.operation}\n${context.outcome}`
    let entry = series.get(name)
    if (entry === undefined) {
      if (series.size >= seriesMax) {
        dropped++
        return
      }
      const { backend, operation, outcome } = context
      entry = { context: { backend, operation, outcome }, histogram: new Histogram(), bytes: 0 }
      series.set(name, entry)
    }
    entry.histogram.add(context.durationMs ?? 0)
    entry.bytes += context.bytes ?? 0
  }
  for (const operation of tracedOperations) operationChannels[operation].asyncEnd.subscribe(onEnd)
  layers.listen()
  return {
    snapshot: () => ({
      series: [...series.keys()].sort().map((name) => summary(series.get(name)!)),
      layers: layers.rows(),
      dropped: dropped + layers.dropped,
    }),
    reset() {
      series.clear()
      layers.reset()
      dropped = 0
    },
    stop() {
      for (const operation of tracedOperations) {
        operationChannels[operation].asyncEnd.unsubscribe(onEnd)
      }
      layers.stop()
    },
  }
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

/** Counts the events of layers, by backend. */
class LayerCounts {
  readonly #rows = new Map<string, Writable<LayerStatistics>>()
  dropped = 0

  listen(): void {
    retryChannel.subscribe(this.#onRetry)
    circuitChannel.subscribe(this.#onCircuit)
    fallbackChannel.subscribe(this.#onFallback)
  }

  stop(): void {
    retryChannel.unsubscribe(this.#onRetry)
    circuitChannel.unsubscribe(this.#onCircuit)
    fallbackChannel.unsubscribe(this.#onFallback)
  }

  reset(): void {
    this.#rows.clear()
    this.dropped = 0
  }

  rows(): LayerStatistics[] {
    return [...this.#rows.keys()].sort().map((backend) => ({ ...this.#rows.get(backend)! }))
  }

  readonly #onRetry = (message: unknown): void => {
    const { backend, delayMs } = message as RetryEvent
    const row = this.#row(backend)
    if (row === undefined) return
    row.retries++
    row.retryDelayMs += delayMs
  }

  readonly #onCircuit = (message: unknown): void => {
    const { backend, to } = message as CircuitEvent
    const row = this.#row(backend)
    if (row === undefined) return
    row.circuitChanges++
    if (to === 'open') row.circuitOpened++
    row.circuit = to
  }

  readonly #onFallback = (message: unknown): void => {
    const row = this.#row((message as FallbackEvent).backend)
    if (row !== undefined) row.fallbacks++
  }

  #row(backend: string): Writable<LayerStatistics> | undefined {
    const known = this.#rows.get(backend)
    if (known !== undefined) return known
    if (this.#rows.size >= layersMax) {
      this.dropped++
      return undefined
    }
    const counts = { retries: 0, retryDelayMs: 0, circuitChanges: 0, circuitOpened: 0 }
    const row = { backend, ...counts, circuit: undefined, fallbacks: 0 }
    this.#rows.set(backend, row)
    return row
  }
}

function summary({ context, histogram, bytes }: Series): OperationStatistics {
  return {
    backend: context.backend,
    operation: context.operation,
    outcome: context.outcome ?? 'OK',
    count: histogram.count,
    bytes,
    meanMs: histogram.sumMs / histogram.count,
    p50Ms: histogram.quantileMs(0.5),
    p95Ms: histogram.quantileMs(0.95),
    p99Ms: histogram.quantileMs(0.99),
    maxMs: histogram.maxMs,
  }
}
