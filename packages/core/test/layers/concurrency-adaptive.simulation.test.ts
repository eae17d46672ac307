import { describe, expect, it } from 'vitest'
import {
  applyLayers,
  type AdaptiveConcurrency,
  concurrency,
  isStorageError,
  stackOf,
  type StorageBackend,
  StorageError,
} from '../../src/index.ts'
import { seededRandom, type VirtualClock, virtualClock } from '../../src/testing/index.ts'
import { SimulatedStore } from './support/simulated-store.ts'

interface Run {
  readonly clock: VirtualClock
  readonly store: SimulatedStore
  readonly backend: StorageBackend
  limit(): number
  /** Turns on, and gives the limits on the way, ten a second. */
  run(seconds: number): Promise<number[]>
  stop(): Promise<void>
}

/** So many callers, each of whom calls again as soon as it has its answer. */
function start(
  capacity: number,
  serviceMs: number,
  callers: number,
  adaptive: AdaptiveConcurrency,
  spread = 0,
): Run {
  const clock = virtualClock()
  const random = seededRandom(7)
  const store = new SimulatedStore(clock, capacity, serviceMs, () => random.next())
  store.spread = spread
  const backend = applyLayers(store, [concurrency({ adaptive, clock })])
  let isOver = false
  const caller = async (): Promise<void> => {
    while (!isOver) {
      await backend.stat('k').catch((error: unknown) => {
        if (!isStorageError(error)) throw error
      })
    }
  }
  const all = Array.from({ length: callers }, caller)
  const limit = (): number => Number(stackOf(backend)[0]!.state!.details['limit'])
  return {
    clock,
    store,
    backend,
    limit,
    async run(seconds) {
      const limits: number[] = []
      for (let step = 0; step < seconds * 10; step++) {
        await clock.advance(100)
        limits.push(limit())
      }
      return limits
    },
    async stop() {
      isOver = true
      await clock.runUntilIdle()
      await Promise.all(all)
    },
  }
}

/**
 * A third over where the formula rests (limit = tolerance * capacity + sqrt(limit)): what a window
 * says is of the limit that was, so that it swings.
 */
function mostOf(capacity: number, tolerance: number): number {
  const root = (1 + Math.sqrt(1 + 4 * tolerance * capacity)) / 2
  return (root * root * 4) / 3
}

describe('an adaptive limit over a store of known capacity', () => {
  it.each([
    [4, 1.5, 0],
    [20, 1.5, 0],
    [20, 1.1, 0],
    [30, 1.5, 0.5],
    [30, 1.2, 0.5],
  ])('of %i, tolerance %f, spread %f: stays just over it', async (capacity, tolerance, spread) => {
    const run = start(capacity, 50, 100, { min: 2, max: 200, tolerance }, spread)
    await run.run(6)
    const before = run.store.served
    const limits = await run.run(10)
    // Never below the capacity: the store has always something to do. Never far over the rest.
    expect(Math.min(...limits)).toBeGreaterThanOrEqual(capacity)
    expect(Math.max(...limits)).toBeLessThanOrEqual(mostOf(capacity, tolerance))
    expect(run.store.served - before).toBeGreaterThanOrEqual(0.97 * 10 * capacity * 20)
    await run.stop()
  })

  it('falls with the capacity of the store, and comes back with it', async () => {
    const run = start(20, 50, 100, { min: 2, max: 200 })
    await run.run(6)
    run.store.capacity = 5
    const small = await run.run(20)
    expect(Math.max(...small.slice(-50))).toBeLessThanOrEqual(mostOf(5, 1.5))
    expect(Math.min(...small)).toBeGreaterThanOrEqual(5)
    run.store.capacity = 20
    const large = await run.run(6)
    expect(large.at(-1)).toBeGreaterThanOrEqual(20)
    expect(large.at(-1)).toBeLessThanOrEqual(mostOf(20, 1.5))
    await run.stop()
  })

  it('does not believe for long what it measured in the midst of a slow-down', async () => {
    const run = start(20, 50, 200, { min: 2, max: 200, tolerance: 2, baselineMs: 10_000 })
    await run.run(6)
    run.store.serviceMs = 400
    // The measurement, which goes down to the least, after 10 s; the next one is due after 22 s.
    expect(Math.min(...(await run.run(10)))).toBe(2)
    run.store.serviceMs = 50
    await run.run(3)
    const later = await run.run(2)
    expect(Math.min(...later)).toBeGreaterThanOrEqual(20)
    expect(Math.max(...later)).toBeLessThanOrEqual(mostOf(20, 2))
    await run.stop()
  })

  it('measures again after a while, for calls that became slower for good', async () => {
    const run = start(40, 50, 100, { min: 2, max: 200, baselineMs: 10_000 })
    await run.run(6)
    run.store.serviceMs = 200
    await run.run(12)
    expect(run.limit()).toBeGreaterThanOrEqual(40)
    await run.stop()
  })

  it('does not grow where it is not reached, nor leave its bounds', async () => {
    const few = start(50, 50, 10, { min: 2, max: 200, initial: 16 })
    expect(new Set(await few.run(10))).toEqual(new Set([2, 16]))
    await few.stop()
    const bounded = start(50, 50, 200, { min: 3, max: 25, initial: 20 })
    const limits = await bounded.run(10)
    expect(Math.max(...limits)).toBe(25)
    expect(Math.min(...limits)).toBe(3)
    expect(bounded.store.underWayMax).toBe(25)
    await bounded.stop()
  })

  it('goes back once for a round of failures, down to the least, and recovers', async () => {
    const run = start(20, 50, 100, { min: 2, max: 200, initial: 20 })
    await run.run(10)
    const before = run.limit()
    run.store.failure = new StorageError('RATE_LIMITED', 'slow down')
    // The calls under way are served; the next round fails within a millisecond, as one.
    await run.clock.advance(50)
    await run.clock.advance(1)
    expect(run.limit()).toBeGreaterThanOrEqual(Math.floor(before * 0.8 ** 3))
    await run.run(1)
    expect(run.limit()).toBe(2)
    run.store.failure = undefined
    await run.run(10)
    expect(run.limit()).toBeGreaterThanOrEqual(20)
    await run.stop()
  })
})
