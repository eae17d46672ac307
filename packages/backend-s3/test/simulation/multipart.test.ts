import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  paginateListParts,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { virtualClock } from '@aos-storage/core/testing'
import { describe, expect, it } from 'vitest'

import { ceph16Behaviour, type SimulatedS3Options } from '../../src/testing/index.ts'
import { Bucket, failureOf, started } from './peers.ts'

const done = 'no failure'
const Key = 'big'

/** Small parts, and no checksums but where a test is about them. */
async function startedSmall(options: SimulatedS3Options = {}) {
  return started(
    { ...options, behaviour: { partBytesMin: 4, ...options.behaviour } },
    { requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' },
  )
}

async function begin(client: S3Client, key = Key): Promise<string> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: key }))
  return UploadId!
}

async function upload(
  client: S3Client,
  UploadId: string,
  PartNumber: number,
  Body: string,
): Promise<CompletedPart> {
  const { ETag } = await client.send(
    new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }),
  )
  return { PartNumber, ETag }
}

function complete(client: S3Client, UploadId: string, Parts: CompletedPart[], more: object = {}) {
  return client.send(
    new CompleteMultipartUploadCommand({
      Bucket,
      Key,
      UploadId,
      MultipartUpload: { Parts },
      ...more,
    }),
  )
}

it('joins parts, and dates and names the object as Amazon does', async () => {
  const { s3, client } = await startedSmall()
  const id = await begin(client)
  const parts = [await upload(client, id, 1, 'aaaa'), await upload(client, id, 3, 'b')]
  expect(s3.objects(Bucket)).toEqual([])
  expect(s3.uploads(Bucket)).toHaveLength(1)
  const { ETag } = await complete(client, id, parts)
  expect(ETag).toMatch(/^"[0-9a-f]{32}-2"$/)
  expect(s3.uploads(Bucket)).toEqual([])
  const got = await client.send(new GetObjectCommand({ Bucket, Key }))
  expect(await got.Body?.transformToString()).toBe('aaaab')
  expect(got.ETag).toBe(ETag)
  expect(await failureOf(complete(client, id, parts))).toBe('404 NoSuchUpload')
})

it('gives one part by its number', async () => {
  const { s3, client } = await startedSmall()
  const id = await begin(client)
  await complete(client, id, [
    await upload(client, id, 1, 'aaaa'),
    await upload(client, id, 2, 'b'),
  ])
  const part = new GetObjectCommand({ Bucket, Key, PartNumber: 2 })
  const got = await client.send(part)
  expect(got).toMatchObject({ PartsCount: 2, ContentRange: 'bytes 4-4/5', ContentLength: 1 })
  expect(await got.Body?.transformToString()).toBe('b')
  const none = client.send(new GetObjectCommand({ Bucket, Key, PartNumber: 3 }))
  expect(await failureOf(none)).toBe('416 InvalidPartNumber')
  s3.behave({ getPartNumber: 'ignored' })
  expect(await (await client.send(part)).Body?.transformToString()).toBe('aaaab')
})

it('dates the object by the beginning of its upload', async () => {
  const clock = virtualClock({ nowMs: Date.now() })
  const { s3, client } = await startedSmall({ clock })
  const startedMs = clock.now()
  const id = await begin(client)
  await clock.advance(5000)
  await complete(client, id, [await upload(client, id, 1, 'x')])
  expect(s3.objects(Bucket)[0]?.lastModifiedMs).toBe(startedMs)
})

it('counts parts towards what it holds, once, until they are gone', async () => {
  const { s3, client } = await startedSmall({ bytesMax: 1000 })
  const id = await begin(client)
  await upload(client, id, 1, 'x'.repeat(600))
  const one = await upload(client, id, 1, 'y'.repeat(700))
  expect(await failureOf(upload(client, id, 2, 'z'.repeat(400)))).toBe('507 SimulationFull')
  await complete(client, id, [one])
  expect(await failureOf(upload(client, await begin(client), 1, 'z'.repeat(400)))).toMatch(/^507/)
  s3.delete(Bucket, Key)
  const other = await begin(client)
  await upload(client, other, 1, 'z'.repeat(900))
  await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: other }))
  await upload(client, await begin(client), 1, 'z'.repeat(900))
})

