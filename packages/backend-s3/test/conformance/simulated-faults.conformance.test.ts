/** The contract, by the kit, on a simulation: behind a fault injector that injects nothing. */
import { faults, registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { notProcesses, simulationHarness } from '../support/simulation-store.ts'

registerConformance(
  { describe, it, afterAll },
  simulationHarness('s3 behind faults', { layers: [faults({ seed: 1 })] }),
  { filter: notProcesses },
)
