/** Buckets of a server: made and removed beside the store, which lives in one. */
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { isStorageError, StorageError } from '@aos-storage/core'
import type { S3Account } from './s3-account.ts'

/** Deletes at once. */
const atOnce = 16

/** @throws StorageError `UNAVAILABLE`, with what the server said. */
export function createBucket(
  account: S3Account,
  bucket: string,
  { isVersioned = false }: { readonly isVersioned?: boolean } = {},
): Promise<void> {
  return on(account, `The bucket ${bucket} could not be made`, async (client) => {
    await client.send(new CreateBucketCommand({ Bucket: bucket }))
    if (!isVersioned) return
    const VersioningConfiguration = { Status: 'Enabled' } as const
    await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }))
  })
}

/** Whether the bucket keeps versions; who may not ask is told that it does not. */
export async function isVersioned(account: S3Account, bucket: string): Promise<boolean> {
  const ask = (client: S3Client): Promise<boolean> =>
    client
      .send(new GetBucketVersioningCommand({ Bucket: bucket }))
      .then(({ Status }) => Status === 'Enabled')
  return on(account, `${bucket} does not tell whether it keeps versions`, ask).catch(() => false)
}

/** Deletes a bucket with all that is in it: only for one that was made here. */
export function dropBucket(account: S3Account, bucket: string): Promise<void> {
  return on(account, `The bucket ${bucket} is left`, async (client) => {
    await abortUploads(client, bucket)
    for (;;) {
      const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }))
      const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]
      if (found.length === 0) break
      for (let first = 0; first < found.length; first += atOnce) {
        const some = found.slice(first, first + atOnce)
        await Promise.all(
          some.map(({ Key, VersionId }) =>
            client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId })),
          ),
        )
      }
    }
    await client.send(new DeleteBucketCommand({ Bucket: bucket }))
  })
}

/** Writes an object under any name, also one that is no key. */
export function putForeign(
  account: S3Account,
  bucket: string,
  name: string,
  body: Uint8Array,
): Promise<void> {
  return on(account, `${name} could not be written`, async (client) => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: name, Body: body }))
  })
}

async function abortUploads(client: S3Client, bucket: string): Promise<void> {
  for (;;) {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
    if (Uploads.length === 0) return
    for (const { Key, UploadId } of Uploads) {
      await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }))
    }
  }
}

async function on<T>(
  { endpoint, region, credentials }: S3Account,
  failure: string,
  call: (client: S3Client) => Promise<T>,
): Promise<T> {
  const client = new S3Client({
    ...(endpoint === undefined
      ? {}
      : { endpoint, region: 'us-east-1', forcePathStyle: true, ...whenRequired }),
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials: { ...credentials } }),
  })
  try {
    return await call(client)
  } catch (cause) {
    if (isStorageError(cause)) throw cause
    const { name, message } = cause as Error
    throw new StorageError('UNAVAILABLE', `${failure}: ${name}: ${message}`, { cause })
  } finally {
    client.destroy()
  }
}

/** As the backend has it: other servers refuse the checksums that Amazon's takes since 2025. */
const whenRequired = {
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const
