/** What `circuitBreaker()` takes, and its checks. */
import {
  assertInteger,
  assertMethods,
  type Clock,
  describe,
  ownOptions,
  StorageError,
  systemClock,
} from '@aos-storage/core/backend'

/** What `circuitBreaker` takes. */
export interface CircuitBreakerOptions {
  /** The share of failures, over 0 and up to 1, from which on the circuit opens. Default 0.5. */
  readonly failureRatio?: number | undefined
  /** The time over which calls are counted for the ratio. Default 30,000. */
  readonly samplingMs?: number | undefined
  /** So many calls in `samplingMs` at least, or the ratio says nothing. Default 10. */
  readonly callsMin?: number | undefined
  /** In place of the ratio: so many failures with no success in between open the circuit. */
  readonly consecutiveFailures?: number | undefined
  /** How long it is open before a call may try. Twice as long after each that failed. */
  readonly openMs?: number | undefined
  /** But never longer. Default 60,000, or `openMs` where that is more. */
  readonly openMsMax?: number | undefined
  /** Calls that may try at once, and all have to succeed for the circuit to close. Default 1. */
  readonly probes?: number | undefined
  /** A try that takes longer has failed, as far as the circuit goes. Default 30,000. */
  readonly probeMsMax?: number | undefined
  readonly clock?: Clock | undefined
}

/** When a circuit opens. */
export type Trip =
  | { readonly consecutiveFailures: number }
  | { readonly failureRatio: number; readonly samplingMs: number; readonly callsMin: number }

/** With all defaults. */
export interface OwnOptions {
  readonly trip: Trip
  readonly openMs: number
  readonly openMsMax: number
  readonly probes: number
  readonly probeMsMax: number
  readonly clock: Clock
}

const ratioNames = ['failureRatio', 'samplingMs', 'callsMin'] as const
const names: ReadonlySet<string> = new Set([
  ...ratioNames,
  ...['consecutiveFailures', 'openMs', 'openMsMax', 'probes', 'probeMsMax', 'clock'],
])

const countMax = 1_000_000
const durationMsMax = 86_400_000

/** @throws TypeError, and StorageError `INVALID_ARGUMENT`, for what cannot be. */
export function checkedOptions(options: CircuitBreakerOptions): OwnOptions {
  const own = ownOptions(options, names, 'circuitBreaker')
  const { openMs = 10_000, probes = 1, probeMsMax = 30_000, clock = systemClock } = own
  assertInteger(openMs, 'openMs', 1, durationMsMax)
  const { openMsMax = Math.max(60_000, openMs) } = own
  assertInteger(openMsMax, 'openMsMax', openMs, durationMsMax)
  assertInteger(probes, 'probes', 1, countMax)
  assertInteger(probeMsMax, 'probeMsMax', 1, durationMsMax)
  assertMethods(clock, 'circuitBreaker: clock', ['now', 'monotonicMs', 'sleep'])
  return { trip: tripOf(own), openMs, openMsMax, probes, probeMsMax, clock }
}

function tripOf(own: CircuitBreakerOptions): Trip {
  const { consecutiveFailures, failureRatio = 0.5, samplingMs = 30_000, callsMin = 10 } = own
  if (consecutiveFailures !== undefined) {
    const other = ratioNames.find((name) => own[name] !== undefined)
    if (other !== undefined) {
      throw new TypeError(`circuitBreaker: give consecutiveFailures or ${other}, not both`)
    }
    assertInteger(consecutiveFailures, 'consecutiveFailures', 1, countMax)
    return { consecutiveFailures }
  }
  if (typeof failureRatio !== 'number') {
    throw new TypeError(`failureRatio is a number, not ${describe(failureRatio)}`)
  }
  if (!(failureRatio > 0 && failureRatio <= 1)) {
    const message = `failureRatio is ${failureRatio}; it must be over 0, and at most 1`
    throw new StorageError('INVALID_ARGUMENT', message)
  }
  assertInteger(samplingMs, 'samplingMs', 1000, durationMsMax)
  assertInteger(callsMin, 'callsMin', 1, countMax)
  return { failureRatio, samplingMs, callsMin }
}
