/**
 * Moves and restorations of what is longer than one request copies: in parts, which bring nothing
 * but their bytes. Here that is more than 5 MiB, not 5 GiB.
 */
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { describeWithService } from '@aos-tooling/services/vitest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Bucket } from '../../src/bucket.ts'
import { S3Copier } from '../../src/copier.ts'
import { ObjectTiers } from '../../src/extras/access-tiers.ts'
import { VersionRestorer } from '../../src/extras/restorer.ts'
import { ObjectTags } from '../../src/extras/tags.ts'
import { ObjectVersions } from '../../src/extras/versions.ts'
import { awsServer, plainServer, type S3Options, type S3Server } from '../../src/index.ts'
import { S3Names } from '../../src/names.ts'
import { S3Reader } from '../../src/reader.ts'
import { ServerCopy } from '../../src/server-copy.ts'
import { S3Writer } from '../../src/writer.ts'
import { newBucket } from '../support/bucket.ts'
import { pattern } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

const mebibyte = 1024 ** 2
const body = pattern(6 * mebibyte)

function extrasOf(options: S3Options, server: S3Server) {
  const bucket = new Bucket(options)
  onTestFinished(() => bucket.close())
  const names = new S3Names('')
  const { calls } = bucket
  const reader = new S3Reader({
    ...{ bucket, calls, names, smallReadBytesMax: 0, partBytes: 8 * mebibyte },
    ...{ concurrency: 2, bodyIdleMsMax: 30_000 },
  })
  const serverCopy = new ServerCopy({
    ...{ bucket, calls, concurrency: 2, copyPartBytes: 5 * mebibyte },
    singleCopyBytesMax: 5 * mebibyte,
  })
  const place = { bucket, names, reader, server, serverCopy, headers: {} }
  const tags = new ObjectTags(place)
  const versions = new ObjectVersions(place)
  const tiers = new ObjectTiers({ ...place, versions, tags })
  const restorer = new VersionRestorer({ ...place, versions, tags })
  const writer = new S3Writer({
    ...{ bucket, calls, names, server, reader, headers: {}, hasChecksum: false },
    ...{ singleWriteBytesMax: 8 * mebibyte, partBytes: 8 * mebibyte, partConcurrency: 2 },
    objectBytesMax: 100 * mebibyte,
  })
  const copier = new S3Copier({ ...place, writer })
  return { copier, bucket, reader, tags, versions, tiers, restorer }
}

type Extras = ReturnType<typeof extrasOf>

/** With all that an object may have. */
async function putLong({ bucket, tags }: Extras): Promise<void> {
  const object = { Bucket: bucket.name, Key: 'doc', Body: body, ContentType: 'text/css' }
  const kept = { CacheControl: 'no-cache', Metadata: { author: 'ceo' } }
  await bucket.client.send(new PutObjectCommand({ ...object, ...kept }))
  await tags.set('doc', { 'project x': 'a+b=c' })
}

