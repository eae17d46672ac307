/** Multipart uploads that nobody completed, on the gateway; pages of them, on a simulation. */
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { describeWithService } from '@aos-tooling/services/vitest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Bucket } from '../../src/bucket.ts'
import { Uploads } from '../../src/extras/uploads.ts'
import type { S3StorageBackend, UnfinishedUpload } from '../../src/index.ts'
import { S3Names } from '../../src/names.ts'
import { newBucket, type TestBucket } from '../support/bucket.ts'
import { simulatedBucket } from '../support/simulation.ts'

const scratch = `.aos-scratch-${'0'.repeat(32)}`
const minuteMs = 60_000

async function begin({ client, name: Bucket }: TestBucket, Key: string): Promise<string> {
  const command = new CreateMultipartUploadCommand({ Bucket, Key })
  return (await client.send(command)).UploadId!
}

/** A bucket whose uploads go before it does. */
async function bucketWithUploads(url: string): Promise<TestBucket> {
  const bucket = await newBucket(url)
  onTestFinished(async () => {
    await (await bucket.open()).abortUploadsBefore(new Date(Date.now() + minuteMs))
  })
  return bucket
}

function uploadsOf(
  backend: S3StorageBackend,
  options?: Parameters<S3StorageBackend['listUploads']>[0],
): Promise<UnfinishedUpload[]> {
  return Array.fromAsync(backend.listUploads(options))
}

