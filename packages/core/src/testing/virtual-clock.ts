/**
 * Time that a test turns by hand.
 *
 * ```
 * const clock = virtualClock()
 * const retried = backend.read('a')     // sleeps 200 ms between attempts
 * await clock.advance(200)              // the sleeper wakes, at exactly 200 ms
 * ```
 *
 * Invariant: sleepers wake in the order of their time, each at its own time, never earlier; and
 * what they do before the next one is done before the next one wakes.
 */
import type { Clock } from '../clock.ts'
import { assertOptions } from '../options.ts'

/** A {@link Clock} that stands still until it is turned. */
export interface VirtualClock extends Clock {
  /** How many calls of `sleep` have not returned. */
  readonly sleepers: number
  /** Turns both clocks forward, waking sleepers on the way. */
  advance(durationMs: number): Promise<void>
  /** Turns on to each next sleeper until none is left. Gives the time that passed. */
  runUntilIdle(): Promise<number>
  /** Sets the wall clock (`now`), as an administrator or NTP does; durations do not notice. */
  setNow(nowMs: number): void
}

/** What {@link virtualClock} takes. */
export interface VirtualClockOptions {
  /** The wall clock at the start. Default 2026-01-01 UTC. */
  readonly nowMs?: number | undefined
}

interface Sleeper {
  readonly dueMs: number
  readonly order: number
  readonly wake: () => void
}

/** Bounds {@link VirtualClock.runUntilIdle}: a loop that sleeps for ever would never be idle. */
const wakesMax = 100_000

/** Makes a clock that stands still. */
export function virtualClock(options: VirtualClockOptions = {}): VirtualClock {
  assertOptions(options, new Set(['nowMs']), 'virtualClock')
  const sleepers = new Set<Sleeper>()
  let wallOffsetMs = options.nowMs ?? Date.UTC(2026, 0, 1)
  let monotonicMs = 0
  let order = 0

  const nextSleeper = (untilMs: number): Sleeper | undefined =>
    [...sleepers]
      .filter((sleeper) => sleeper.dueMs <= untilMs)
      .sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)[0]

  const advanceTo = async (untilMs: number): Promise<void> => {
    await pendingWork()
    for (let next = nextSleeper(untilMs); next !== undefined; next = nextSleeper(untilMs)) {
      monotonicMs = Math.max(monotonicMs, next.dueMs)
      next.wake()
      await pendingWork()
    }
    monotonicMs = Math.max(monotonicMs, untilMs)
  }

  return {
    now: () => Math.floor(wallOffsetMs + monotonicMs),
    monotonicMs: () => monotonicMs,
    sleep: (delayMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason as Error)
          return
        }
        const onAbort = (): void => {
          sleepers.delete(sleeper)
          reject(signal?.reason as Error)
        }
        const wake = (): void => {
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', onAbort)
          resolve()
        }
        const sleeper = { dueMs: monotonicMs + Math.max(0, delayMs), order: order++, wake }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', onAbort, { once: true })
      }),
    get sleepers() {
      return sleepers.size
    },
    async advance(durationMs) {
      if (!(durationMs >= 0)) throw new RangeError(`cannot advance by ${durationMs} ms`)
      await advanceTo(monotonicMs + durationMs)
    },
    async runUntilIdle() {
      const startMs = monotonicMs
      await pendingWork()
      for (let wakes = 0; sleepers.size > 0; wakes++) {
        if (wakes >= wakesMax) throw new Error(`still not idle after ${wakesMax} wakes`)
        await advanceTo(nextSleeper(Infinity)!.dueMs)
      }
      return monotonicMs - startMs
    },
    setNow(nowMs) {
      wallOffsetMs = nowMs - monotonicMs
    },
  }
}

/** Lets everything run that can run without a timer: several turns, since I/O takes some. */
async function pendingWork(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
}
