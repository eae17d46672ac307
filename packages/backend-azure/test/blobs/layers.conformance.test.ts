/** The contract, by the kit, on Azurite: behind every layer that there is. */
import { registerConformance } from '@aos-storage/core/testing'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterAll, describe, it } from 'vitest'
import { blobHarness } from '../support/store.ts'

describeWithService('azurite', (service) => {
  registerConformance(
    { describe, it, afterAll },
    blobHarness('azblob behind all layers', () => service.url, {
      prefix: 'stores/one',
      isBehindAll: true,
    }),
  )
})
