/**
 * The contract, by the kit, on a simulation of Amazon's: nearly every body is an upload in parts
 * whose completion has the condition, and is read as a stream of small parts.
 */
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { simulationHarness } from '../support/simulation-store.ts'
import { smallParts } from '../support/small-parts.ts'

registerConformance(
  { describe, it, afterAll },
  simulationHarness('s3 as of Amazon in small parts', { options: smallParts }),
)
