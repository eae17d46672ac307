import {
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { expect, it } from 'vitest'

import { Bucket, clientOf, failureOf, started } from './peers.ts'

async function read(client: S3Client, input: Partial<GetObjectCommandInput>) {
  const answer = await client.send(new GetObjectCommand({ Bucket, Key: 'k', ...input }))
  return { answer, text: await answer.Body!.transformToString() }
}

it('gives ranges', async () => {
  const { s3, client } = await started()
  s3.put(Bucket, 'k', '0123456789')
  const text = async (Range: string): Promise<unknown> => {
    const { answer, text: body } = await read(client, { Range })
    return [answer.$metadata.httpStatusCode, answer.ContentRange, body]
  }
  expect(await text('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234'])
  expect(await text('bytes=7-')).toEqual([206, 'bytes 7-9/10', '789'])
  expect(await text('bytes=-3')).toEqual([206, 'bytes 7-9/10', '789'])
  expect(await text('bytes=-99')).toEqual([206, 'bytes 0-9/10', '0123456789'])
  expect(await text('bytes=8-99')).toEqual([206, 'bytes 8-9/10', '89'])
  expect(await text('bytes=4-2')).toEqual([200, undefined, '0123456789'])
  expect(await text('bytes=0-1,3-4')).toEqual([200, undefined, '0123456789'])
})

it('refuses ranges behind the end, and says where that is', async () => {
  const { s3, client } = await started()
  s3.put(Bucket, 'k', '0123456789')
  s3.put(Bucket, 'empty', '')
  const refused = { $metadata: { httpStatusCode: 416 }, ActualObjectSize: '10' }
  const command = new GetObjectCommand({ Bucket, Key: 'k', Range: 'bytes=10-' })
  await expect(client.send(command)).rejects.toMatchObject(refused)
  expect(await failureOf(read(client, { Range: 'bytes=-0' }))).toBe('416 InvalidRange')
  const empty = { Key: 'empty', Range: 'bytes=0-0' }
  expect(await failureOf(read(client, empty))).toBe('416 InvalidRange')
})

it('answers other headers when they are asked for', async () => {
  const { s3, client } = await started()
  s3.put(Bucket, 'k', 'x', { headers: { 'cache-control': 'no-store' } })
  const { answer } = await read(client, {
    ResponseContentType: 'text/html',
    ResponseContentDisposition: 'attachment; filename="ä.txt"',
  })
  expect(answer).toMatchObject({ ContentType: 'text/html', CacheControl: 'no-store' })
  expect(answer.ContentDisposition).toContain('attachment')
})

it('tells a missing key from a denied one only to those who may list', async () => {
  const { s3, client } = await started()
  s3.put(Bucket, 'k', 'x')
  expect(await failureOf(read(client, { Key: 'no' }))).toBe('404 NoSuchKey')
  s3.behave({ denied: ['ListBucket'] })
  expect(await failureOf(read(client, { Key: 'no' }))).toBe('403 AccessDenied')
  const head = new HeadObjectCommand({ Bucket, Key: 'no' })
  expect(await failureOf(client.send(head))).toMatch(/^403 /)
  expect((await read(client, {})).text).toBe('x')
  s3.behave({ denied: ['GetObject'] })
  expect(await failureOf(read(client, {}))).toBe('403 AccessDenied')
})

it('dates objects in whole seconds, by its clock', async () => {
  const { s3, client } = await started()
  s3.put(Bucket, 'k', 'x', { lastModifiedMs: 1_700_000_000_987 })
  const { answer } = await read(client, {})
  expect(answer.LastModified).toEqual(new Date(1_700_000_000_000))
})

it('answers a bucket that is not there', async () => {
  const { s3 } = await started()
  const client = clientOf(s3)
  expect(await failureOf(read(client, { Bucket: 'nowhere' }))).toBe('404 NoSuchBucket')
})
