/** The contract, by the kit, on Azurite: behind a fault injector that injects nothing. */
import { faults, registerConformance } from '@aos-storage/core/testing'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterAll, describe, it } from 'vitest'
import { blobHarness } from '../support/store.ts'

describeWithService('azurite', (service) => {
  registerConformance(
    { describe, it, afterAll },
    blobHarness('azblob behind faults', () => service.url, {}, [faults({ seed: 1 })]),
  )
})
