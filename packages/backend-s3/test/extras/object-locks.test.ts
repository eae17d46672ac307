/** Object lock, in buckets of the gateway that were made with it; and on a simulation of Amazon. */
import { CreateBucketCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import {
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
} from '@aws-sdk/client-s3'
import { describeWithService } from '@aos-tooling/services/vitest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { S3StorageBackend } from '../../src/index.ts'
import {
  bucketName,
  connectionOptions,
  dropBucket,
  newBucket,
  sdkClient,
} from '../support/bucket.ts'
import { put, readText } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

const hourMs = 3600_000

const later = (hours: number): Date => new Date(Date.now() + hours * hourMs)

/** A store in a bucket with object lock; ends with the test, whatever is locked. */
async function lockedStore(url: string): Promise<S3StorageBackend> {
  const Bucket = bucketName()
  const client = sdkClient(url)
  await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }))
  onTestFinished(async () => {
    const { Versions = [], DeleteMarkers = [] } = await client.send(
      new ListObjectVersionsCommand({ Bucket }),
    )
    for (const { Key, VersionId } of Versions) {
      const LegalHold = { Status: 'OFF' } as const
      await client.send(new PutObjectLegalHoldCommand({ Bucket, Key, VersionId, LegalHold }))
    }
    for (const { Key, VersionId } of [...Versions, ...DeleteMarkers]) {
      const version = { Bucket, Key, VersionId, BypassGovernanceRetention: true }
      await client.send(new DeleteObjectCommand(version))
    }
    await client.send(new DeleteBucketCommand({ Bucket }))
    client.destroy()
  })
  const backend = await S3StorageBackend.open({ bucket: Bucket, ...connectionOptions(url) })
  onTestFinished(() => backend.close())
  return backend
}

async function currentId(backend: S3StorageBackend, key: string): Promise<string> {
  const versions = await Array.fromAsync(backend.listVersions(key))
  return versions.find(({ isCurrent }) => isCurrent)!.id
}

