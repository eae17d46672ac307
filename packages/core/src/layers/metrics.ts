/**
 * The layer that counts: operations, latencies, bytes, errors and availability of what is inside.
 *
 * ```
 * const meter = metrics({ name: 'primary' })
 * layers: [meter, retry(), ...]          counts what callers see
 * layers: [retry(), meter, ...]          counts each attempt
 * ```
 */
import type { DeleteOutcome, Health, ObjectInfo, ReadResult, StorageBackend } from '../backend.ts'
import { type Clock, systemClock } from '../clock.ts'
import { type MeteredCall, type MeterSnapshot, StoreMeter } from '../diagnostics/meter.ts'
import { type OperationOutcome, outcomeKind, outcomeOf } from '../diagnostics/outcomes.ts'
import { formatPrometheus } from '../diagnostics/prometheus.ts'
import { assertMethods, describe, ownOptions } from '../options.ts'
import { type Around, aroundCalls, bodyOpenings } from './around.ts'
import { defineLayer, extendLayer, type Layer } from './layer.ts'
import { tellState } from './stack.ts'

/** What {@link metrics} takes. */
export interface MetricsOptions {
  /** What snapshots and time series call the store. Default: the backend's name. */
  readonly name?: string | undefined
  /** Default: the host's. */
  readonly clock?: Clock | undefined
}

/** The layer, and what it counted. */
export interface Meter extends Layer {
  /** All numbers so far, and what the layers inside tell now. No I/O. */
  snapshot(): MeterSnapshot
  /** The snapshot in the text format of Prometheus; see `formatPrometheus` for several stores. */
  prometheus(): string
  /** Forgets what was counted; what is under way goes on. */
  reset(): void
}

const optionNames: ReadonlySet<string> = new Set(['name', 'clock'])

/**
 * Makes a layer that counts. Make one for each store: calls of several add up in one, and the
 * layers that it tells of are those of the last.
 */
export function metrics(options: MetricsOptions = {}): Meter {
  const { name, clock = systemClock } = ownOptions(options, optionNames, 'metrics')
  if (name !== undefined && (typeof name !== 'string' || name === '')) {
    throw new TypeError(`metrics: name is a non-empty string, not ${describe(name)}`)
  }
  assertMethods(clock, 'metrics: clock', ['now', 'monotonicMs'])
  const meter = new StoreMeter(name, clock)
  const layer = defineLayer({
    name: 'metrics',
    isRepeatable: true,
    wrap: (inner) => wrap(inner, meter),
  })
  return extendLayer(layer, {
    snapshot: () => meter.snapshot(),
    prometheus: () => formatPrometheus(meter.snapshot()),
    reset: () => meter.reset(),
  })
}

function wrap(inner: StorageBackend, meter: StoreMeter): StorageBackend {
  meter.attach(inner)
  const outer = aroundCalls(inner, counted(meter))
  tellState(outer, {
    state: () => ({ ok: true, message: 'counts calls', details: meter.story() }),
  })
  return outer
}

function counted(meter: StoreMeter): Around {
  return async (call, run) => {
    const metered = meter.begin(call.operation)
    let result
    try {
      result = await run()
    } catch (error) {
      metered.end(outcomeOf(error))
      throw error
    }
    return ended(call.operation, result, metered)
  }
}

/** Counts what a call gave; of a read it gives one whose body is counted too. */
function ended<T>(operation: string, result: T, metered: MeteredCall): T {
  if (bodyOpenings.has(operation)) return endedRead(result as ReadResult, metered) as T
  if (operation === 'write') metered.wrote((result as ObjectInfo).size)
  else if (operation === 'deleteMany') metered.end(outcomeOfMany(result as DeleteOutcome[]))
  else if (operation === 'health') metered.end((result as Health).ok ? 'OK' : 'UNAVAILABLE')
  else metered.end('OK')
  return result
}

function endedRead(result: ReadResult, metered: MeteredCall): ReadResult {
  const { start, end, body } = result
  if (!(body instanceof Uint8Array)) {
    return { ...result, body: metered.readStream(body, end - start) }
  }
  metered.readWhole(body.byteLength)
  return result
}

/** The first fault that one of the keys met: the store did not do all that it was asked to. */
function outcomeOfMany(outcomes: readonly DeleteOutcome[]): OperationOutcome {
  const fault = outcomes.find(({ error }) => error && outcomeKind(error.code) === 'fault')
  return fault?.error?.code ?? 'OK'
}
