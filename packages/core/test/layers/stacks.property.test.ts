/**
 * Any legal stack of layers over a store that fails behaves as a store: what it acknowledges is
 * there, what it refuses could be refused, and what it leaves open is one of two things.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'
import {
  type Around,
  aroundCalls,
  assertLayerOrder,
  defineLayer,
  type LayerCall,
} from '../../src/backend-kit.ts'
import {
  applyLayers,
  audit,
  callbackSink,
  checksum,
  compress,
  concurrency,
  deadline,
  fallback,
  isStorageError,
  type Layer,
  log,
  MemoryStorageBackend,
  metrics,
  prefix,
  quota,
  rateLimit,
  retry,
  StorageError,
  timeout,
  validate,
} from '../../src/index.ts'
import {
  faults,
  type FaultRule,
  seededRandom,
  type SeededRandom,
  type VirtualClock,
  virtualClock,
} from '../../src/testing/index.ts'
import { drive } from './support/drive.ts'

/** What a layer is made with. */
interface Making {
  readonly clock: VirtualClock
  readonly random: SeededRandom
}

const silent = (): void => undefined
const logger = { debug: silent, info: silent, warn: silent, error: silent }
const anything = { '**': z.unknown() }

/** Every layer of this package, so that faults are felt and limits are met. */
const makers: Readonly<Record<string, (making: Making) => Layer>> = {
  audit: ({ clock, random }) => audit({ sink: callbackSink(silent), clock, random }),
  log: ({ clock, random }) => log(logger, { clock, random }),
  metrics: ({ clock }) => metrics({ clock }),
  validate: () => validate(anything),
  quota: ({ clock }) => quota({ objectsMax: 4, clock }),
  deadline: ({ clock }) => deadline({ totalMs: 20_000, clock }),
  // Not with writes of its own: those may end as conflicts, which are told. It has its own test.
  fallback: ({ clock, random }) =>
    fallback(new MemoryStorageBackend({ clock }), { mirror: true, clock, random }),
  retry: ({ clock, random }) => retry({ clock, random }),
  rateLimit: ({ clock }) => rateLimit({ operationsPerSecond: 5, waitMsMax: 2000, clock }),
  concurrency: ({ clock }) => concurrency({ max: 2, queueMax: 2, clock }),
  timeout: ({ clock }) => timeout({ attemptMs: 1500, idleMs: 1500, clock }),
  checksum: () => checksum({ blockBytes: 1024 }),
  compress: () => compress({ bytesMin: 100, frameBytes: 1024 }),
  prefix: () => prefix('tenant/a'),
}

/** What networks and services do. */
const rules: readonly FaultRule[] = [
  { probability: 0.08, fault: { kind: 'error' } },
  { probability: 0.03, fault: { kind: 'error', error: 'RATE_LIMITED' } },
  { probability: 0.05, fault: { kind: 'lost-answer' } },
  { probability: 0.1, fault: { kind: 'latency', delayMs: 100, jitterMs: 2000 } },
  { operation: 'read', probability: 0.05, fault: { kind: 'short-read', afterBytes: 30 } },
  { operation: 'write', probability: 0.05, fault: { kind: 'torn-write', afterBytes: 20 } },
]

/** A random choice of layers, in an order that is legal. */
function legalStack(names: readonly string[], making: Making): Layer[] {
  const layers = names.map((name) => makers[name]!(making))
  const legal: Layer[] = []
  for (const layer of layers) {
    const places = making.random.shuffle([...legal.keys(), legal.length])
    const place = places.find((at) => isLegal(legal.toSpliced(at, 0, layer)))
    if (place !== undefined) legal.splice(place, 0, layer)
  }
  return legal
}

function isLegal(layers: readonly Layer[]): boolean {
  try {
    assertLayerOrder(layers)
    return true
  } catch {
    return false
  }
}

it('any legal stack over a store that fails behaves as a store', async () => {
  let [ok, failed] = [0, 0]
  const subsets = fc.subarray(Object.keys(makers))
  await fc.assert(
    fc.asyncProperty(subsets, fc.integer(), async (names, seed) => {
      const random = seededRandom(seed)
      const clock = virtualClock()
      const injector = faults({ seed, clock, rules })
      const stack = legalStack(random.shuffle(names), { clock, random })
      const backend = applyLayers(new MemoryStorageBackend({ clock }), [...stack, injector])
      const calm = (): void => injector.clear()
      const driven = await drive({ backend, random, clock, rounds: 40, calm })
      ok += driven.ok
      failed += driven.failed
      await backend.close()
    }),
    { numRuns: 100 },
  )
  // Both were met, so that the runs say something.
  expect(Math.min(ok, failed)).toBeGreaterThan(100)
}, 120_000)

/** Layers with a fault of their own, as one could write them. */
const liars: Readonly<Record<string, Around>> = {
  'one that sends a create again, and takes its own object for another': async (_call, run) => {
    try {
      return await run()
    } catch (error) {
      if (!isStorageError(error, 'UNAVAILABLE')) throw error
      return run()
    }
  },
  'one that answers from what it read before': cached(),
  'one that takes a failure for an absence': async (call, run) => {
    try {
      return await run()
    } catch (error) {
      if (call.operation !== 'read' || !isStorageError(error, 'UNAVAILABLE')) throw error
      throw new StorageError('NOT_FOUND', 'gone', { key: call.key })
    }
  },
}

function cached(): Around {
  const known = new Map<string, unknown>()
  return async <T>(call: LayerCall, run: () => Promise<T>): Promise<T> => {
    if (call.operation !== 'stat') return run()
    if (!known.has(call.key!)) known.set(call.key!, await run())
    return known.get(call.key!) as T
  }
}

it.each(Object.entries(liars))('finds out %s', async (_name, around) => {
  const runs = Array.from({ length: 20 }, async (_, seed) => {
    const clock = virtualClock()
    const injector = faults({ seed, clock, rules })
    const liar = defineLayer({ name: 'liar', wrap: (inner) => aroundCalls(inner, around) })
    const backend = applyLayers(new MemoryStorageBackend(), [liar, injector])
    const random = seededRandom(seed)
    await drive({ backend, random, clock, rounds: 40, calm: () => injector.clear() })
  })
  const outcomes = await Promise.allSettled(runs)
  expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0)
})
