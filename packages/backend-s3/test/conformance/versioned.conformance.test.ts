/**
 * The contract, by the kit, on the gateway: in a bucket that keeps versions, and behind a fault
 * injector that injects nothing. Without names, and the ways of bytes: `plain.conformance` has
 * them.
 */
import { faults, registerConformance } from '@aos-storage/core/testing'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterAll, describe, it } from 'vitest'
import { ofVersions } from '../support/groups.ts'
import { s3Harness } from '../support/store.ts'

describeWithService('rgw', (service) => {
  registerConformance(
    { describe, it, afterAll },
    s3Harness('s3 with versions behind faults', () => service.url, {
      isVersioned: true,
      layers: [faults({ seed: 1 })],
    }),
    { filter: ofVersions },
  )
})
