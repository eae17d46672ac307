/** The layer that limits the time of each attempt. */
import { type Clock, systemClock } from '../clock.ts'
import { StorageError } from '../errors.ts'
import { assertInteger, assertMethods, assertOptions } from '../options.ts'
import { defineLayer, type Layer } from './layer.ts'
import { timeLimited, type TimeLimits } from './time-limit/backend.ts'

/** What {@link timeout} takes. */
export interface TimeoutOptions {
  /** Time of a call until it answers; of a read until its body is open. Default 30,000. */
  readonly attemptMs?: number | undefined
  /** Longest wait for a chunk of a body that is read. Default: `attemptMs`. */
  readonly idleMs?: number | undefined
  /** A write gets a second more for so many bytes. Default 131,072. */
  readonly bytesPerSecondMin?: number | undefined
  /** For tests. Default: the host's. */
  readonly clock?: Clock | undefined
}

const names: ReadonlySet<string> = new Set(['attemptMs', 'idleMs', 'bytesPerSecondMin', 'clock'])
const dayMs = 86_400_000

/**
 * Ends each call that takes longer than `attemptMs` with `TIMEOUT`, retryable `'yes'`, through a
 * signal to the backend, and also when the backend does not hear of it.
 *
 * Time passes only while the store has the word: not while it waits for a chunk of the caller's
 * stream, and of a body that is read only while somebody waits for a chunk (`idleMs`). A change
 * gets a second more to say how it ended, because one that is at work must not meet its retry; one
 * that succeeds in that second has succeeded. What an answer that is late has opened is freed.
 *
 * @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing.
 */
export function timeout(options: TimeoutOptions = {}): Layer {
  const limits = timeoutLimits(options)
  return defineLayer({
    name: 'timeout',
    insideOf: [
      {
        layer: 'retry',
        because: 'a timeout around retries would end all of them after the time of one attempt',
      },
      {
        layer: 'rateLimit',
        because: 'a call that waits for its turn would be told as a store that is silent',
      },
    ],
    wrap: (inner) => timeLimited(inner, limits, `calls end after ${limits.callMs} ms`),
  })
}

function timeoutLimits(options: TimeoutOptions): TimeLimits {
  assertOptions(options, names, 'timeout')
  const { attemptMs = 30_000, bytesPerSecondMin = 128 * 1024, clock = systemClock } = options
  const { idleMs = attemptMs } = options
  assertInteger(attemptMs, 'timeout: attemptMs', 1, dayMs)
  assertInteger(idleMs, 'timeout: idleMs', 1, dayMs)
  assertInteger(bytesPerSecondMin, 'timeout: bytesPerSecondMin', 1, Number.MAX_SAFE_INTEGER)
  assertMethods(clock, 'timeout: clock', ['now', 'monotonicMs', 'sleep'])
  return { clock, callMs: attemptMs, chunkMs: idleMs, bytesPerSecondMin, lateError }
}

function lateError(what: 'call' | 'chunk', limitMs: number): StorageError {
  const message =
    what === 'call'
      ? `The store did not answer within ${limitMs} ms; try again, or raise attemptMs of timeout`
      : `No chunk of the body came within ${limitMs} ms; try again, or raise idleMs of timeout`
  return new StorageError('TIMEOUT', message)
}
