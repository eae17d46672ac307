import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'

import {
  type Behaviour,
  ceph16Behaviour,
  ignoresConditionsBehaviour,
  refusesConditionsBehaviour,
} from '../../src/testing/index.ts'
import { Bucket, failureOf, started } from './peers.ts'

const done = 'no failure'
const other = '"00000000000000000000000000000000"'

function put(client: S3Client, input: Partial<PutObjectCommandInput>): Promise<string> {
  return failureOf(client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'new', ...input })))
}

async function withObject(behaviour: Partial<Behaviour> = {}) {
  const { s3, client } = await started({ behaviour })
  // In the middle of a second, which headers of dates cannot say.
  const lastModifiedMs = Math.floor(Date.now() / 1000) * 1000 - 500
  const { etag } = s3.put(Bucket, 'k', 'old', { lastModifiedMs })
  return { s3, client, etag: `"${etag}"`, bare: etag }
}

describe('PutObject', () => {
  it('creates only, and tells 412 from 501', async () => {
    const { s3, client } = await withObject()
    expect(await put(client, { IfNoneMatch: '*' })).toBe('412 PreconditionFailed')
    expect(await put(client, { Key: 'other', IfNoneMatch: '*' })).toBe(done)
    expect(await put(client, { IfNoneMatch: other })).toBe('501 NotImplemented')
    expect(await put(client, { IfNoneMatch: '*', IfMatch: other })).toBe('501 NotImplemented')
    s3.behave({ putIfNoneMatch: 'notImplemented' })
    expect(await put(client, { Key: 'third', IfNoneMatch: '*' })).toBe('501 NotImplemented')
    s3.behave({ putIfNoneMatch: 'ignored' })
    expect(await put(client, { IfNoneMatch: '*' })).toBe(done)
  })

  it('has one winner among many creators', async () => {
    const { client } = await started()
    const creators = Array.from({ length: 20 }, (_, n) =>
      put(client, { Body: String(n), IfNoneMatch: '*' }),
    )
    const won = (await Promise.all(creators)).filter((failure) => failure === done)
    expect(won).toHaveLength(1)
  })

  it('compares ETags as the dialect does', async () => {
    const answers = async (support: Behaviour['putIfMatch']): Promise<string[]> => {
      const { client, etag, bare } = await withObject({ putIfMatch: support })
      return [
        await put(client, { Body: 'old', IfMatch: etag }),
        await put(client, { Body: 'old', IfMatch: bare }),
        await put(client, { Body: 'old', IfMatch: other }),
      ]
    }
    const no = '412 PreconditionFailed'
    expect(await answers('any')).toEqual([done, done, no])
    expect(await answers('quotedOnly')).toEqual([done, no, no])
    expect(await answers('unquotedOnly')).toEqual([no, done, no])
    expect(await answers('ignored')).toEqual([done, done, done])
    const refused = '501 NotImplemented'
    expect(await answers('notImplemented')).toEqual([refused, refused, refused])
  })

  it('answers If-Match on a missing key as the dialect does', async () => {
    const { s3, client } = await started()
    expect(await put(client, { IfMatch: other })).toBe('404 NoSuchKey')
    s3.behave({ ifMatchOnMissing: 412 })
    expect(await put(client, { IfMatch: other })).toBe('412 PreconditionFailed')
    expect(s3.objects(Bucket)).toEqual([])
  })

  it('refuses If-Match: *, as Amazon does, or takes any value', async () => {
    const { s3, client, etag } = await withObject()
    expect(await put(client, { IfMatch: '*' })).toBe('501 NotImplemented')
    s3.behave({ conditionValues: 'any' })
    expect(await put(client, { Body: 'old', IfMatch: '*' })).toBe(done)
    expect(await put(client, { Body: 'old', IfNoneMatch: other })).toBe(done)
    expect(await put(client, { IfNoneMatch: etag })).toBe('412 PreconditionFailed')
    expect(await put(client, { IfMatch: etag, IfNoneMatch: '*' })).toBe('412 PreconditionFailed')
    expect(await put(client, { Key: 'no', IfMatch: '*' })).toBe('404 NoSuchKey')
  })
})

describe('DeleteObject', () => {
  const remove = (client: S3Client, IfMatch: string, Key = 'k'): Promise<string> =>
    failureOf(client.send(new DeleteObjectCommand({ Bucket, Key, IfMatch })))

  it('obeys If-Match, * included', async () => {
    const { s3, client, etag } = await withObject()
    expect(await remove(client, other)).toBe('412 PreconditionFailed')
    expect(await remove(client, other, 'no')).toBe('404 NoSuchKey')
    expect(await remove(client, '*', 'no')).toBe('404 NoSuchKey')
    expect(await remove(client, etag)).toBe(done)
    s3.put(Bucket, 'k', 'old')
    expect(await remove(client, '*')).toBe(done)
    expect(s3.objects(Bucket)).toEqual([])
  })

  it('refuses If-Match with a version id', async () => {
    const { client, etag } = await withObject()
    const versioned = { Bucket, Key: 'k', VersionId: 'null', IfMatch: etag }
    expect(await failureOf(client.send(new DeleteObjectCommand(versioned)))).toBe(
      '501 NotImplemented',
    )
  })

  it('ignores or refuses it where the dialect does', async () => {
    const { s3, client } = await withObject({ deleteIfMatch: 'notImplemented' })
    expect(await remove(client, other)).toBe('501 NotImplemented')
    s3.behave({ deleteIfMatch: 'ignored' })
    expect(await remove(client, other)).toBe(done)
    expect(s3.objects(Bucket)).toEqual([])
  })

  it('obeys the ETag of a key in DeleteObjects', async () => {
    const { s3, client, etag } = await withObject()
    s3.put(Bucket, 'l', 'old')
    const Objects = [
      { Key: 'k', ETag: other },
      { Key: 'l', ETag: etag },
      { Key: 'no', ETag: etag },
    ]
    const answer = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
    expect(answer.Deleted?.map(({ Key }) => Key)).toEqual(['l'])
    expect(answer.Errors?.map(({ Key, Code }) => [Key, Code])).toEqual([
      ['k', 'PreconditionFailed'],
      ['no', 'NoSuchKey'],
    ])
    expect(s3.objects(Bucket).map(({ key }) => key)).toEqual(['k'])
  })
})

