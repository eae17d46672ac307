/**
 * Counters and latency quantiles of what this process's managers do, from the tracing channels.
 *
 * Invariant: bounded memory. One series per backend, operation and outcome; what comes beyond
 * `seriesMax` is counted as dropped, never stored.
 */
import { Histogram } from './histogram.ts'
import { operationChannels, type OperationContext, tracedOperations } from './channels.ts'

/** Series kept at most: 8 backends with 10 operations and 6 outcomes each. About 4 KiB a piece. */
const seriesMax = 480

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

/** A running collection; see {@link collectStatistics}. */
export interface StatisticsCollector {
  /** All series so far, ordered by backend, operation, outcome. */
  snapshot(): { readonly series: OperationStatistics[]; readonly dropped: number }
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
  return {
    snapshot: () => ({
      series: [...series.keys()].sort().map((name) => summary(series.get(name)!)),
      dropped,
    }),
    reset() {
      series.clear()
      dropped = 0
    },
    stop() {
      for (const operation of tracedOperations) {
        operationChannels[operation].asyncEnd.unsubscribe(onEnd)
      }
    },
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
