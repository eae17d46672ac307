/** Containers and buckets on real servers, and what reaches them; gone with the test. */
import {
  BlobServiceClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  type StorageSharedKeyCredential,
} from '@azure/storage-blob'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { s3Connection } from '@aos-tooling/services'
import { randomUUID } from 'node:crypto'

export interface TestContainer extends AsyncDisposable {
  readonly name: string
  /** A URL that gives these rights, as `rl` for read and list, and no others. */
  readonly sasUrl: (permissions: string) => string
}

export async function newContainer(connectionString: string): Promise<TestContainer> {
  const client = BlobServiceClient.fromConnectionString(connectionString)
  const container = client.getContainerClient(`c-${randomUUID()}`)
  await container.create()
  return {
    name: container.containerName,
    sasUrl(permissions) {
      const values = {
        containerName: container.containerName,
        permissions: ContainerSASPermissions.parse(permissions),
        expiresOn: new Date('2099-01-01'),
      }
      const credential = client.credential as StorageSharedKeyCredential
      return `${container.url}?${generateBlobSASQueryParameters(values, credential).toString()}`
    },
    [Symbol.asyncDispose]: async () => void (await container.delete()),
  }
}

export interface TestBucket extends AsyncDisposable {
  readonly name: string
  /** Of a profile; the secrets are in `S3_KEY` and `S3_SECRET`. */
  readonly profile: Readonly<Record<string, unknown>>
  readonly env: Readonly<Record<string, string>>
  /** The same for a user who owns nothing. */
  readonly otherEnv: Readonly<Record<string, string>>
}

export async function newBucket(url: string, isVersioned = false): Promise<TestBucket> {
  const { endpoint, region, accessKeyId, secretAccessKey, otherUser } = s3Connection(url)
  const client = new S3Client({
    ...{ endpoint, region, credentials: { accessKeyId, secretAccessKey } },
    forcePathStyle: true,
  })
  const name = `t-${randomUUID()}`
  await client.send(new CreateBucketCommand({ Bucket: name }))
  if (isVersioned) {
    const VersioningConfiguration = { Status: 'Enabled' } as const
    await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }))
  }
  return {
    name,
    profile: {
      ...{ storageType: 's3', bucket: name, endpoint, region, attemptsMax: 2 },
      credentials: { accessKeyId: { env: 'S3_KEY' }, secretAccessKey: { env: 'S3_SECRET' } },
    },
    env: { S3_KEY: accessKeyId, S3_SECRET: secretAccessKey },
    otherEnv: {
      S3_KEY: otherUser?.accessKeyId ?? 'none',
      S3_SECRET: otherUser?.secretAccessKey ?? 'none',
    },
    async [Symbol.asyncDispose]() {
      const page = await client.send(new ListObjectVersionsCommand({ Bucket: name }))
      for (const { Key, VersionId } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
        await client.send(new DeleteObjectCommand({ Bucket: name, Key, VersionId }))
      }
      await client.send(new DeleteBucketCommand({ Bucket: name }))
      client.destroy()
    },
  }
}