describe('CopyObject', () => {
  const copy = (client: S3Client, input: object): Promise<string> =>
    failureOf(
      client.send(
        new CopyObjectCommand({ Bucket, Key: 'to', CopySource: `${Bucket}/k`, ...input }),
      ),
    )

  it('obeys conditions about its destination', async () => {
    const { s3, client } = await withObject()
    const { etag } = s3.put(Bucket, 'to', 'there')
    expect(await copy(client, { IfNoneMatch: '*' })).toBe('412 PreconditionFailed')
    expect(await copy(client, { IfMatch: other })).toBe('412 PreconditionFailed')
    expect(await copy(client, { IfMatch: `"${etag}"` })).toBe(done)
    s3.behave({ copyDestinationConditions: 'notImplemented' })
    expect(await copy(client, { IfNoneMatch: '*' })).toBe('501 NotImplemented')
    s3.behave({ copyDestinationConditions: 'ignored' })
    expect(await copy(client, { IfNoneMatch: '*' })).toBe(done)
  })

  it('obeys conditions about its source', async () => {
    const { s3, client, etag } = await withObject()
    const future = new Date(Date.now() + 86_400_000)
    const past = new Date(0)
    expect(await copy(client, { CopySourceIfMatch: other })).toBe('412 PreconditionFailed')
    expect(await copy(client, { CopySourceIfMatch: etag })).toBe(done)
    expect(await copy(client, { CopySourceIfNoneMatch: etag })).toBe('412 PreconditionFailed')
    expect(await copy(client, { CopySourceIfModifiedSince: future })).toBe('412 PreconditionFailed')
    expect(await copy(client, { CopySourceIfUnmodifiedSince: past })).toBe('412 PreconditionFailed')
    s3.behave({ copySourceConditions: 'ignored' })
    expect(await copy(client, { CopySourceIfMatch: other })).toBe(done)
  })
})

describe('GetObject and HeadObject', () => {
  it('obey the four conditions, and leave them where the dialect does', async () => {
    const { s3, client, etag } = await withObject()
    const read = (input: object): Promise<string> =>
      failureOf(client.send(new GetObjectCommand({ Bucket, Key: 'k', ...input })))
    const past = new Date(0)
    const future = new Date(Date.now() + 86_400_000)
    expect(await read({ IfMatch: etag })).toBe(done)
    expect(await read({ IfMatch: other })).toBe('412 PreconditionFailed')
    expect(await read({ IfNoneMatch: etag })).toMatch(/^304 /)
    expect(await read({ IfNoneMatch: other })).toBe(done)
    expect(await read({ IfModifiedSince: future })).toMatch(/^304 /)
    expect(await read({ IfUnmodifiedSince: past })).toBe('412 PreconditionFailed')
    expect(await read({ IfMatch: etag, IfUnmodifiedSince: past })).toBe(done)
    expect(await read({ IfNoneMatch: other, IfModifiedSince: future })).toBe(done)
    const { LastModified } = await client.send(new HeadObjectCommand({ Bucket, Key: 'k' }))
    expect(await read({ IfModifiedSince: LastModified })).toMatch(/^304 /)
    expect(await read({ IfUnmodifiedSince: LastModified })).toBe(done)
    const head = new HeadObjectCommand({ Bucket, Key: 'k', IfMatch: other })
    expect(await failureOf(client.send(head))).toMatch(/^412 /)
    s3.behave({ readConditions: 'ignored' })
    expect(await read({ IfMatch: other })).toBe(done)
  })
})

describe('presets', () => {
  it('ceph16 takes an unquoted If-Match only, and deletes whatever it says', async () => {
    const { s3, client, etag, bare } = await withObject(ceph16Behaviour)
    expect(await put(client, { IfNoneMatch: '*' })).toBe('412 PreconditionFailed')
    expect(await put(client, { IfMatch: etag })).toBe('412 PreconditionFailed')
    expect(await put(client, { IfMatch: bare })).toBe(done)
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch: other }))
    expect(s3.objects(Bucket)).toEqual([])
  })

  it('ignoresConditions overwrites, refusesConditions says so', async () => {
    const ignoring = await withObject(ignoresConditionsBehaviour)
    expect(await put(ignoring.client, { IfNoneMatch: '*' })).toBe(done)
    expect(await put(ignoring.client, { IfMatch: other })).toBe(done)
    const refusing = await withObject(refusesConditionsBehaviour)
    expect(await put(refusing.client, { IfNoneMatch: '*' })).toBe('501 NotImplemented')
    expect(await put(refusing.client, { IfMatch: other })).toBe('501 NotImplemented')
  })
})
