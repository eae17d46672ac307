/** Fresh stores on the gateway for the conformance kit, each in a bucket of its own. */
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { applyLayers, type Layer, prefix, type StorageBackend } from '@aos-storage/core'
import type { ConformanceHarness } from '@aos-storage/core/testing'
import { type S3Options, S3StorageBackend } from '../../src/index.ts'
import { bucketName, connectionOptions, dropBucket, makeBucket, sdkClient } from './bucket.ts'

/** What opens a store in another process; all of it survives JSON. */
export interface ChildStoreArgs extends S3Options {
  readonly prefixedBy?: string | undefined
}

/** A store, behind a prefix view when asked to. */
export async function openStore({
  prefixedBy,
  ...options
}: ChildStoreArgs): Promise<StorageBackend> {
  const backend = await S3StorageBackend.open(options)
  return prefixedBy === undefined ? backend : applyLayers(backend, [prefix(prefixedBy)])
}

/** Parts of the default size: four on their way, one that fills, the first bytes, and the SDK. */
const bufferedBytesMax = 64 * 1024 ** 2

export interface HarnessSettings {
  readonly options?: Partial<ChildStoreArgs>
  readonly layers?: readonly Layer[]
  readonly isVersioned?: boolean
}

/** What the kit needs to know of this backend. */
export function s3Harness(
  name: string,
  url: () => string,
  { options = {}, layers = [], isVersioned = false }: HarnessSettings = {},
): ConformanceHarness {
  return {
    name,
    isSlow: true,
    timeLimitMs: 60_000,
    bufferedBytesMax,
    async open() {
      const bucket = bucketName()
      const client = sdkClient(url())
      await makeBucket(client, bucket, isVersioned)
      const args = { bucket, ...connectionOptions(url()), ...options }
      const start = [options.prefix, options.prefixedBy].filter((part) => part !== undefined)
      const open = async (): Promise<StorageBackend> => applyLayers(await openStore(args), layers)
      return {
        backend: await open(),
        reopen: open,
        child: { module: new URL('./child-store.ts', import.meta.url).href, args },
        async putForeign(key, body) {
          const Key = [...start, key].join('/')
          await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: body }))
          return key
        },
        async dispose() {
          await dropBucket(client, bucket)
          client.destroy()
        },
      }
    },
  }
}
