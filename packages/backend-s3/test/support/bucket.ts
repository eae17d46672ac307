/** Buckets of one test on the gateway, and the backends in them; both go when the test ends. */
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { s3Connection } from '@aos-tooling/services'
import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { type S3Options, S3StorageBackend } from '../../src/index.ts'

/** Of a bucket that is dropped: what is listed again and again cannot be deleted. */
const pagesMax = 100

/** A client of the SDK for the same bucket, to look behind the backend's back. */
export interface TestBucket {
  readonly name: string
  readonly client: S3Client
  readonly options: S3Options
  readonly open: (options?: Partial<S3Options>) => Promise<S3StorageBackend>
}

/** A name that no other test has. */
export function bucketName(): string {
  return `t-${randomUUID()}`
}

/** What reaches the server of a service's URL. */
export function connectionOptions(
  url: string,
): Pick<S3Options, 'endpoint' | 'region' | 'credentials'> {
  const { endpoint, region, accessKeyId, secretAccessKey } = s3Connection(url)
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
}

/** A client of the SDK; `destroy` it. */
export function sdkClient(url: string): S3Client {
  const { endpoint, region, accessKeyId, secretAccessKey } = s3Connection(url)
  return new S3Client({
    ...{ endpoint, region, credentials: { accessKeyId, secretAccessKey } },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
}

export async function makeBucket(
  client: S3Client,
  name: string,
  isVersioned: boolean = false,
): Promise<void> {
  await client.send(new CreateBucketCommand({ Bucket: name }))
  if (!isVersioned) return
  const VersioningConfiguration = { Status: 'Enabled' } as const
  await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }))
}

/** Deletes a bucket with all that is in it. */
export async function dropBucket(client: S3Client, name: string): Promise<void> {
  for (let pages = 0; pages < pagesMax; pages++) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket: name }))
    const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(
      ({ Key = '', VersionId }) => ({ Key, VersionId }),
    )
    if (found.length === 0) break
    // No XML can carry the others.
    const Objects = found.filter(({ Key }) => !/[\ufffe\uffff]/.test(Key))
    if (Objects.length > 0) {
      await client.send(
        new DeleteObjectsCommand({ Bucket: name, Delete: { Objects, Quiet: true } }),
      )
    }
    const alone = found.filter((each) => !Objects.includes(each))
    await Promise.all(
      alone.map((each) => client.send(new DeleteObjectCommand({ Bucket: name, ...each }))),
    )
  }
  await client.send(new DeleteBucketCommand({ Bucket: name }))
}

/** A new bucket, with options for all backends that are opened in it. */
export async function newBucket(
  url: string,
  common: Partial<S3Options> = {},
  isVersioned: boolean = false,
): Promise<TestBucket> {
  const bucket = await lastingBucket(url, common, isVersioned)
  // After the backends were closed, and before the client is: the last hook comes first.
  onTestFinished(() => dropBucket(bucket.client, bucket.name))
  return bucket
}

/**
 * The same, on a gateway of one's own, with which it goes: a killed one may leave in its index what
 * is not there, and cannot be deleted.
 */
export async function lastingBucket(
  url: string,
  common: Partial<S3Options> = {},
  isVersioned: boolean = false,
): Promise<TestBucket> {
  const name = bucketName()
  const client = sdkClient(url)
  onTestFinished(() => client.destroy())
  await makeBucket(client, name, isVersioned)
  const options: S3Options = {
    bucket: name,
    ...connectionOptions(url),
    retryDelayMs: 5,
    ...common,
  }
  return {
    ...{ name, client, options },
    async open(more = {}) {
      const backend = await S3StorageBackend.open({ ...options, ...more })
      onTestFinished(() => backend.close())
      return backend
    },
  }
}
