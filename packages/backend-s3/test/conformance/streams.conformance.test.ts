/**
 * The contract, by the kit, on the gateway: with a checksum, every stream by way of a scratch
 * object, and every body read as a stream of small parts. Without keys and listings, which are
 * those of `plain.conformance`.
 */
import { registerConformance } from '@aos-storage/core/testing'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterAll, describe, it } from 'vitest'
import { ofBodiesAndProcesses } from '../support/groups.ts'
import { s3Harness } from '../support/store.ts'
import { smallParts } from '../support/small-parts.ts'

describeWithService('rgw', (service) => {
  const options = { ...smallParts, checksum: 'sha256' } as const
  registerConformance(
    { describe, it, afterAll },
    s3Harness('s3 in small parts with a checksum', () => service.url, { options }),
    { filter: ofBodiesAndProcesses },
  )
})
