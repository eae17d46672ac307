/** What `concurrency()` takes, and its checks. */
import { type Clock, systemClock } from '../../clock.ts'
import { StorageError } from '../../errors.ts'
import { assertInteger, assertMethods, describe, ownOptions } from '../../options.ts'
import type { GradientOptions } from './gradient-limit.ts'

/** A limit that follows the store: as high as it can be without a queue at the store. */
export interface AdaptiveConcurrency {
  /** Default 2. The limit goes down to it now and then, to measure. */
  readonly min?: number | undefined
  /** Default 128. */
  readonly max?: number | undefined
  /** After the first measurement. Default 16, or the nearest between `min` and `max`. */
  readonly initial?: number | undefined
  /** From 1 to 10. Latency may rise so many times over that without load. Default 1.5. */
  readonly tolerance?: number | undefined
  /** How long a latency without load is believed. Default 60,000. */
  readonly baselineMs?: number | undefined
}

/** What {@link concurrency} takes: a fixed limit, or the bounds of one that follows the store. */
export interface ConcurrencyOptions {
  /** Operations under way at most. Default 16. Not with `adaptive`. */
  readonly max?: number | undefined
  readonly adaptive?: AdaptiveConcurrency | undefined
  /** Callers who wait at most; more are refused with `RATE_LIMITED`. Default 1,024; 0: none. */
  readonly queueMax?: number | undefined
  /** Longest wait; then `RATE_LIMITED`. Default 60,000. */
  readonly waitMsMax?: number | undefined
  readonly clock?: Clock | undefined
}

/** Most operations under way, and most waiters: beyond, they are no limits. */
const countMax = 1_000_000
const durationMsMax = 86_400_000

const names: ReadonlySet<string> = new Set(['max', 'adaptive', 'queueMax', 'waitMsMax', 'clock'])
const adaptiveNames: ReadonlySet<string> = new Set([
  ...['min', 'max', 'initial', 'tolerance', 'baselineMs'],
])

/** With all defaults. */
export interface OwnConcurrency {
  readonly max: number
  readonly adaptive: GradientOptions | undefined
  readonly queueMax: number
  readonly waitMsMax: number
  readonly clock: Clock
}

/** @throws TypeError, and StorageError `INVALID_ARGUMENT`, for what cannot be. */
export function ownConcurrency(options: ConcurrencyOptions): OwnConcurrency {
  const own = ownOptions(options, names, 'concurrency')
  const { max = 16, queueMax = 1024, waitMsMax = 60_000, clock = systemClock } = own
  if (own.max !== undefined && own.adaptive !== undefined) {
    throw new TypeError('concurrency: give max or adaptive, whose own max is in it')
  }
  assertInteger(max, 'max', 1, countMax)
  assertInteger(queueMax, 'queueMax', 0, countMax)
  assertInteger(waitMsMax, 'waitMsMax', 1, durationMsMax)
  assertMethods(clock, 'concurrency: clock', ['monotonicMs', 'sleep'])
  // Not for `false` either: who wants it off leaves it out.
  const adaptive = own.adaptive === undefined ? undefined : ownAdaptive(own.adaptive, clock)
  return { max, adaptive, queueMax, waitMsMax, clock }
}

function ownAdaptive(options: AdaptiveConcurrency, clock: Clock): GradientOptions {
  const own = ownOptions(options, adaptiveNames, 'concurrency: adaptive')
  const { min = 2, max = Math.max(128, min), tolerance = 1.5, baselineMs = 60_000 } = own
  assertInteger(min, 'adaptive.min', 1, countMax)
  assertInteger(max, 'adaptive.max', min, countMax)
  const { initial = Math.min(max, Math.max(min, 16)) } = own
  assertInteger(initial, 'adaptive.initial', min, max)
  assertInteger(baselineMs, 'adaptive.baselineMs', 1000, durationMsMax)
  if (typeof tolerance !== 'number') {
    throw new TypeError(`adaptive.tolerance is a number, not ${describe(tolerance)}`)
  }
  if (!(tolerance >= 1 && tolerance <= 10)) {
    const message = `adaptive.tolerance is ${tolerance}; it must be from 1 to 10`
    throw new StorageError('INVALID_ARGUMENT', message)
  }
  return { min, max, initial, tolerance, baselineMs, clock }
}
