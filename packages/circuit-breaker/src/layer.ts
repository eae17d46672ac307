/** The layer, and the way to the circuit of a backend. */
import { stackOf } from '@aos-storage/core'
import {
  aroundCalls,
  defineLayer,
  type Layer,
  type StorageBackend,
  tellState,
} from '@aos-storage/core/backend'
import { BackendCircuit, type Circuit } from './circuit.ts'
import { checkedOptions, type CircuitBreakerOptions } from './options.ts'

// Beside the backends, so that a circuit lives as long as its backend.
const circuits = new WeakMap<StorageBackend, Circuit>()

/** Health is how one sees that the store is back; presigning asks no store. */
const free: ReadonlySet<string> = new Set(['health', 'presign'])

/**
 * The layer that refuses calls with `UNAVAILABLE` while the store is in trouble. Each backend that
 * it wraps has a circuit of its own.
 *
 * @throws TypeError, and StorageError `INVALID_ARGUMENT`, for options that cannot be.
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): Layer {
  const own = checkedOptions(options)
  return defineLayer({
    name: 'circuitBreaker',
    wrap(inner) {
      const circuit = new BackendCircuit(inner.name, own)
      const outer = aroundCalls(
        inner,
        (call, run) => (free.has(call.operation) ? run() : circuit.run(call, () => run())),
        { onClose: () => circuit.close() },
      )
      tellState(outer, { state: () => circuit.describe() })
      circuits.set(outer, circuit)
      return outer
    },
    insideOf: [
      {
        layer: 'retry',
        because: 'a retry inside would go on against an open circuit, whose refusals it cannot see',
      },
    ],
    outsideOf: [
      {
        layer: 'timeout',
        because: 'what a timeout outside ends looks like a caller who went away, and never counts',
      },
      {
        layer: 'concurrency',
        because: 'calls would wait for a permit before they hear that the circuit is open',
      },
    ],
  })
}

/** The outermost circuit around a backend, through all layers; undefined where there is none. */
export function circuitOf(backend: StorageBackend): Circuit | undefined {
  for (const { backend: each } of stackOf(backend)) {
    const circuit = circuits.get(each)
    if (circuit !== undefined) return circuit
  }
  return undefined
}
