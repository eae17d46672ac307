/**
 * The contract, by the kit, on simulations of servers that know no conditions of writes: what the
 * store does not claim, it refuses before anything moves. Without keys, listings and reading, which
 * ask for no such condition: they are in `simulated-aws.conformance`.
 */
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { ignoresConditionsBehaviour, refusesConditionsBehaviour } from '../../src/testing/index.ts'
import { simulationHarness } from '../support/simulation-store.ts'
import { ofConditions } from '../support/groups.ts'

const servers = {
  's3 that ignores conditions': ignoresConditionsBehaviour,
  's3 that refuses conditions': refusesConditionsBehaviour,
}
for (const [name, behaviour] of Object.entries(servers)) {
  registerConformance({ describe, it, afterAll }, simulationHarness(name, { behaviour }), {
    filter: ofConditions,
  })
}
