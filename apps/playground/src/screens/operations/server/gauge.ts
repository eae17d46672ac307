/** What is counted at one place of the stack: by the second, and since the last change. */
import {
  type Clock,
  type Layer,
  type MeterReading,
  metrics,
  type OperationOutcome,
  outcomeKind,
} from '@aos-storage/core'
import type { CodeCount, MeterSecond, MeterTotals } from './wire.ts'

/** Two meters: the layer has no quantiles of a second, so one of them forgets at each. */
export class Gauge {
  readonly #total
  readonly #second

  constructor(name: string, clock: Clock) {
    this.#total = metrics({ name, clock })
    this.#second = metrics({ name, clock })
  }

  /** Stand next to each other in a stack. */
  get layers(): readonly Layer[] {
    return [this.#total, this.#second]
  }

  get totals(): MeterTotals {
    const { total } = this.#total.snapshot()
    return {
      ...{ answered: total.answered, failed: total.faults, availability: total.availability },
      ...quantilesOf(total),
      codes: codesOf(total),
    }
  }

  /** What came since the last call. */
  takeSecond(): MeterSecond {
    const { total } = this.#second.snapshot()
    this.#second.reset()
    return { answered: total.answered, failed: total.faults, ...quantilesOf(total) }
  }

  reset(): void {
    this.#total.reset()
    this.#second.reset()
  }
}

function quantilesOf({ latency }: MeterReading): Pick<MeterSecond, 'p50Ms' | 'p95Ms' | 'p99Ms'> {
  const { p50Ms, p95Ms, p99Ms } = latency
  return { p50Ms, p95Ms, p99Ms }
}

/** Of calls, and of bodies that broke off after their call was answered. */
function codesOf({ errors, bodies }: MeterReading): readonly CodeCount[] {
  const counts = new Map<OperationOutcome, number>()
  for (const [code, count] of [...Object.entries(errors), ...Object.entries(bodies.errors)]) {
    const outcome = code as OperationOutcome
    counts.set(outcome, (counts.get(outcome) ?? 0) + count)
  }
  return [...counts]
    .map(([code, count]) => ({ code, kind: outcomeKind(code), count }))
    .toSorted((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1))
}
