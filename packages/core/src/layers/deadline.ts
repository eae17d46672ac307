/** The layer that limits the time of a call with all its attempts and pauses. */
import { type Clock, systemClock } from '../clock.ts'
import { StorageError } from '../errors.ts'
import { assertInteger, assertMethods, assertOptions } from '../options.ts'
import { defineLayer, type Layer } from './layer.ts'
import { timeLimited, type TimeLimits } from './time-limit/backend.ts'

/** What {@link deadline} takes. */
export interface DeadlineOptions {
  /** Time of a call until it answers, and of each wait for a chunk of a body. */
  readonly totalMs: number
  /** For tests. Default: the host's. */
  readonly clock?: Clock | undefined
}

const names: ReadonlySet<string> = new Set(['totalMs', 'clock'])
const dayMs = 86_400_000

/**
 * Ends each call that takes longer than `totalMs`, over all attempts, pauses and queues inside of
 * it, with `TIMEOUT`, retryable `'exhausted'`. Of a body that is read each wait for a chunk gets
 * that time, with what it takes to read on where it broke off; a stream that is written, each wait
 * of the caller for the store. How it ends calls is as in {@link timeout}.
 *
 * @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing.
 */
export function deadline(options: DeadlineOptions): Layer {
  const limits = deadlineLimits(options)
  return defineLayer({
    name: 'deadline',
    outsideOf: [
      {
        layer: 'retry',
        because: 'a deadline behind retries would give each attempt the whole time',
      },
      {
        layer: 'rateLimit',
        because: 'waiting for a turn is part of the time that a call takes',
      },
      {
        layer: 'concurrency',
        because: 'waiting for a permit is part of the time that a call takes',
      },
    ],
    wrap: (inner) =>
      timeLimited(inner, limits, `calls end after ${limits.callMs} ms, with all their attempts`),
  })
}

function deadlineLimits(options: DeadlineOptions): TimeLimits {
  assertOptions(options, names, 'deadline')
  const { totalMs, clock = systemClock } = options ?? {}
  assertInteger(totalMs, 'deadline: totalMs', 1, dayMs)
  assertMethods(clock, 'deadline: clock', ['now', 'monotonicMs', 'sleep'])
  return { clock, callMs: totalMs, chunkMs: totalMs, bytesPerSecondMin: undefined, lateError }
}

function lateError(what: 'call' | 'chunk', limitMs: number): StorageError {
  const missing = what === 'call' ? 'answer' : 'chunk of the body'
  return new StorageError(
    'TIMEOUT',
    `No time left: no ${missing} came within ${limitMs} ms, over all attempts; raise totalMs of ` +
      'deadline, or let attempts fail sooner (attemptMs of timeout)',
    { retryable: 'exhausted' },
  )
}