async function expectWhole({ bucket, reader }: Extras, tier: string): Promise<void> {
  const head = await bucket.client.send(new HeadObjectCommand({ Bucket: bucket.name, Key: 'doc' }))
  expect(head).toMatchObject({ ContentType: 'text/css', CacheControl: 'no-cache' })
  expect([head.Metadata, head.StorageClass ?? 'STANDARD']).toEqual([{ author: 'ceo' }, tier])
  expect(head.ETag).toMatch(/-2"?$/)
  const { body: stream } = await reader.read('doc', {})
  const chunks = await Array.fromAsync(stream as AsyncIterable<Uint8Array>)
  expect(Buffer.concat(chunks).equals(body)).toBe(true)
}

async function moveAndRestore(extras: Extras): Promise<void> {
  const { bucket, tiers, versions, restorer } = extras
  await putLong(extras)
  expect((await tiers.set('doc', 'STANDARD_IA')).tier).toBe('STANDARD_IA')
  await expectWhole(extras, 'STANDARD_IA')
  const overwritten = { Bucket: bucket.name, Key: 'doc', Body: 'x' }
  await bucket.client.send(new PutObjectCommand(overwritten))
  const [, moved] = await Array.fromAsync(versions.list('doc', undefined))
  await restorer.restore('doc', moved!.id)
  await expectWhole(extras, 'STANDARD')
}

describeWithService('rgw', (service) => {
  it('keep all that the object has, held by its version', async () => {
    const { options } = await newBucket(service.url, {}, true)
    await moveAndRestore(extrasOf(options, plainServer))
  })

  it('are refused where nothing holds the parts to one version', async () => {
    const { options } = await newBucket(service.url)
    const extras = extrasOf(options, plainServer)
    await putLong(extras)
    await expect(extras.tiers.set('doc', 'STANDARD_IA')).rejects.toMatchObject({
      ...{ code: 'UNSUPPORTED', operation: 'setAccessTier', key: 'doc' },
    })
  })
})

describe('as Amazon has it', () => {
  it('keep all that the object has, held by conditions', async () => {
    const { s3, options } = await simulatedBucket()
    s3.createBucket('versioned', { versioning: 'Enabled' })
    await moveAndRestore(extrasOf({ ...options, bucket: 'versioned' }, awsServer))
    const extras = extrasOf(options, awsServer)
    await putLong(extras)
    await extras.tiers.set('doc', 'GLACIER_IR')
    await expectWhole(extras, 'GLACIER_IR')
    // Ceph 16 overlooks the tags of a multipart upload.
    expect(await extras.tags.get('doc')).toEqual({ 'project x': 'a+b=c' })
    expect(s3.uploads(options.bucket)).toEqual([])
  })

  it('begin again when the object is overwritten between two parts', async () => {
    const { s3, name, options } = await simulatedBucket()
    const extras = extrasOf({ ...options, retryDelayMs: 2 }, awsServer)
    await putLong(extras)
    const run = (): void => void s3.put(name, 'doc', 'short', { metadata: { by: 'other' } })
    const fault = { kind: 'meanwhile', at: 'answer', run } as const
    s3.script({ operation: 'UploadPartCopy', times: 1, fault })
    expect((await extras.tiers.set('doc', 'STANDARD_IA')).tier).toBe('STANDARD_IA')
    const [object] = s3.objects(name)
    expect(Buffer.from(object!.body).toString()).toBe('short')
    expect([object!.storageClass, object!.metadata]).toEqual(['STANDARD_IA', { by: 'other' }])
    expect(s3.uploads(name)).toEqual([])
  })
})

describe('conditions of a copy in parts', () => {
  it('are held by its completion', async () => {
    const { s3, name, options } = await simulatedBucket()
    const { copier, reader } = extrasOf(options, awsServer)
    s3.put(name, 'from', body)
    s3.put(name, 'to', 'theirs')
    await expect(copier.copy('from', 'to', { ifNoneMatch: '*' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    })
    const { etag } = await reader.stat('to', {})
    expect((await copier.copy('from', 'to', { ifMatch: etag })).size).toBe(body.byteLength)
  })

  it('are refused where a completion ignores them', async () => {
    const { s3, name, options } = await simulatedBucket({
      behaviour: { completeConditions: 'ignored' },
    })
    const server = { ...awsServer, conditionalComplete: false }
    const { copier } = extrasOf(options, server)
    s3.put(name, 'from', body)
    s3.put(name, 'to', 'theirs')
    for (const condition of [{ ifNoneMatch: '*' }, { ifMatch: 'another' }] as const) {
      await expect(copier.copy('from', 'to', condition)).rejects.toMatchObject({
        code: 'QUOTA_EXCEEDED',
      })
    }
    const { body: there } = s3.objects(name).find(({ key }) => key === 'to')!
    expect(Buffer.from(there).toString()).toBe('theirs')
  })
})
