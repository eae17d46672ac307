import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { virtualClock } from '@aos-storage/core/testing'
import { describe, expect, it } from 'vitest'

import { Bucket, failureOf, started } from './peers.ts'

const done = 'no failure'
const Key = 'k'
const dayMs = 86_400_000

describe('tags', () => {
  it('come with the object or later, and are counted', async () => {
    const { client } = await started()
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'x', Tagging: 'a=1&b=%C3%BC' }))
    const tags = async () =>
      (await client.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet
    expect(await tags()).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: 'ü' },
    ])
    expect((await client.send(new GetObjectCommand({ Bucket, Key }))).TagCount).toBe(2)
    const TagSet = [{ Key: 'c', Value: '3' }]
    await client.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet } }))
    expect(await tags()).toEqual(TagSet)
    await client.send(new DeleteObjectTaggingCommand({ Bucket, Key }))
    expect(await tags()).toEqual([])
  })

  it('have limits', async () => {
    const { s3, client } = await started()
    s3.put(Bucket, Key, 'x')
    const tag = (TagSet: { Key: string; Value: string }[]): Promise<string> =>
      failureOf(client.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet } })))
    const many = Array.from({ length: 11 }, (_, n) => ({ Key: `t${n}`, Value: '' }))
    expect(await tag(many.slice(1))).toBe(done)
    expect(await tag(many)).toBe('400 BadRequest')
    expect(await tag([{ Key: 'a'.repeat(129), Value: '' }])).toBe('400 InvalidTag')
    expect(await tag([{ Key: 'a', Value: 'x'.repeat(257) }])).toBe('400 InvalidTag')
    const twice = [many[0]!, many[0]!]
    expect(await tag(twice)).toBe('400 InvalidTag')
    expect(await failureOf(client.send(new GetObjectTaggingCommand({ Bucket, Key: 'no' })))).toBe(
      '404 NoSuchKey',
    )
  })
})

describe('an archived object', () => {
  it('is read when it was restored, for some days', async () => {
    const clock = virtualClock({ nowMs: Date.now() })
    const { s3, client } = await started({ clock, behaviour: { skewMsMax: 30 * dayMs } })
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'x', StorageClass: 'GLACIER' }))
    const read = (): Promise<string> =>
      failureOf(client.send(new GetObjectCommand({ Bucket, Key })))
    const restore = async () => {
      const command = new RestoreObjectCommand({ Bucket, Key, RestoreRequest: { Days: 2 } })
      return (await client.send(command)).$metadata.httpStatusCode
    }
    const state = async () => (await client.send(new HeadObjectCommand({ Bucket, Key }))).Restore
    expect(await read()).toBe('403 InvalidObjectState')
    expect(await state()).toBeUndefined()
    const copy = new CopyObjectCommand({ Bucket, Key: 'to', CopySource: `${Bucket}/${Key}` })
    expect(await failureOf(client.send(copy))).toBe('403 ObjectNotInActiveTierError')
    expect(await restore()).toBe(202)
    expect(await state()).toBe('ongoing-request="true"')
    expect(await failureOf(restore())).toBe('409 RestoreAlreadyInProgress')
    expect(await read()).toBe('403 InvalidObjectState')
    await clock.advance(s3.behaviour.restoreMs)
    expect(await state()).toMatch(/^ongoing-request="false", expiry-date=".* 00:00:00 GMT"$/)
    expect(await read()).toBe(done)
    expect(await failureOf(client.send(copy))).toBe(done)
    expect(await restore()).toBe(200)
    const listed = await client.send(
      new ListObjectsV2Command({ Bucket, OptionalObjectAttributes: ['RestoreStatus'] }),
    )
    expect(listed.Contents?.[0]?.RestoreStatus?.IsRestoreInProgress).toBe(false)
    await clock.advance(4 * dayMs)
    expect(await read()).toBe('403 InvalidObjectState')
  })

  it('is the only one to restore', async () => {
    const { s3, client } = await started()
    s3.put(Bucket, Key, 'x')
    const command = new RestoreObjectCommand({ Bucket, Key, RestoreRequest: { Days: 1 } })
    expect(await failureOf(client.send(command))).toBe('403 InvalidObjectState')
  })

  it('is as any other where there is no archive', async () => {
    const { s3, client } = await started({ behaviour: { archives: 'none' } })
    s3.put(Bucket, Key, 'x', { storageClass: 'GLACIER' })
    expect(await failureOf(client.send(new GetObjectCommand({ Bucket, Key })))).toBe(done)
    const command = new RestoreObjectCommand({ Bucket, Key, RestoreRequest: { Days: 1 } })
    expect(await failureOf(client.send(command))).toBe('501 NotImplemented')
  })
})

