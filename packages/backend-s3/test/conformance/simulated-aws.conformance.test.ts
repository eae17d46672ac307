/** The contract, by the kit, on a simulation of Amazon's: all conditions are honoured. */
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { simulationHarness } from '../support/simulation-store.ts'

registerConformance({ describe, it, afterAll }, simulationHarness('s3 as of Amazon'))