it('takes no part of an upload that ended while it came', async () => {
  const { s3, client } = await startedSmall()
  const UploadId = await begin(client)
  const url = await getSignedUrl(
    client,
    new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1 }),
  )
  const sending = request(url, { method: 'PUT', headers: { 'Content-Length': 4 } })
  const answered = once(sending, 'response')
  sending.write('he')
  await expect.poll(() => s3.requests.length).toBe(2)
  await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))
  sending.end('re')
  const [answer] = (await answered) as [IncomingMessage]
  answer.resume()
  expect(answer.statusCode).toBe(404)
})

describe('refuses', () => {
  it('parts that are too small, missing, others or out of order', async () => {
    const { client } = await startedSmall()
    const id = await begin(client)
    const one = await upload(client, id, 1, 'aaa')
    const two = await upload(client, id, 2, 'bbbb')
    const failure = (parts: CompletedPart[]): Promise<string> =>
      failureOf(complete(client, id, parts))
    expect(await failure([one, two])).toBe('400 EntityTooSmall')
    expect(await failure([two, one])).toBe('400 InvalidPartOrder')
    expect(await failure([{ ...two, ETag: one.ETag }])).toBe('400 InvalidPart')
    expect(await failure([{ PartNumber: 9, ETag: one.ETag }])).toBe('400 InvalidPart')
    expect(await failure([])).toBe('400 MalformedXML')
    expect(await failure([two])).toBe(done)
  })

  it('part numbers beyond the limit, and parts of no upload', async () => {
    const { client } = await startedSmall({ behaviour: { partNumberMax: 2 } })
    const id = await begin(client)
    expect(await failureOf(upload(client, id, 3, 'x'))).toBe('400 InvalidArgument')
    expect(await failureOf(upload(client, 'no', 1, 'x'))).toBe('404 NoSuchUpload')
  })

  it('what was aborted', async () => {
    const { s3, client } = await startedSmall()
    const id = await begin(client)
    const part = await upload(client, id, 1, 'x')
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: id }))
    expect(s3.uploads(Bucket)).toEqual([])
    expect(await failureOf(complete(client, id, [part]))).toBe('404 NoSuchUpload')
  })

  it('a size that is another', async () => {
    const { client } = await startedSmall()
    const id = await begin(client)
    const part = await upload(client, id, 1, 'xyz')
    const wrong = complete(client, id, [part], { MpuObjectSize: 4 })
    expect(await failureOf(wrong)).toBe('400 InvalidRequest')
    expect(await failureOf(complete(client, id, [part], { MpuObjectSize: 3 }))).toBe(done)
  })
})

describe('conditions of the completion', () => {
  it('hold at the end, not at the beginning', async () => {
    const { s3, client } = await startedSmall()
    const id = await begin(client)
    const part = await upload(client, id, 1, 'x')
    const { etag } = s3.put(Bucket, Key, 'meanwhile')
    const create = complete(client, id, [part], { IfNoneMatch: '*' })
    expect(await failureOf(create)).toBe('412 PreconditionFailed')
    const other = complete(client, id, [part], { IfMatch: '"other"' })
    expect(await failureOf(other)).toBe('412 PreconditionFailed')
    // It was written since the upload began: only a new upload helps.
    const right = complete(client, id, [part], { IfMatch: `"${etag}"` })
    expect(await failureOf(right)).toBe('409 ConditionalRequestConflict')
    const again = await begin(client)
    const same = await upload(client, again, 1, 'x')
    expect(await failureOf(complete(client, again, [same], { IfMatch: `"${etag}"` }))).toBe(done)
  })

  it('conflict with a delete', async () => {
    const { s3, client } = await startedSmall()
    s3.put(Bucket, Key, 'before')
    const id = await begin(client)
    const part = await upload(client, id, 1, 'x')
    s3.delete(Bucket, Key)
    const create = complete(client, id, [part], { IfNoneMatch: '*' })
    expect(await failureOf(create)).toBe('409 ConditionalRequestConflict')
    const swap = complete(client, id, [part], { IfMatch: '"any"' })
    expect(await failureOf(swap)).toBe('404 NoSuchKey')
  })

  it('are ignored or refused where the dialect does', async () => {
    const { s3, client } = await startedSmall({ behaviour: { completeConditions: 'ignored' } })
    s3.put(Bucket, Key, 'there')
    const id = await begin(client)
    const part = await upload(client, id, 1, 'x')
    s3.behave({ completeConditions: 'notImplemented' })
    const create = (): Promise<string> =>
      failureOf(complete(client, id, [part], { IfNoneMatch: '*' }))
    expect(await create()).toBe('501 NotImplemented')
    s3.behave({ completeConditions: 'ignored' })
    expect(await create()).toBe(done)
  })
})

