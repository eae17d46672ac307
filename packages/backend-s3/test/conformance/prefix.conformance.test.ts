/** The contract, by the kit, on the gateway: behind the prefix view, over a store with a prefix. */
import { registerConformance } from '@aos-storage/core/testing'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterAll, describe, it } from 'vitest'
import { notProcesses, s3Harness } from '../support/store.ts'

describeWithService('rgw', (service) => {
  const options = { prefix: 'stores/one', prefixedBy: 'tenant/a' }
  registerConformance(
    { describe, it, afterAll },
    s3Harness('s3 behind prefix', () => service.url, { options }),
    { filter: notProcesses },
  )
})
