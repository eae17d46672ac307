/** A store behind a circuit breaker, with faults and time in the test's hands. */
import {
  applyLayers,
  circuitChannel,
  type CircuitEvent,
  type LayerState,
  MemoryStorageBackend,
  stackOf,
  type StorageBackend,
} from '@aos-storage/core'
import {
  type FaultInjector,
  faults,
  type VirtualClock,
  virtualClock,
} from '@aos-storage/core/testing'
import {
  type Circuit,
  circuitBreaker,
  type CircuitBreakerOptions,
  circuitOf,
} from '../../src/index.ts'

export const type = { contentType: 'a/b' }

export interface Store {
  readonly clock: VirtualClock
  readonly inner: MemoryStorageBackend
  readonly injector: FaultInjector
  readonly backend: StorageBackend
  readonly circuit: Circuit
  state(): LayerState
  /** Calls that were seen by the backend. */
  seen(): number
  /** `OK`, or the code of what it ended with. */
  ask(code?: 'UNAVAILABLE' | 'TIMEOUT' | 'RATE_LIMITED' | 'ABORTED'): Promise<string>
}

export function open(options: CircuitBreakerOptions = {}): Store {
  const clock = virtualClock()
  const inner = new MemoryStorageBackend()
  const injector = faults({ seed: 1, clock })
  let seen = 0
  const stat = inner.stat.bind(inner)
  inner.stat = (...given) => {
    seen++
    return stat(...given)
  }
  const backend = applyLayers(inner, [circuitBreaker({ ...options, clock }), injector])
  return {
    clock,
    inner,
    injector,
    backend,
    circuit: circuitOf(backend)!,
    state: () => stackOf(backend)[0]!.state!,
    seen: () => seen + injector.events.length,
    async ask(code) {
      injector.clear()
      if (code !== undefined) injector.failNext('stat', code)
      try {
        await backend.stat('k')
        return 'OK'
      } catch (error) {
        return (error as { code: string }).code
      }
    },
  }
}

/** What is published while `run` runs. */
export async function eventsOf(run: () => Promise<void>): Promise<string[]> {
  const events: string[] = []
  const listen = (message: unknown): void => {
    const { backend, from, to } = message as CircuitEvent
    events.push(`${backend}: ${from} -> ${to}`)
  }
  circuitChannel.subscribe(listen)
  try {
    await run()
  } finally {
    circuitChannel.unsubscribe(listen)
  }
  return events
}