describe('object lock', () => {
  async function locked() {
    const clock = virtualClock({ nowMs: Date.now() })
    const { s3, client } = await started({ clock, behaviour: { skewMsMax: 30 * dayMs } })
    s3.createBucket(Bucket, { objectLock: true })
    const { VersionId } = await client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))
    return { s3, client, clock, VersionId }
  }

  const later = (days: number): Date => new Date(Date.now() + days * dayMs)

  const remove = (client: S3Client, VersionId: string | undefined, more: object = {}) =>
    failureOf(client.send(new DeleteObjectCommand({ Bucket, Key, VersionId, ...more })))

  it('keeps a version until its time, a marker may come over it', async () => {
    const { client, clock, VersionId } = await locked()
    const retain = (Mode: 'GOVERNANCE' | 'COMPLIANCE', days: number, more: object = {}) =>
      failureOf(
        client.send(
          new PutObjectRetentionCommand({
            Bucket,
            Key,
            VersionId,
            Retention: { Mode, RetainUntilDate: later(days) },
            ...more,
          }),
        ),
      )
    const get = new GetObjectRetentionCommand({ Bucket, Key })
    expect(await failureOf(client.send(get))).toBe('404 NoSuchObjectLockConfiguration')
    const bypass = { BypassGovernanceRetention: true }
    expect(await retain('GOVERNANCE', -1)).toBe('400 InvalidArgument')
    expect(await retain('GOVERNANCE', 3)).toBe(done)
    expect(await remove(client, VersionId)).toBe('403 AccessDenied')
    expect(await retain('GOVERNANCE', 2)).toBe('403 AccessDenied')
    expect(await retain('GOVERNANCE', 2, bypass)).toBe(done)
    expect(await retain('COMPLIANCE', 3)).toBe(done)
    expect(await retain('COMPLIANCE', 2, bypass)).toBe('403 AccessDenied')
    expect(await retain('GOVERNANCE', 4, bypass)).toBe('403 AccessDenied')
    expect((await client.send(get)).Retention).toMatchObject({ Mode: 'COMPLIANCE' })
    expect(await remove(client, VersionId, bypass)).toBe('403 AccessDenied')
    expect(await remove(client, undefined)).toBe(done)
    await clock.advance(3 * dayMs + 1000)
    expect(await remove(client, VersionId)).toBe(done)
  })

  it('by governance yields to who may bypass it', async () => {
    const { s3, client } = await locked()
    const put = await client.send(
      new PutObjectCommand({
        Bucket,
        Key,
        Body: 'y',
        ObjectLockMode: 'GOVERNANCE',
        ObjectLockRetainUntilDate: later(1),
      }),
    )
    const head = await client.send(new HeadObjectCommand({ Bucket, Key }))
    expect(head.ObjectLockMode).toBe('GOVERNANCE')
    const bypass = { BypassGovernanceRetention: true }
    expect(await remove(client, put.VersionId)).toBe('403 AccessDenied')
    s3.behave({ denied: ['BypassGovernanceRetention'] })
    expect(await remove(client, put.VersionId, bypass)).toBe('403 AccessDenied')
    s3.behave({ denied: [] })
    expect(await remove(client, put.VersionId, bypass)).toBe(done)
  })

  it('holds until the hold ends', async () => {
    const { client, VersionId } = await locked()
    const hold = (Status: 'ON' | 'OFF') =>
      client.send(new PutObjectLegalHoldCommand({ Bucket, Key, LegalHold: { Status } }))
    await hold('ON')
    const get = new GetObjectLegalHoldCommand({ Bucket, Key })
    expect((await client.send(get)).LegalHold).toEqual({ Status: 'ON' })
    const head = await client.send(new HeadObjectCommand({ Bucket, Key }))
    expect(head.ObjectLockLegalHoldStatus).toBe('ON')
    expect(await remove(client, VersionId)).toBe('403 AccessDenied')
    await hold('OFF')
    expect(await remove(client, VersionId)).toBe(done)
  })

  it('has a default of the bucket', async () => {
    const { client } = await locked()
    const DefaultRetention = { Mode: 'COMPLIANCE', Days: 2 } as const
    const ObjectLockConfiguration = {
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention },
    } as const
    await client.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }))
    const get = new GetObjectLockConfigurationCommand({ Bucket })
    expect((await client.send(get)).ObjectLockConfiguration).toEqual(ObjectLockConfiguration)
    const put = await client.send(new PutObjectCommand({ Bucket, Key, Body: 'y' }))
    expect(await remove(client, put.VersionId)).toBe('403 AccessDenied')
    const VersioningConfiguration = { Status: 'Suspended' } as const
    const suspend = new PutBucketVersioningCommand({ Bucket, VersioningConfiguration })
    expect(await failureOf(client.send(suspend))).toBe('409 InvalidBucketState')
  })

  it('is for buckets that have it', async () => {
    const { s3, client } = await started()
    s3.put(Bucket, Key, 'x')
    const get = new GetObjectRetentionCommand({ Bucket, Key })
    expect(await failureOf(client.send(get))).toBe('400 InvalidRequest')
    const config = new GetObjectLockConfigurationCommand({ Bucket })
    expect(await failureOf(client.send(config))).toBe('404 ObjectLockConfigurationNotFoundError')
    const put = new PutObjectCommand({ Bucket, Key, Body: 'x', ObjectLockLegalHoldStatus: 'ON' })
    expect(await failureOf(client.send(put))).toBe('400 InvalidRequest')
  })
})
