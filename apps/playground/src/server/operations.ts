/**
 * What the storage does, from the diagnostics channels: each operation as it ends, in batches, and
 * a pulse a second with throughput and latency.
 *
 * Invariant: bounded. A batch tells at most `batchOperationsMax` operations and counts the others,
 * by action for at most `countedActionsMax` actions; a second keeps at most `sampledDurationsMax`
 * durations.
 */
import {
  type Clock,
  operationChannels,
  type OperationContext,
  type OperationOutcome,
  type TracedOperation,
  tracedOperations,
} from '@aos-storage/core'
import { currentAction } from './actions.ts'
import { type Live, topic } from './live.ts'

const batchMs = 100
const batchOperationsMax = 200
const countedActionsMax = 100
const pulseMs = 1000
const keptPulsesMax = 600
const sampledDurationsMax = 4096

/** One operation that ended. */
export interface OperationRecord {
  readonly sequence: number
  /** Milliseconds since 1970, when it ended. */
  readonly endedAt: number
  readonly action?: string | undefined
  readonly operation: TracedOperation
  readonly backend: string
  readonly key?: string | undefined
  readonly bytes?: number | undefined
  readonly durationMs: number
  readonly outcome: OperationOutcome
}

/** Operations that ended in a tenth of a second; `omitted` more are not told. */
export interface OperationBatch {
  readonly operations: readonly OperationRecord[]
  readonly omitted: number
  /** Of those, how many belong to which action. */
  readonly omittedBy?: readonly (readonly [action: string, count: number])[] | undefined
  /** Of those, how many belong to other actions: there were too many to count for each. */
  readonly omittedOfOthers?: number | undefined
}

/** What one second was like. Durations of all operations that ended in it. */
export interface Pulse {
  /** Milliseconds since 1970, at its end. */
  readonly at: number
  readonly count: number
  readonly failures: number
  readonly bytes: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly maxMs: number
}

export const operations = topic<OperationBatch>('operations')
const pulses = topic<Pulse>('pulses')

/** Begins to watch every manager of this process. */
export function watchOperations(live: Live, clock: Clock): OperationWatch {
  return new OperationWatch(live, clock)
}

export class OperationWatch {
  readonly #live: Live
  readonly #clock: Clock
  readonly #pulses: Pulse[] = []
  readonly #end = new AbortController()
  #sequence = 0
  #batch: OperationRecord[] = []
  #omitted = newOmitted()
  #second = newSecond()

  constructor(live: Live, clock: Clock) {
    this.#live = live
    this.#clock = clock
    for (const name of tracedOperations) operationChannels[name].asyncEnd.subscribe(this.#onEnd)
    void this.#every(batchMs, () => this.#tellBatch())
    void this.#every(pulseMs, () => this.#tellPulse())
  }

  /** The last ten minutes, oldest first. */
  get pulses(): readonly Pulse[] {
    return this.#pulses
  }

  stop(): void {
    for (const name of tracedOperations) operationChannels[name].asyncEnd.unsubscribe(this.#onEnd)
    this.#end.abort()
  }

  readonly #onEnd = (message: unknown): void => {
    const { operation, backend, key, bytes, ...end } = message as OperationContext
    const { durationMs = 0, outcome = 'OK' } = end
    this.#count(durationMs, bytes ?? 0, outcome)
    this.#sequence += 1
    if (this.#batch.length >= batchOperationsMax) {
      this.#omit(currentAction())
      return
    }
    this.#batch.push({
      sequence: this.#sequence,
      endedAt: this.#clock.now(),
      action: currentAction(),
      ...{ operation, backend, key, bytes, durationMs, outcome },
    })
  }

  #omit(action: string | undefined): void {
    const omitted = this.#omitted
    omitted.count += 1
    if (action === undefined) return
    const count = omitted.byAction.get(action) ?? 0
    if (count > 0 || omitted.byAction.size < countedActionsMax) {
      omitted.byAction.set(action, count + 1)
    } else omitted.ofOthers += 1
  }

  #count(durationMs: number, bytes: number, outcome: OperationOutcome): void {
    const second = this.#second
    second.count += 1
    second.bytes += bytes
    second.maxMs = Math.max(second.maxMs, durationMs)
    if (outcome !== 'OK') second.failures += 1
    if (second.durations.length < sampledDurationsMax) second.durations.push(durationMs)
  }

  #tellBatch(): void {
    if (this.#batch.length === 0) return
    const { count, byAction, ofOthers } = this.#omitted
    this.#live.publish(operations, {
      operations: this.#batch,
      omitted: count,
      ...(byAction.size === 0 ? {} : { omittedBy: [...byAction] }),
      ...(ofOthers === 0 ? {} : { omittedOfOthers: ofOthers }),
    })
    this.#batch = []
    this.#omitted = newOmitted()
  }

  #tellPulse(): void {
    const { count, failures, bytes, maxMs, durations } = this.#second
    this.#second = newSecond()
    const sorted = durations.sort((a, b) => a - b)
    const quantile = (q: number): number => sorted[Math.floor(q * (sorted.length - 1))] ?? 0
    const at = this.#clock.now()
    const pulse = { at, count, failures, bytes, maxMs, p50Ms: quantile(0.5), p95Ms: quantile(0.95) }
    this.#pulses.push(pulse)
    if (this.#pulses.length > keptPulsesMax) this.#pulses.shift()
    if (this.#live.isWatched) this.#live.publish(pulses, pulse)
  }

  async #every(ms: number, act: () => void): Promise<void> {
    const { signal } = this.#end
    while (!signal.aborted) {
      await this.#clock.sleep(ms, signal).catch(() => undefined)
      if (!signal.aborted) act()
    }
  }
}

/** Operations of a batch that are not told. */
interface Omitted {
  count: number
  readonly byAction: Map<string, number>
  ofOthers: number
}

function newOmitted(): Omitted {
  return { count: 0, byAction: new Map(), ofOthers: 0 }
}

interface Second {
  count: number
  failures: number
  bytes: number
  maxMs: number
  durations: number[]
}

function newSecond(): Second {
  return { count: 0, failures: 0, bytes: 0, maxMs: 0, durations: [] }
}
