import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetObjectAclCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsCommand,
} from '@aws-sdk/client-s3'
import { expect, it } from 'vitest'

import { Bucket, clientOf, failureOf, simulated, started } from './peers.ts'

const done = 'no failure'

it('makes, finds and removes buckets', async () => {
  const { s3, client } = await started()
  expect(await failureOf(client.send(new CreateBucketCommand({ Bucket: 'other' })))).toBe(done)
  const listed = await client.send(new ListBucketsCommand({}))
  expect(listed.Buckets?.map(({ Name }) => Name)).toEqual(['shelf', 'other'])
  const head = await client.send(new HeadBucketCommand({ Bucket: 'other' }))
  expect(head.BucketRegion).toBe('us-east-1')
  s3.put('other', 'k', 'x')
  const remove = new DeleteBucketCommand({ Bucket: 'other' })
  expect(await failureOf(client.send(remove))).toBe('409 BucketNotEmpty')
  s3.delete('other', 'k')
  expect(await failureOf(client.send(remove))).toBe(done)
  expect(await failureOf(client.send(remove))).toBe('404 NoSuchBucket')
  expect(await failureOf(client.send(new HeadBucketCommand({ Bucket: 'other' })))).toBe(
    '404 NotFound',
  )
})

it('makes a bucket twice in the oldest region only', async () => {
  const { client } = await started()
  const again = new CreateBucketCommand({ Bucket })
  expect(await failureOf(client.send(again))).toBe(done)
  const s3 = await simulated({ region: 'eu-west-1' })
  const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' } as const
  const constrained = new CreateBucketCommand({ Bucket, CreateBucketConfiguration })
  expect(await failureOf(clientOf(s3).send(constrained))).toBe('409 BucketAlreadyOwnedByYou')
})

it('tells where a bucket is', async () => {
  const { client } = await started()
  const command = new GetBucketLocationCommand({ Bucket })
  expect((await client.send(command)).LocationConstraint ?? '').toBe('')
  const s3 = await simulated({ region: 'eu-west-1' })
  expect((await clientOf(s3).send(command)).LocationConstraint).toBe('eu-west-1')
})

it('refuses names that are none', async () => {
  const { client } = await started()
  for (const name of ['ab', 'Upper', 'a..b', 'under_score', '192.168.0.1', '-ab']) {
    const command = new CreateBucketCommand({ Bucket: name })
    expect([name, await failureOf(client.send(command))]).toEqual([name, '400 InvalidBucketName'])
  }
})

it('says what it does not simulate', async () => {
  const { s3, client } = await started()
  expect(await failureOf(client.send(new GetBucketAclCommand({ Bucket })))).toBe(
    '501 NotImplemented',
  )
  expect(await failureOf(client.send(new ListObjectsCommand({ Bucket })))).toBe(
    '501 NotImplemented',
  )
  expect(await failureOf(client.send(new GetObjectAclCommand({ Bucket, Key: 'k' })))).toBe(
    '501 NotImplemented',
  )
  expect(s3.requests.map(({ operation }) => operation)).toEqual([undefined, undefined, undefined])
  expect((await fetch(`${s3.endpoint}/${Bucket}/k`, { method: 'PATCH' })).status).toBe(405)
  expect((await fetch(`${s3.endpoint}/${Bucket}/%FF`)).status).toBe(400)
})

it('leaves nothing open', async () => {
  const s3 = await simulated()
  const client = clientOf(s3)
  await client.send(new HeadBucketCommand({ Bucket }))
  expect(s3.connectionsOpen).toBe(1)
  await s3.close()
  await expect.poll(() => s3.connectionsOpen).toBe(0)
  expect(await failureOf(client.send(new HeadBucketCommand({ Bucket })))).toBe('ECONNREFUSED')
})
