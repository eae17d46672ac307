/** The contract, by the kit, on the gateway: behind every layer that there is, over a store with a
 * prefix. */
import { registerConformance } from '@aos-storage/core/testing'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterAll, describe, it } from 'vitest'
import { s3Harness } from '../support/store.ts'

describeWithService('rgw', (service) => {
  const options = { prefix: 'stores/one', isBehindAll: true }
  registerConformance(
    { describe, it, afterAll },
    s3Harness('s3 behind all layers', () => service.url, { options }),
  )
})
