import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { expect, it } from 'vitest'

import { Bucket, failureOf, started } from './peers.ts'

it('gives back what was put', async () => {
  const { s3, client } = await started()
  const put = await client.send(
    new PutObjectCommand({
      Bucket,
      Key: 'a/ä ü+?.txt',
      Body: 'hello',
      ContentType: 'text/plain',
      Metadata: { Colour: 'red', under_score: 'x' },
    }),
  )
  expect(put.ETag).toBe('"5d41402abc4b2a76b9719d911017c592"')
  const got = await client.send(new GetObjectCommand({ Bucket, Key: 'a/ä ü+?.txt' }))
  expect(await got.Body?.transformToString()).toBe('hello')
  expect(got).toMatchObject({
    ContentLength: 5,
    ContentType: 'text/plain',
    ETag: put.ETag,
    Metadata: { colour: 'red', under_score: 'x' },
  })
  const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'a/ä ü+?.txt' }))
  expect(head).toMatchObject({ ContentLength: 5, ETag: put.ETag })
  expect(s3.objects(Bucket).map(({ key }) => key)).toEqual(['a/ä ü+?.txt'])
  expect(s3.requests.map(({ operation, status }) => [operation, status])).toEqual([
    ['PutObject', 200],
    ['GetObject', 200],
    ['HeadObject', 200],
  ])
})

it('copies, lists and deletes', async () => {
  const { s3, client } = await started()
  s3.put(Bucket, 'a', 'one', { metadata: { n: '1' } })
  await client.send(new CopyObjectCommand({ Bucket, Key: 'b/c', CopySource: `${Bucket}/a` }))
  const listed = await client.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }))
  expect(listed.Contents?.map(({ Key }) => Key)).toEqual(['a'])
  expect(listed.CommonPrefixes).toEqual([{ Prefix: 'b/' }])
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }))
  expect(await failureOf(client.send(new GetObjectCommand({ Bucket, Key: 'a' })))).toBe(
    '404 NoSuchKey',
  )
  expect(await failureOf(client.send(new HeadObjectCommand({ Bucket, Key: 'a' })))).toBe(
    '404 NotFound',
  )
  const deleted = await client.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'b/c' }, { Key: 'no' }] } }),
  )
  expect(deleted.Deleted?.map(({ Key }) => Key)).toEqual(['b/c', 'no'])
  expect(s3.objects(Bucket)).toEqual([])
})
