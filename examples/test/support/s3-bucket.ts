/** A bucket of one test on the gateway, gone with all that is in it when the test ends. */
import { randomUUID } from 'node:crypto'
import { S3StorageBackend } from '@aos-storage/backend-s3'
import { StorageManager } from '@aos-storage/core'
import { s3Connection } from '@aos-tooling/services'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { onTestFinished } from 'vitest'

function clientOf(url: string): S3Client {
  const { endpoint, region, accessKeyId, secretAccessKey } = s3Connection(url)
  const credentials = { accessKeyId, secretAccessKey }
  return new S3Client({ endpoint, region, credentials, forcePathStyle: true })
}

/** Makes a bucket; gives its name. */
export async function makeBucket(url: string): Promise<string> {
  const { endpoint, accessKeyId, secretAccessKey } = s3Connection(url)
  const credentials = { accessKeyId, secretAccessKey }
  const client = clientOf(url)
  const bucket = `examples-${randomUUID()}`
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  onTestFinished(async () => {
    const store = new StorageManager(await S3StorageBackend.open({ bucket, endpoint, credentials }))
    const keys = await store.listKeys()
    await store.deleteMany(keys)
    await store.close()
    await client.send(new DeleteBucketCommand({ Bucket: bucket }))
    client.destroy()
  })
  return bucket
}

/** Thousands of versions are deleted one by one by the gateway. */
const dropMsMax = 600_000

/** A bucket that keeps every version, and counts so how often a key was written. */
export interface VersionedBucket {
  readonly bucket: string
  countVersions(prefix: string): Promise<Map<string, number>>
}

async function* pagesOf(
  client: S3Client,
  scope: { readonly Bucket: string; readonly Prefix?: string },
): AsyncGenerator<ListObjectVersionsCommandOutput> {
  let marker: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {}
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ ...scope, ...marker }))
    yield page
    if (page.IsTruncated !== true) return
    marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
  }
}

export async function makeVersionedBucket(url: string): Promise<VersionedBucket> {
  const client = clientOf(url)
  const bucket = `examples-${randomUUID()}`
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  const VersioningConfiguration = { Status: 'Enabled' } as const
  await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }))
  onTestFinished(async () => {
    for await (const page of pagesOf(client, { Bucket: bucket })) {
      const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]
      const Objects = found.map(({ Key, VersionId }) => ({ Key: Key!, VersionId }))
      if (Objects.length === 0) continue
      await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }))
    }
    await client.send(new DeleteBucketCommand({ Bucket: bucket }))
    client.destroy()
  }, dropMsMax)
  const countVersions = async (Prefix: string): Promise<Map<string, number>> => {
    const counts = new Map<string, number>()
    const scope = { Bucket: bucket, Prefix }
    for await (const page of pagesOf(client, scope)) {
      for (const { Key } of page.Versions ?? []) counts.set(Key!, (counts.get(Key!) ?? 0) + 1)
    }
    return counts
  }
  return { bucket, countVersions }
}
