/** The contract, by the kit: behind the layers of time and patience. */
import { deadline, rateLimit, retry, timeout } from '@aos-storage/core'
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { fileHarness } from './support/store.ts'

registerConformance(
  { describe, it, afterAll },
  fileHarness('file behind deadline, retry, rateLimit and timeout', { durability: 'none' }, [
    deadline({ totalMs: 60_000 }),
    retry(),
    rateLimit({ operationsPerSecond: 1_000_000, bytesPerSecond: 1e12 }),
    timeout(),
  ]),
)
