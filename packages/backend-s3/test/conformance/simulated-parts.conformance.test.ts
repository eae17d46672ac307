/**
 * The contract, by the kit, on a simulation of Amazon's: nearly every body is an upload in parts
 * whose completion has the condition, and is read in parts, several at once. Without keys and
 * listings, which are those of `simulated-aws.conformance`.
 */
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { simulationHarness } from '../support/simulation-store.ts'
import { smallParts } from '../support/small-parts.ts'
import { ofBodies } from '../support/groups.ts'

const options = { ...smallParts, readPartBytes: 64 * 1024, readConcurrency: 3 }

/** Who asks for parts at once asks for this: see `in-parts.faults.test.ts`. */
const unheld = 'parts that are asked for later are of no version that is gone by then'
const skip = {
  'read/held-over-overwrite': unheld,
  'read/held-over-delete': unheld,
  'copy/readers': unheld,
  'race/many-keys': unheld,
}

registerConformance(
  { describe, it, afterAll },
  simulationHarness('s3 as of Amazon in small parts', { options, skip }),
  { filter: ofBodies },
)
