/** The contract, by the kit, on Azurite: behind the prefix view, over a store with a prefix. */
import { registerConformance } from '@aos-storage/core/testing'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterAll, describe, it } from 'vitest'
import { blobHarness } from '../support/store.ts'

describeWithService('azurite', (service) => {
  const options = { prefix: 'stores/one', prefixedBy: 'tenant/a' }
  registerConformance(
    { describe, it, afterAll },
    blobHarness('azblob behind prefix', () => service.url, options),
  )
})
