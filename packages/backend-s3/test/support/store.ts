/** Fresh stores on the gateway for the conformance kit, each in a bucket of its own. */
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { applyLayers, type Layer, type StorageBackend } from '@aos-storage/core'
import { circuitBreaker } from '@aos-storage/circuit-breaker'
import {
  type ConformanceHarness,
  everyLayer,
  everyLayerPrefix,
  faults,
} from '@aos-storage/core/testing'
import { type S3Options, S3StorageBackend } from '../../src/index.ts'
import { bucketName, connectionOptions, dropBucket, makeBucket, sdkClient } from './bucket.ts'

/** What opens a store in another process; all of it survives JSON. */
export interface ChildStoreArgs extends S3Options {
  /** Over a client of the SDK as a program makes it that has one already. */
  readonly isOverClient?: boolean | undefined
  /** Behind every layer that there is, and faults that do not strike. */
  readonly isBehindAll?: boolean | undefined
}

/** A store, behind layers, or over a given client, when asked to. */
export async function openStore({
  isOverClient = false,
  isBehindAll = false,
  ...options
}: ChildStoreArgs): Promise<StorageBackend> {
  const backend = isOverClient
    ? await openOverClient(options)
    : await S3StorageBackend.open(options)
  if (!isBehindAll) return backend
  return applyLayers(backend, everyLayer([circuitBreaker(), faults({ seed: 1 })]))
}

/** The client is the caller's to end: here it ends with the store. */
async function openOverClient({
  endpoint,
  region,
  credentials,
  ...options
}: S3Options): Promise<StorageBackend> {
  const client = new S3Client({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
    forcePathStyle: true,
  })
  const backend = await S3StorageBackend.open({ ...options, client })
  const close = backend.close.bind(backend)
  backend.close = async () => {
    await close()
    client.destroy()
  }
  return backend
}

/** How another process opens a store. */
export const childModule: string = new URL('./child-store.ts', import.meta.url).href

/** Parts of the default size: four on their way, one that fills, the first bytes, and the SDK. */
export const bufferedBytesMax: number = 64 * 1024 ** 2

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
      const behind = options.isBehindAll === true ? everyLayerPrefix : undefined
      const start = [options.prefix, behind].filter((part) => part !== undefined)
      const open = async (): Promise<StorageBackend> => applyLayers(await openStore(args), layers)
      return {
        backend: await open(),
        reopen: open,
        child: { module: childModule, args },
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
