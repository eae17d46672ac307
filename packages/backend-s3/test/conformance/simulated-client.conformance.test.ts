/**
 * The contract, by the kit, on a simulation of Amazon's: over a client of the SDK that was given,
 * with its checksums, its framing of bodies, and its retries.
 */
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { simulationHarness } from '../support/simulation-store.ts'

registerConformance(
  { describe, it, afterAll },
  simulationHarness('s3 over a given client', { options: { isOverClient: true } }),
)
