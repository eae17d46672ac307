/**
 * The contract, by the kit, on a simulation of Amazon's: streams go by a scratch object, which the
 * service copies with the condition, because their checksum is known only at their end. Without
 * keys and listings, which are those of `simulated-aws.conformance`.
 */
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { simulationHarness } from '../support/simulation-store.ts'
import { smallParts } from '../support/small-parts.ts'
import { ofBodies } from '../support/groups.ts'

const options = { ...smallParts, checksum: 'sha256' } as const

registerConformance(
  { describe, it, afterAll },
  simulationHarness('s3 as of Amazon with a checksum', { options }),
  { filter: ofBodies },
)
