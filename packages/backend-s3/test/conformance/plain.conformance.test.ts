/** The contract, by the kit, on the gateway. */
import { registerConformance } from '@aos-storage/core/testing'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterAll, describe, it } from 'vitest'
import { s3Harness } from '../support/store.ts'

describeWithService('rgw', (service) => {
  registerConformance(
    { describe, it, afterAll },
    s3Harness('s3', () => service.url),
  )
})
