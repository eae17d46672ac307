import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'

import { Bucket, failureOf, started } from './peers.ts'

async function versioned() {
  const { s3, client } = await started()
  const VersioningConfiguration = { Status: 'Enabled' } as const
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
  return { s3, client }
}

async function put(client: S3Client, Body: string, more: object = {}): Promise<string | undefined> {
  const answer = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body, ...more }))
  return answer.VersionId
}

async function read(client: S3Client, VersionId?: string): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId }))
  return Body!.transformToString()
}

it('keeps every version, and what was there before as null', async () => {
  const { s3, client } = await started()
  expect(await put(client, 'zero')).toBeUndefined()
  const state = new GetBucketVersioningCommand({ Bucket })
  expect((await client.send(state)).Status).toBeUndefined()
  const VersioningConfiguration = { Status: 'Enabled' } as const
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
  expect((await client.send(state)).Status).toBe('Enabled')
  const one = await put(client, 'one')
  const two = await put(client, 'two')
  expect(one).not.toBe(two)
  expect(await read(client)).toBe('two')
  expect(await read(client, one)).toBe('one')
  expect(await read(client, 'null')).toBe('zero')
  expect(s3.versions(Bucket)).toHaveLength(3)
  expect(await failureOf(read(client, 'no'))).toBe('404 NoSuchVersion')
  s3.behave({ missingVersion: 'NoSuchKey' })
  expect(await failureOf(read(client, 'no'))).toBe('404 NoSuchKey')
})

describe('a delete', () => {
  it('leaves a marker, which can be deleted too', async () => {
    const { s3, client } = await versioned()
    const version = await put(client, 'one')
    const marker = await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))
    expect(marker.DeleteMarker).toBe(true)
    expect(await failureOf(read(client))).toBe('404 NoSuchKey')
    const named = { Bucket, Key: 'k', VersionId: marker.VersionId }
    expect(await failureOf(client.send(new GetObjectCommand(named)))).toBe('405 MethodNotAllowed')
    expect(await failureOf(client.send(new HeadObjectCommand(named)))).toMatch(/^405 /)
    expect(await read(client, version)).toBe('one')
    expect(await client.send(new DeleteObjectCommand(named))).toMatchObject({ DeleteMarker: true })
    expect(await read(client)).toBe('one')
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: version }))
    expect(s3.versions(Bucket)).toEqual([])
  })

  it('makes way for a new object', async () => {
    const { client } = await versioned()
    await put(client, 'one')
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))
    expect(await failureOf(put(client, 'x', { IfMatch: '"any"' }))).toBe('404 NoSuchKey')
    const gone = new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch: '*' })
    expect(await failureOf(client.send(gone))).toBe('404 NoSuchKey')
    await put(client, 'two', { IfNoneMatch: '*' })
    expect(await read(client)).toBe('two')
  })

  it('of many tells the markers', async () => {
    const { client } = await versioned()
    const version = await put(client, 'one')
    const remove = async (VersionId?: string) => {
      const Objects = [{ Key: 'k', VersionId }]
      return client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
    }
    const first = await remove()
    expect(first.Deleted).toMatchObject([{ Key: 'k', DeleteMarker: true }])
    const second = await remove(version)
    expect(second.Deleted).toEqual([{ Key: 'k', VersionId: version }])
  })
})

it('goes back to null when versions are suspended', async () => {
  const { s3, client } = await versioned()
  const one = await put(client, 'one')
  const VersioningConfiguration = { Status: 'Suspended' } as const
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
  expect(await put(client, 'two')).toBe('null')
  await put(client, 'three')
  expect(s3.versions(Bucket).map(({ versionId }) => versionId)).toEqual(['null', one])
  const marker = await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))
  expect(marker).toMatchObject({ DeleteMarker: true, VersionId: 'null' })
  expect(s3.versions(Bucket).map(({ kind }) => kind)).toEqual(['marker', 'object'])
})

it('copies a version over the current one', async () => {
  const { client } = await versioned()
  const one = await put(client, 'one')
  await put(client, 'two')
  const CopySource = `${Bucket}/k?versionId=${one}`
  const copied = await client.send(new CopyObjectCommand({ Bucket, Key: 'k', CopySource }))
  expect(copied.CopySourceVersionId).toBe(one)
  expect(await read(client)).toBe('one')
})

/** The SDK has no paginator for versions. */
async function* pagesOf(
  client: S3Client,
  input: object,
): AsyncGenerator<ListObjectVersionsCommandOutput> {
  let markers: object | undefined = {}
  while (markers !== undefined) {
    const command = new ListObjectVersionsCommand({ Bucket, ...input, ...markers })
    const page: ListObjectVersionsCommandOutput = await client.send(command)
    yield page
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page
    markers = page.IsTruncated ? { KeyMarker, VersionIdMarker } : undefined
  }
}

it('lists versions and markers, newest first, page by page', async () => {
  const { s3, client } = await versioned()
  for (const Key of ['a', 'b', 'd/1', 'd/2']) {
    await put(client, 'one', { Key })
    await put(client, 'two', { Key })
  }
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'b' }))
  const expected = s3.versions(Bucket).map(({ key, versionId }) => [key, versionId])
  for (const pageSize of [1, 2, 3, 1000]) {
    const listed: unknown[] = []
    const prefixes: unknown[] = []
    for await (const page of pagesOf(client, { MaxKeys: pageSize })) {
      for (const { Key, VersionId } of [...(page.DeleteMarkers ?? []), ...(page.Versions ?? [])]) {
        listed.push([Key, VersionId])
      }
    }
    expect(listed.map(String).sort()).toEqual(expected.map(String).sort())
    for await (const page of pagesOf(client, { MaxKeys: pageSize, Delimiter: '/' })) {
      prefixes.push(...(page.CommonPrefixes ?? []))
    }
    expect(prefixes).toEqual([{ Prefix: 'd/' }])
  }
  const { DeleteMarkers } = await client.send(new ListObjectVersionsCommand({ Bucket }))
  expect(DeleteMarkers).toMatchObject([{ Key: 'b', IsLatest: true }])
})
