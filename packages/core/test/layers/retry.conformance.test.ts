/** The contract, by the kit: behind each layer of time and patience, and behind all of them. */
import { afterAll, describe, it } from 'vitest'
import {
  applyLayers,
  deadline,
  type Layer,
  MemoryStorageBackend,
  rateLimit,
  retry,
  timeout,
} from '../../src/index.ts'
import { faults, registerConformance } from '../../src/testing/index.ts'
import { registerLayers } from './support/kit.ts'

/** More than the kit asks for: nothing waits. */
const fast = { operationsPerSecond: 1_000_000, bytesPerSecond: 1e12 }

registerLayers('memory behind retry', () => [retry()])
registerLayers('memory behind timeout', () => [timeout()])

registerLayers('memory behind rateLimit', () => [rateLimit(fast)])
registerLayers('memory behind deadline, retry, rateLimit and timeout', () => [
  deadline({ totalMs: 60_000 }),
  retry(),
  rateLimit(fast),
  timeout(),
])

/** The store did not do it, and says so: what it leaves open may not be taken for a refusal. */
const busy = { kind: 'error', error: 'RATE_LIMITED' } as const

/** Fails now and then, before the store sees the call or after it was done. */
function unreliable(): Layer {
  return faults({
    seed: 7,
    rules: [
      { operation: ['read', 'stat', 'list'], probability: 0.1, fault: { kind: 'error' } },
      { operation: ['write', 'delete', 'copy'], probability: 0.1, fault: busy },
    ],
  })
}

// What the kit asks for is to hold although the store fails: that is what retries are for.
registerConformance(
  { describe, it, afterAll },
  {
    name: 'memory that fails now and then, behind retry',
    async open() {
      const inner = new MemoryStorageBackend({ objectBytesMax: 16 * 1024 ** 2 })
      const patient = retry({ attemptsMax: 12, delayMs: 0, budgetTokens: 1_000_000 })
      return { backend: applyLayers(inner, [patient, unreliable()]) }
    },
  },
)
