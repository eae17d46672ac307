/** What a person meets who opens a store for the first time, and what it says then. */
import { PutObjectLockConfigurationCommand, S3Client } from '@aws-sdk/client-s3'
import { isStorageError } from '@aos-storage/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { awsServer, type S3Options, S3StorageBackend } from '../../src/index.ts'
import { answeringServer } from '../support/answering-server.ts'
import { failureOf, put, readText } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

afterEach(() => vi.unstubAllEnvs())

const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' }
const containing = (text: string): string => expect.stringContaining(text) as string

describe('a region', () => {
  it('that nobody names is asked for', async () => {
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE'])
      vi.stubEnv(name, undefined)
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere')
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere')
    const opening = S3StorageBackend.open({ bucket: 'data', credentials })
    await expect(opening).rejects.toMatchObject({
      ...{ code: 'INVALID_ARGUMENT', operation: 'open' },
      message: containing('set AWS_REGION, or give region'),
    })
  })

  it('that is none is told', async () => {
    const opening = S3StorageBackend.open({ bucket: 'data', credentials, region: 'eu west' })
    await expect(opening).rejects.toMatchObject({
      ...{ code: 'INVALID_ARGUMENT', message: containing('"eu-central-1"') },
    })
  })
})

describe('what is no S3', () => {
  const missing = '<Error><Code>NoSuchKey</Code></Error>'
  const page = '<!DOCTYPE html><html><body>Not here</body></html>'
  it.each([
    [404, '', 'no S3 server'],
    [404, missing, 'no S3 server'],
    [404, page, 'web pages'],
    [403, page, 'web pages'],
    [401, `\n<html>${page}`, 'web pages'],
    [405, page, 'web pages'],
    [302, page, 'web pages'],
  ])('is told as that, answering %s and %s', async (status, body, fix) => {
    const endpoint = await answeringServer(() => ({ status, body }))
    const open = { bucket: 'data', endpoint, credentials, retryDelayMs: 1 }
    await expect(S3StorageBackend.open(open)).rejects.toMatchObject({
      ...{ code: 'UNAVAILABLE', retryable: 'no', operation: 'open', message: containing(fix) },
    })
  })

  it('may stand before one that is busy', async () => {
    const { options, open } = await simulatedBucket()
    const store = await open()
    await put(store, 'doc', 'body')
    let asked = 0
    const endpoint = await answeringServer(() =>
      asked++ === 0
        ? { status: 503, body: page }
        : { headers: { etag: '"1"', 'content-length': '4' }, body: 'body' },
    )
    const more = { endpoint, server: awsServer, bucket: options.bucket }
    expect(await readText(await open(more), 'doc')).toBe('body')
  })
})

it('a bucket that locks all that is written is not probed: nothing is left in it', async () => {
  const { s3, options, open } = await simulatedBucket()
  s3.createBucket('locked', { objectLock: true })
  const client = new S3Client({
    ...{ endpoint: options.endpoint!, region: options.region!, forcePathStyle: true },
    credentials: s3.credentials,
  })
  const Rule = { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } } as const
  const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', Rule } as const
  const input = { Bucket: 'locked', ObjectLockConfiguration }
  await client.send(new PutObjectLockConfigurationCommand(input))
  client.destroy()
  await expect(open({ bucket: 'locked' })).rejects.toMatchObject({
    ...{ code: 'UNSUPPORTED', operation: 'open', message: containing('awsServer') },
  })
  expect(s3.versions('locked')).toEqual([])
  const store = await open({ bucket: 'locked', server: awsServer })
  await put(store, 'doc', 'body')
  expect(await readText(store, 'doc')).toBe('body')
})

it('a value that the server refuses without a word is looked for in the store’s own', async () => {
  const { s3, open } = await simulatedBucket()
  const store = await open({ storageClass: 'COOL' })
  const fault = { kind: 'error', code: 'InvalidArgument', message: '' } as const
  s3.script({ operation: 'PutObject', fault })
  const error = await failureOf(put(store, 'doc', 'body'))
  expect(isStorageError(error, 'INVALID_ARGUMENT')).toBe(true)
  expect(String(error)).toContain('does not say which: a storage class or encryption')
})

it.each<[unknown, string]>([
  [{ credentials: { accessKeyId: 'id' } }, 'credentials.secretAccessKey is missing'],
  [{ credentials: { accessKeyId: '', secretAccessKey: 'secret' } }, 'credentials.accessKeyId'],
  [{ credentials: 'id:secret' }, 'credentials.accessKeyId is missing'],
  [{ encryption: 'AES256' }, "{ algorithm: 'AES256' }"],
])('%j is told before any request', async (options, fix) => {
  const open = {
    bucket: 'data',
    endpoint: 'http://127.0.0.1:9',
    ...(options as Partial<S3Options>),
  }
  const error = await failureOf(S3StorageBackend.open(open))
  expect(error).toBeInstanceOf(TypeError)
  expect(String(error)).toContain(fix)
  expect(String(error)).not.toContain('id:secret')
})
