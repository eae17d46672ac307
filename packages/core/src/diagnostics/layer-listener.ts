/**
 * Tells the events of layers to whoever made the call in which they happened.
 *
 * The channels of layers name a backend, and two stores may have the same name. But an event is
 * published within the asynchronous context of a call, and so finds the listener of that call:
 *
 * ```
 * listenWithin(mine, call) --> retry --> circuit opens: mine.circuit(event)
 * ```
 *
 * What a layer does by itself, as on a timer, belongs to no call; it is on the channels alone.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import {
  circuitChannel,
  type CircuitEvent,
  fallbackChannel,
  type FallbackEvent,
  retryChannel,
  type RetryEvent,
} from './layer-channels.ts'

export interface LayerListener {
  retry(event: RetryEvent): void
  circuit(event: CircuitEvent): void
  fallback(event: FallbackEvent): void
}

const listeners = new AsyncLocalStorage<LayerListener>()
let isSubscribed = false

/** Makes a call whose layers' events are told to `listener`; one further in comes first. */
export function listenWithin<T>(listener: LayerListener, call: () => T): T {
  if (!isSubscribed) subscribe()
  return listeners.run(listener, call)
}

/** Once for all stores of the process, and for good: a store need not be closed to be forgotten. */
function subscribe(): void {
  isSubscribed = true
  retryChannel.subscribe((event) => listeners.getStore()?.retry(event as RetryEvent))
  circuitChannel.subscribe((event) => listeners.getStore()?.circuit(event as CircuitEvent))
  fallbackChannel.subscribe((event) => listeners.getStore()?.fallback(event as FallbackEvent))
}
