/**
 * The contract, by the kit, on a simulation of Amazon's: streams go by a scratch object, which the
 * service copies with the condition, because their checksum is known only at their end.
 */
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { simulationHarness } from '../support/simulation-store.ts'
import { smallParts } from '../support/small-parts.ts'
import { notProcesses } from '../support/store.ts'

const options = { ...smallParts, checksum: 'sha256' } as const

registerConformance(
  { describe, it, afterAll },
  simulationHarness('s3 as of Amazon with a checksum', { options }),
  { filter: notProcesses },
)
