/**
 * 20,000 blobs listed whole, against the bare SDK, each in the largest pages that it takes.
 *
 * Ours gives keys in the order of UTF-8 whatever the service's is, and looks once whether there are
 * names that Azure cannot hold as they are: one small request more.
 */
import { defineSuite, type Rival } from '@aos-tooling/bench'

import { inParallel, shareAzurite, sharedPlace } from './azurite.ts'
import { backend, type BlobStoreKind, manager, sdk } from './blob-stores.ts'

const blobs = 20_000
const blobsQuick = 2000
const prefix = 'agents/'
const bytes = new Uint8Array(8)

const keyOf = (place: number): string => `${prefix}a${String(place).padStart(6, '0')}.json`

function listing(kind: BlobStoreKind): Rival {
  const { name, version } = kind
  return {
    name,
    version,
    async setup() {
      const store = kind.open(await sharedPlace())
      return {
        async run({ operations }) {
          let place = 0
          let total = 0
          await store.list(prefix, (key, size = 0) => {
            if (key !== keyOf(place)) throw new Error(`${name} listed ${key} at ${place}`)
            place += 1
            total += size
          })
          if (place === operations && total === operations * bytes.byteLength) return
          throw new Error(`${name} listed ${place} keys`)
        },
        teardown: () => store.close(),
      }
    },
  }
}

export default defineSuite({
  name: 'list 20,000 blobs',
  about: 'Names, sizes, times and versions, page after page; an operation is a blob.',
  ours: manager.name,
  promises: [{ against: sdk.name, atLeast: 0.9 }],
  operationsPerBatch: blobs,
  operationsPerBatchQuick: blobsQuick,
  warmupBatches: 1,
  measureMs: 4000,
  rounds: 7,
  share: ({ quick }) =>
    shareAzurite((container) =>
      inParallel(0, quick ? blobsQuick : blobs, 32, (place) =>
        container.getBlockBlobClient(keyOf(place)).upload(bytes, bytes.byteLength),
      ),
    ),
  rivals: [manager, backend, sdk].map(listing),
})
