/** The layer that limits how many calls a second a store gets. */
import { type Clock, systemClock } from '../../clock.ts'
import { StorageError } from '../../errors.ts'
import { assertInteger, assertMethods, assertOptions, describe } from '../../options.ts'
import { defineLayer, type Layer } from '../layer.ts'
import { type LayerState, tellState } from '../stack.ts'
import { rateLimited } from './backend.ts'
import { BytePace } from './byte-pace.ts'
import { type TurnLimits, Turns } from './turns.ts'

/** What {@link rateLimit} takes. */
export interface RateLimitOptions {
  /** Calls a second, over time; may be less than one. */
  readonly operationsPerSecond: number
  /** Calls that may pass at once after a rest. Default: those of a second, at least one. */
  readonly burst?: number | undefined
  /** Bytes of bodies a second, both ways together. Default: no limit. */
  readonly bytesPerSecond?: number | undefined
  /** A call that would wait longer, for its turn or its first byte, is refused. Default 10,000. */
  readonly waitMsMax?: number | undefined
  /** Calls that may wait. Default 1,000; with 0 none does. */
  readonly queueMax?: number | undefined
  /** For tests. Default: the host's. */
  readonly clock?: Clock | undefined
}

const names: ReadonlySet<string> = new Set([
  ...['operationsPerSecond', 'burst', 'bytesPerSecond', 'waitMsMax', 'queueMax', 'clock'],
])

const dayMs = 86_400_000

/**
 * Lets so many calls a second through, in the order in which they come; the others wait for their
 * turn. Where too many wait, or for too long, a call is refused with `RATE_LIMITED` and
 * `retryAfterMs` before the backend sees it.
 *
 * Each call counts as one, a `deleteMany` and a page of a listing too; of `listVersions` and
 * `listSnapshots` all their pages together. `health` does not count. With `bytesPerSecond` bodies
 * are slowed down as well: chunk by chunk, and those that are given or come as bytes as a whole.
 *
 * A limit holds for one backend that was wrapped, in this process: where several share an account,
 * each gets its part of the account's limit.
 *
 * @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing.
 */
export function rateLimit(options: RateLimitOptions): Layer {
  const { limits, bytesPerSecond } = rateLimits(options)
  return defineLayer({
    name: 'rateLimit',
    insideOf: [
      {
        layer: 'retry',
        because: 'retries behind the limit would reach the service uncounted',
      },
    ],
    outsideOf: [
      {
        layer: 'timeout',
        because: 'a call that waits for its turn would be told as a store that is silent',
      },
    ],
    wrap(inner) {
      const turns = new Turns(limits)
      const { clock, waitMsMax } = limits
      const pace =
        bytesPerSecond === undefined ? undefined : new BytePace(clock, bytesPerSecond, waitMsMax)
      const outer = rateLimited(inner, turns, pace)
      tellState(outer, { state: () => stateOf(turns, limits) })
      return outer
    },
  })
}

function stateOf({ waiting, refused }: Turns, { queueMax }: TurnLimits): LayerState {
  const ok = waiting < Math.max(1, queueMax)
  const message = ok ? 'calls pass in turn' : 'the queue is full: calls are refused'
  return { ok, message, details: { waiting, refused } }
}

function rateLimits(options: RateLimitOptions): {
  readonly limits: TurnLimits
  readonly bytesPerSecond: number | undefined
} {
  assertOptions(options, names, 'rateLimit')
  const { operationsPerSecond, bytesPerSecond } = options ?? {}
  assertRate(operationsPerSecond)
  const { burst = Math.max(1, Math.ceil(operationsPerSecond)) } = options
  const { waitMsMax = 10_000, queueMax = 1000, clock = systemClock } = options
  assertInteger(burst, 'rateLimit: burst', 1, 1_000_000)
  assertInteger(waitMsMax, 'rateLimit: waitMsMax', 0, dayMs)
  assertInteger(queueMax, 'rateLimit: queueMax', 0, 1_000_000)
  if (bytesPerSecond !== undefined) {
    assertInteger(bytesPerSecond, 'rateLimit: bytesPerSecond', 1, Number.MAX_SAFE_INTEGER)
  }
  assertMethods(clock, 'rateLimit: clock', ['now', 'monotonicMs', 'sleep'])
  return { limits: { clock, operationsPerSecond, burst, waitMsMax, queueMax }, bytesPerSecond }
}

/** Not an integer: a call in two seconds is a rate. */
function assertRate(value: unknown): asserts value is number {
  const name = 'rateLimit: operationsPerSecond'
  if (typeof value !== 'number') throw new TypeError(`${name} is a number, not ${describe(value)}`)
  if (value >= 0.001 && value <= 1_000_000) return
  throw new StorageError('INVALID_ARGUMENT', `${name} is ${value}; it must be from 0.001 to 1e6`)
}