describeWithService('rgw', (service) => {
  it('of a bucket that locks all that is written leaves nothing of a probe in it', async () => {
    const bucket = await newBucket(service.url)
    const Bucket = bucketName()
    const { client } = bucket
    await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }))
    onTestFinished(() => dropBucket(client, Bucket))
    const Rule = { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } } as const
    const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', Rule } as const
    await client.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }))
    await expect(bucket.open({ bucket: Bucket })).rejects.toMatchObject({
      ...{ code: 'UNSUPPORTED', operation: 'open' },
    })
    const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }))
    expect(Versions).toEqual([])
  })

  it('keeps a version until its time, and says so', async () => {
    const backend = await lockedStore(service.url)
    await put(backend, 'doc', '1')
    expect(await backend.getRetention('doc')).toBeUndefined()
    const until = later(2)
    await backend.setRetention('doc', { mode: 'GOVERNANCE', until })
    expect(await backend.getRetention('doc')).toEqual({ mode: 'GOVERNANCE', until })
    const id = await currentId(backend, 'doc')
    await expect(backend.deleteVersion('doc', id)).rejects.toMatchObject({
      ...{ code: 'PERMISSION_DENIED', operation: 'deleteVersion', key: 'doc', status: 403 },
      message: expect.stringContaining(`kept until ${until.toISOString()} by GOVERNANCE`) as string,
    })
    await expect(backend.deleteVersion('doc', id)).rejects.toThrow(/bypassGovernance/)
    // Writes and deletes go on over it.
    await put(backend, 'doc', '2')
    await backend.delete('doc')
    expect(await backend.getRetention('doc', { versionId: id })).toEqual({
      ...{ mode: 'GOVERNANCE', until },
    })
    expect(await backend.deleteVersion('doc', id, { bypassGovernance: true })).toBe(true)
    await expect(backend.readVersion('doc', id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await backend.undelete('doc')
    expect(await readText(backend, 'doc')).toBe('2')
  })

  it('may be made longer, and shorter by who bypasses it', async () => {
    const backend = await lockedStore(service.url)
    await put(backend, 'doc', '1')
    const set = (hours: number, more: object = {}): Promise<void> =>
      backend.setRetention('doc', { mode: 'GOVERNANCE', until: later(hours), ...more })
    await set(2)
    await set(3)
    await expect(set(1)).rejects.toMatchObject({
      ...{ code: 'PERMISSION_DENIED', operation: 'setRetention', key: 'doc' },
      message: expect.stringContaining('may be made longer') as string,
    })
    await set(1, { bypassGovernance: true })
    const { until } = (await backend.getRetention('doc'))!
    expect(until.getTime()).toBeLessThan(later(2).getTime())
  })

  it('holds until it is let go', async () => {
    const backend = await lockedStore(service.url)
    await put(backend, 'doc', '1')
    const versionId = await currentId(backend, 'doc')
    expect(await backend.getLegalHold('doc')).toBe(false)
    await backend.setLegalHold('doc', true)
    await put(backend, 'doc', '2')
    expect(await backend.getLegalHold('doc')).toBe(false)
    expect(await backend.getLegalHold('doc', { versionId })).toBe(true)
    const bypassing = { bypassGovernance: true }
    await expect(backend.deleteVersion('doc', versionId, bypassing)).rejects.toMatchObject({
      ...{ code: 'PERMISSION_DENIED', operation: 'deleteVersion', key: 'doc' },
      message: expect.stringContaining('setLegalHold(key, false') as string,
    })
    await backend.setLegalHold('doc', false, { versionId })
    expect(await backend.deleteVersion('doc', versionId)).toBe(true)
  })

  it('goes with a move to another class', async () => {
    const backend = await lockedStore(service.url)
    await put(backend, 'doc', '1')
    const until = later(1)
    await backend.setRetention('doc', { mode: 'GOVERNANCE', until })
    await backend.setLegalHold('doc', true)
    await backend.setAccessTier('doc', 'STANDARD_IA')
    expect(await backend.getRetention('doc')).toEqual({ mode: 'GOVERNANCE', until })
    expect(await backend.getLegalHold('doc')).toBe(true)
  })

  it('is UNSUPPORTED in a bucket without it', async () => {
    const backend = await (await newBucket(service.url)).open()
    await put(backend, 'doc', '1')
    const unable = {
      code: 'UNSUPPORTED',
      key: 'doc',
      message: expect.stringContaining('no object lock') as string,
    }
    const retention = { mode: 'GOVERNANCE', until: later(1) } as const
    const calls = {
      getRetention: () => backend.getRetention('doc'),
      setRetention: () => backend.setRetention('doc', retention),
      getLegalHold: () => backend.getLegalHold('doc'),
      setLegalHold: () => backend.setLegalHold('doc', true),
    }
    for (const [operation, call] of Object.entries(calls)) {
      expect(backend.capabilities.extras).toContain(operation)
      await expect(call()).rejects.toMatchObject({ ...unable, operation })
    }
  })

  it('tells what cannot be', async () => {
    const backend = await lockedStore(service.url)
    await put(backend, 'doc', '1')
    const retention = { mode: 'GOVERNANCE', until: later(1) } as const
    await expect(backend.setRetention('none', retention)).rejects.toMatchObject({
      ...{ code: 'NOT_FOUND', operation: 'setRetention', key: 'none' },
    })
    await expect(backend.getLegalHold('none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const unknown = { versionId: 'none' }
    await expect(backend.getRetention('doc', unknown)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const past = { ...retention, until: later(-1) }
    await expect(backend.setRetention('doc', past)).rejects.toMatchObject({
      ...{ code: 'INVALID_ARGUMENT', operation: 'setRetention' },
      message: expect.stringContaining('future') as string,
    })
    const versionId = await currentId(backend, 'doc')
    const pastOfOne = backend.setRetention('doc', { ...past, versionId })
    await expect(pastOfOne).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    const wrong: unknown[] = [
      undefined,
      {},
      { ...retention, mode: 'governance' },
      { ...retention, until: Date.now() },
      { ...retention, until: new Date(Number.NaN) },
      { ...retention, bypass: true },
      { ...retention, bypassGovernance: 1 },
    ]
    for (const options of wrong) {
      await expect(backend.setRetention('doc', options as never)).rejects.toThrow(TypeError)
    }
    await expect(backend.setLegalHold('doc', 'ON' as never)).rejects.toThrow(TypeError)
    const misspelt = { bypass: true } as never
    await expect(backend.deleteVersion('doc', 'x', misspelt)).rejects.toThrow(TypeError)
    expect(await backend.getRetention('doc')).toBeUndefined()
  })
})

describe('as Amazon has it', () => {
  it('COMPLIANCE ends for nobody', async () => {
    const { s3, open } = await simulatedBucket()
    s3.createBucket('locked', { objectLock: true })
    const backend = await open({ bucket: 'locked' })
    await put(backend, 'doc', '1')
    expect(await backend.getRetention('doc')).toBeUndefined()
    expect(await backend.getLegalHold('doc')).toBe(false)
    const until = later(2)
    await backend.setRetention('doc', { mode: 'COMPLIANCE', until })
    const weaker = { mode: 'GOVERNANCE', until: later(3), bypassGovernance: true } as const
    for (const retention of [weaker, { ...weaker, mode: 'COMPLIANCE', until: later(1) } as const]) {
      await expect(backend.setRetention('doc', retention)).rejects.toMatchObject({
        ...{ code: 'PERMISSION_DENIED', operation: 'setRetention' },
        message: expect.stringContaining('which nobody can end') as string,
      })
    }
    const id = await currentId(backend, 'doc')
    await expect(backend.deleteVersion('doc', id, { bypassGovernance: true })).rejects.toThrow(
      /kept until .* by COMPLIANCE, which nobody can end/,
    )
  })

  it('a missing permission is told as one', async () => {
    const { s3, open } = await simulatedBucket()
    s3.createBucket('locked', { objectLock: true })
    const backend = await open({ bucket: 'locked' })
    await put(backend, 'doc', '1')
    s3.behave({ denied: ['PutObjectRetention', 'DeleteObjectVersion'] })
    const retention = { mode: 'GOVERNANCE', until: later(1) } as const
    await expect(backend.setRetention('doc', retention)).rejects.toThrow(/policy/)
    await expect(backend.deleteVersion('doc', await currentId(backend, 'doc'))).rejects.toThrow(
      /policy/,
    )
  })

  it('is of what is there', async () => {
    const { s3, open } = await simulatedBucket()
    s3.createBucket('locked', { objectLock: true })
    const backend = await open({ bucket: 'locked' })
    await put(backend, 'doc', '1')
    s3.delete('locked', 'doc')
    const fault = { kind: 'error', code: 'MethodNotAllowed' } as const
    s3.script({ operation: 'GetObjectRetention', fault })
    await expect(backend.getRetention('doc')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