describeWithService('rgw', (service) => {
  it('are listed by key, with their time', async () => {
    const bucket = await bucketWithUploads(service.url)
    const backend = await bucket.open({ prefix: 'tenant' })
    const keys = ['a b', 'a+%41', 'a<&>"', 'aé', 'b', 'sp ']
    const ids = new Map<string, string>()
    for (const key of keys) ids.set(key, await begin(bucket, `tenant/${key}`))
    await begin(bucket, 'other/a')
    await begin(bucket, 'tenant')
    const found = await uploadsOf(backend)
    const times = found.map(({ startedAt }) => Math.abs(Date.now() - startedAt.getTime()))
    expect(Math.max(...times)).toBeLessThan(minuteMs)
    expect(found).toEqual(
      keys.map((key, at) => ({
        ...{ key, id: ids.get(key), isScratch: false, startedAt: found[at]!.startedAt },
      })),
    )
    const some = await uploadsOf(backend, { prefix: 'a' })
    expect(some.map(({ key }) => key)).toEqual(keys.slice(0, 4))
  })

  it('are aborted one by one', async () => {
    const bucket = await bucketWithUploads(service.url)
    const backend = await bucket.open()
    const first = await begin(bucket, 'doc')
    const second = await begin(bucket, 'doc')
    expect(await backend.abortUpload('doc', first)).toBe(true)
    expect(await backend.abortUpload('doc', first)).toBe(false)
    expect(await backend.abortUpload('other', second)).toBe(false)
    expect(await backend.abortUpload('doc', 'none')).toBe(false)
    expect(await backend.abortUpload('doc', '')).toBe(false)
    expect((await uploadsOf(backend)).map(({ id }) => id)).toEqual([second])
    const part = { Bucket: bucket.name, Key: 'doc', UploadId: second, PartNumber: 1, Body: 'x' }
    const { ETag } = await bucket.client.send(new UploadPartCommand(part))
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] }
    const whole = { Bucket: bucket.name, Key: 'doc', UploadId: second, MultipartUpload }
    await bucket.client.send(new CompleteMultipartUploadCommand(whole))
    expect(await uploadsOf(backend)).toEqual([])
    expect((await backend.stat('doc')).size).toBe(1)
  })

  it('of our own are marked, whatever keys look like them', async () => {
    const bucket = await bucketWithUploads(service.url)
    const backend = await bucket.open()
    const ours = await begin(bucket, scratch)
    const users = await begin(bucket, `${scratch} `)
    const found = await uploadsOf(backend)
    expect(found.map(({ key }) => key)).toEqual([scratch, scratch])
    expect(found.find(({ isScratch }) => isScratch)!.id).toBe(ours)
    expect(found.find(({ isScratch }) => !isScratch)!.id).toBe(users)
    expect(await backend.abortUpload(scratch, users)).toBe(true)
    expect(await backend.abortUpload(scratch, ours)).toBe(true)
    expect(await uploadsOf(backend)).toEqual([])
  })

  it('that are old are aborted, and no others', async () => {
    const bucket = await bucketWithUploads(service.url)
    const backend = await bucket.open({ prefix: 'tenant' })
    for (const key of ['tenant/a', 'tenant/b', `tenant/${scratch}`, 'elsewhere']) {
      await begin(bucket, key)
    }
    const past = new Date(Date.now() - minuteMs)
    const future = new Date(Date.now() + minuteMs)
    expect(await backend.abortUploadsBefore(past)).toBe(0)
    expect((await uploadsOf(backend)).length).toBe(3)
    expect(await backend.abortUploadsBefore(future, { prefix: 'a' })).toBe(1)
    expect(await backend.abortUploadsBefore(future)).toBe(2)
    expect(await uploadsOf(backend)).toEqual([])
    expect((await uploadsOf(await bucket.open())).map(({ key }) => key)).toEqual(['elsewhere'])
  })

  it('are told wrong arguments', async () => {
    const backend = await (await newBucket(service.url)).open()
    for (const date of [undefined, 7, '2020', new Date(Number.NaN)] as never[]) {
      await expect(backend.abortUploadsBefore(date)).rejects.toThrow(TypeError)
    }
    await expect(backend.abortUpload('doc', 7 as never)).rejects.toThrow(TypeError)
    await expect(backend.abortUpload('', 'x')).rejects.toMatchObject({ code: 'INVALID_KEY' })
    await expect(uploadsOf(backend, { prefx: 'a' } as never)).rejects.toThrow(TypeError)
    await expect(uploadsOf(backend, { prefix: 'a\0' })).rejects.toMatchObject({
      ...{ code: 'INVALID_ARGUMENT', operation: 'listUploads' },
    })
    const signal = AbortSignal.abort()
    await expect(uploadsOf(backend, { signal })).rejects.toMatchObject({ code: 'ABORTED' })
    await backend.close()
    await expect(uploadsOf(backend)).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

describe('as Amazon has it', () => {
  it.each([1, 2, 5, 25])('are listed and aborted in pages of %i', async (pageSize) => {
    const { s3, name, options } = await simulatedBucket()
    const bucket = new Bucket(options)
    onTestFinished(() => bucket.close())
    for (let at = 0; at < 12; at++) {
      const place = { Bucket: name, Key: `k${at % 5}` }
      await bucket.client.send(new CreateMultipartUploadCommand(place))
    }
    const uploads = new Uploads({ bucket, names: new S3Names('') }, pageSize)
    const found = await Array.fromAsync(uploads.list({}))
    const expected = s3.uploads(name).map(({ id }) => id)
    expect(found.map(({ id }) => id).toSorted()).toEqual(expected.toSorted())
    expect(await uploads.abortBefore(new Date(Date.now() + minuteMs), {})).toBe(12)
    expect(s3.uploads(name)).toEqual([])
  })

  it('are ended once where an answer is lost', async () => {
    const { s3, name, options, open } = await simulatedBucket()
    const backend = await open()
    const bucket = new Bucket(options)
    onTestFinished(() => bucket.close())
    const place = { Bucket: name, Key: 'doc' }
    const { UploadId } = await bucket.client.send(new CreateMultipartUploadCommand(place))
    s3.script({ operation: 'AbortMultipartUpload', times: 1, fault: { kind: 'lost-answer' } })
    expect(await backend.abortUpload('doc', UploadId!)).toBe(true)
    expect(await backend.abortUpload('doc', UploadId!)).toBe(false)
    expect(s3.uploads(name)).toEqual([])
  })

  it('need a right of their own', async () => {
    const { s3, open } = await simulatedBucket()
    const backend = await open()
    s3.behave({ denied: ['ListBucketMultipartUploads'] })
    await expect(backend.abortUploadsBefore(new Date())).rejects.toMatchObject({
      ...{ code: 'PERMISSION_DENIED', operation: 'abortUploadsBefore' },
    })
  })
})
