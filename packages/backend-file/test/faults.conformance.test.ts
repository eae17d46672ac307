/** The contract, by the kit: behind a fault injector that injects nothing. */
import { faults, registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { fileHarness } from './support/store.ts'

registerConformance(
  { describe, it, afterAll },
  fileHarness('file behind faults', { durability: 'none' }, [faults({ seed: 1 })]),
)
