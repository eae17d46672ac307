/** 20,000 objects listed whole, in pages of 1,000, against the SDK, minio and s3mini. */
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { defineSuite, type Rival } from '@aos-tooling/bench'

import { inParallel, shareGateway, sharedPlace } from './gateway.ts'
import { backend, manager, minio, type ObjectStoreKind, s3mini, sdk } from './object-stores.ts'

const objects = 20_000
const objectsQuick = 2000
const prefix = 'agents/'
const bytes = new Uint8Array(8)

const keyOf = (place: number): string => `${prefix}a${String(place).padStart(6, '0')}.json`

function listing(kind: ObjectStoreKind): Rival {
  const { name, version } = kind
  return {
    name,
    version,
    async setup() {
      const store = await kind.open(await sharedPlace())
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
  name: 'list 20,000 objects',
  about: 'Names, sizes, times and versions, page after page; an operation is an object.',
  ours: manager.name,
  promises: [sdk, minio, s3mini].map(({ name }) => ({ against: name, atLeast: 0.95 })),
  operationsPerBatch: objects,
  operationsPerBatchQuick: objectsQuick,
  warmupBatches: 1,
  measureMs: 4000,
  rounds: 7,
  share: ({ quick }) =>
    shareGateway((client, bucket) =>
      inParallel(0, quick ? objectsQuick : objects, 32, (place) =>
        client.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf(place), Body: bytes })),
      ),
    ),
  rivals: [manager, backend, sdk, minio, s3mini].map(listing),
})
