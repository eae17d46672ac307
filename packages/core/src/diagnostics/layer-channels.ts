/**
 * Channels (`node:diagnostics_channel`) on which layers tell what they do: that a call is tried
 * again, that a circuit opens, that another store answers. What holds for the channels of
 * operations holds here: no values, no credentials, no messages, no keys.
 */
import { channel, type Channel } from 'node:diagnostics_channel'
import type { StorageErrorCode } from '../errors.ts'

/** A call is going to be tried again. */
export interface RetryEvent {
  /** The backend's name. */
  readonly backend: string
  readonly operation: string
  /** The attempt that failed, from 1. */
  readonly attempt: number
  readonly delayMs: number
  /** Why it failed. */
  readonly code: StorageErrorCode
}

/** `closed`: calls pass; `open`: they are refused; `half-open`: some are let through, to try. */
export type CircuitState = 'closed' | 'open' | 'half-open'

/** A circuit changed its state. */
export interface CircuitEvent {
  readonly backend: string
  readonly from: CircuitState
  readonly to: CircuitState
}

/** A store answered in place of the first choice, or writes of an outage were reconciled. */
export interface FallbackEvent {
  /** The name of the first choice. */
  readonly backend: string
  /** The store that answered. */
  readonly store: string
  readonly operation: string
  /** Why the first choice did not answer. */
  readonly code: StorageErrorCode
}

/** Tells each try after the first, as a {@link RetryEvent}. */
export const retryChannel: Channel<RetryEvent> = channel('aos-storage:retry') as Channel<RetryEvent>
/** Tells each change of a circuit, as a {@link CircuitEvent}. */
export const circuitChannel: Channel<CircuitEvent> = channel(
  'aos-storage:circuit',
) as Channel<CircuitEvent>
/** Tells each turn to another store, as a {@link FallbackEvent}. */
export const fallbackChannel: Channel<FallbackEvent> = channel(
  'aos-storage:fallback',
) as Channel<FallbackEvent>
