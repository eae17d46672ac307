/** A bucket of one test on the gateway, gone with all that is in it when the test ends. */
import { randomUUID } from 'node:crypto'
import { S3StorageBackend } from '@aos-storage/backend-s3'
import { StorageManager } from '@aos-storage/core'
import { s3Connection } from '@aos-tooling/services'
import { CreateBucketCommand, DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { onTestFinished } from 'vitest'

/** Makes a bucket; gives its name. */
export async function makeBucket(url: string): Promise<string> {
  const { endpoint, region, accessKeyId, secretAccessKey } = s3Connection(url)
  const credentials = { accessKeyId, secretAccessKey }
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
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
