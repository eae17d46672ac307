/**
 * The contract, by the kit, on simulations of servers that know no conditions of writes: what the
 * store does not claim, it refuses before anything moves.
 */
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { ignoresConditionsBehaviour, refusesConditionsBehaviour } from '../../src/testing/index.ts'
import { simulationHarness } from '../support/simulation-store.ts'
import { notProcesses } from '../support/store.ts'

const servers = {
  's3 that ignores conditions': ignoresConditionsBehaviour,
  's3 that refuses conditions': refusesConditionsBehaviour,
}
for (const [name, behaviour] of Object.entries(servers)) {
  registerConformance({ describe, it, afterAll }, simulationHarness(name, { behaviour }), {
    filter: notProcesses,
  })
}