it('gives no ETag, or one without quotes, where the dialect does', async () => {
  const { client } = await startedSmall({
    behaviour: { completeEtag: 'empty', headMultipartEtag: 'unquoted' },
  })
  const id = await begin(client)
  const { ETag } = await complete(client, id, [await upload(client, id, 1, 'x')])
  expect(ETag ?? '').toBe('')
  const head = await client.send(new HeadObjectCommand({ Bucket, Key }))
  expect(head.ETag).toMatch(/^[0-9a-f]{32}-1$/)
  const got = await client.send(new GetObjectCommand({ Bucket, Key }))
  expect(got.ETag).toBe(`"${head.ETag}"`)
})

it('takes all parts or none, in any order, as ceph16', async () => {
  const { s3, client } = await startedSmall({ behaviour: { ...ceph16Behaviour, partBytesMin: 4 } })
  const id = await begin(client)
  const [one, two] = [await upload(client, id, 1, 'aaaa'), await upload(client, id, 2, 'b')]
  expect(await failureOf(complete(client, id, [one]))).toBe('400 InvalidPart')
  expect((await complete(client, id, [two, one])).ETag ?? '').toBe('')
  expect(Buffer.from(s3.objects(Bucket)[0]!.body).toString()).toBe('aaaab')
  expect(await failureOf(complete(client, id, [one, two]))).toBe(done)
})

it('answers a completion again where the dialect does', async () => {
  const { client } = await startedSmall({ behaviour: { completeAgain: 'answersAgain' } })
  const id = await begin(client)
  const part = await upload(client, id, 1, 'x')
  const first = await complete(client, id, [part])
  expect((await complete(client, id, [part])).ETag).toBe(first.ETag)
})

it('copies ranges into parts', async () => {
  const { s3, client } = await startedSmall({ behaviour: { copyBytesMax: 4 } })
  s3.put(Bucket, 'from', '0123456789')
  const id = await begin(client)
  const copy = (PartNumber: number, CopySourceRange: string | undefined) =>
    client.send(
      new UploadPartCopyCommand({
        Bucket,
        Key,
        UploadId: id,
        PartNumber,
        CopySource: `${Bucket}/from`,
        CopySourceRange,
      }),
    )
  expect(await failureOf(copy(1, undefined))).toBe('400 InvalidRequest')
  expect(await failureOf(copy(1, 'bytes=8-11'))).toBe('400 InvalidArgument')
  const one = await copy(1, 'bytes=0-3')
  const two = await copy(2, 'bytes=8-9')
  await complete(client, id, [
    { PartNumber: 1, ETag: one.CopyPartResult?.ETag },
    { PartNumber: 2, ETag: two.CopyPartResult?.ETag },
  ])
  expect(Buffer.from(s3.objects(Bucket)[0]!.body).toString()).toBe('012389')
})

it('lists parts and uploads, page by page', async () => {
  const { client } = await startedSmall()
  const id = await begin(client)
  for (const number of [3, 1, 2]) await upload(client, id, number, 'x')
  const numbers: unknown[] = []
  const pages = paginateListParts({ client, pageSize: 2 }, { Bucket, Key, UploadId: id })
  for await (const page of pages) numbers.push(page.Parts?.map(({ PartNumber }) => PartNumber))
  // The last page has a marker too: who goes by that and not by `IsTruncated` asks once more.
  expect(numbers).toEqual([[1, 2], [3], undefined])
  for (const key of ['a/1', 'a/2', 'b']) await begin(client, key)
  const list = (more: object) =>
    client.send(new ListMultipartUploadsCommand({ Bucket, Delimiter: '/', ...more }))
  const first = await list({ MaxUploads: 2 })
  expect(first.CommonPrefixes).toEqual([{ Prefix: 'a/' }])
  expect(first.Uploads?.map((each) => each.Key)).toEqual(['b'])
  const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = first
  const second = await list({ KeyMarker, UploadIdMarker })
  expect(second.Uploads?.map((each) => each.Key)).toEqual(['big'])
  expect(second.CommonPrefixes).toBeUndefined()
  const third = await list({ KeyMarker: 'a/' })
  expect(third.CommonPrefixes).toBeUndefined()
  const none = new ListPartsCommand({ Bucket, Key, UploadId: 'no' })
  expect(await failureOf(client.send(none))).toBe('404 NoSuchUpload')
})
