/**
 * The contract, by the kit, on Azurite: with blocks so small that nearly every body takes several,
 * every body is read as a stream, and copies go by blocks as well. Without keys and listings, which
 * are those of `plain.conformance`.
 */
import { registerConformance } from '@aos-storage/core/testing'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterAll, describe, it } from 'vitest'
import { ofBodiesAndProcesses } from '../support/groups.ts'
import { blobHarness } from '../support/store.ts'

describeWithService('azurite', (service) => {
  const options = { singleWriteBytesMax: 1000, blockBytes: 64 * 1024, smallReadBytesMax: 0 }
  registerConformance(
    { describe, it, afterAll },
    blobHarness('azblob in small blocks', () => service.url, options),
    { filter: ofBodiesAndProcesses },
  )
})
