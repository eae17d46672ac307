/** What the layers of a stack tell, in rows for a page or a metric. No I/O. */
import type { StorageBackend } from '../backend.ts'
import { type LayerState, type StackEntry, stackOf } from '../layers/stack.ts'
import type { CircuitState } from './layer-channels.ts'

/** Layers that are read at most: a few stores with full stacks. */
const readingsMax = 64

/** What one layer, or backend, tells. */
export interface LayerReading extends LayerState {
  readonly name: string
  /**
   * Where it stands: its place from the outermost, as `'2'`; in the stack of another store that the
   * layer turns to, as `'2.spare.0'`.
   */
  readonly place: string
}

/** The layers inside that have something to tell, the outermost first. */
export function layerReadings(backend: StorageBackend): LayerReading[] {
  const readings: LayerReading[] = []
  gather(stackOf(backend), '', readings)
  return readings
}

function gather(stack: readonly StackEntry[], path: string, readings: LayerReading[]): void {
  stack.forEach(({ name, state, others }, at) => {
    const place = `${path}${at}`
    if (state !== undefined && readings.length < readingsMax) {
      readings.push({ name, place, ...state })
    }
    for (const [store, other] of Object.entries(others))
      gather(other, `${place}.${store}.`, readings)
  })
}

/** Retries of all layers that count them in `details.retries`; undefined when none does. */
export function retriesOf(readings: readonly LayerReading[]): number | undefined {
  const counts = readings.map(({ details }) => details['retries'])
  const known = counts.filter((retries) => typeof retries === 'number')
  return known.length === 0 ? undefined : known.reduce((sum, retries) => sum + retries, 0)
}

/** The worst first. */
const circuitStates: readonly CircuitState[] = ['open', 'half-open', 'closed']

/**
 * The worst `details.state` of the layers that are circuits; undefined where there is none. One
 * that is held open by hand is open, as on the channel.
 */
export function circuitOf(readings: readonly LayerReading[]): CircuitState | undefined {
  const circuits = readings.filter(({ name }) => /circuit/i.test(name))
  const known = new Set(
    circuits.map(({ details: { state } }) => (state === 'isolated' ? 'open' : state)),
  )
  return circuitStates.find((state) => known.has(state))
}
