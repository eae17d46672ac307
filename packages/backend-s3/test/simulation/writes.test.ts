import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'

import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { describe, expect, it } from 'vitest'

import { Bucket, clientOf, failureOf, simulated, started } from './peers.ts'

const done = 'no failure'

function put(client: S3Client, input: Partial<PutObjectCommandInput> = {}): Promise<string> {
  return failureOf(client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...input })))
}

describe('metadata', () => {
  it('has a limit, names and values together', async () => {
    const { client } = await started()
    expect(await put(client, { Metadata: { ab: 'x'.repeat(2046) } })).toBe(done)
    expect(await put(client, { Metadata: { ab: 'x'.repeat(2047) } })).toBe('400 MetadataTooLarge')
  })

  it('loses its underscores where the server folds them', async () => {
    const { s3, client } = await started({ behaviour: { metadataUnderscores: 'folded' } })
    await put(client, { Metadata: { a_b: '1' } })
    expect(s3.objects(Bucket)[0]?.metadata).toEqual({ 'a-b': '1' })
  })

  it('comes back as RFC 2047 words, or as bytes', async () => {
    const { s3, client } = await started()
    s3.put(Bucket, 'k', 'x', { metadata: { a: Buffer.from('ü').toString('latin1') } })
    const head = () => client.send(new HeadObjectCommand({ Bucket, Key: 'k' }))
    expect((await head()).Metadata).toEqual({ a: '=?UTF-8?B?w7w=?=' })
    s3.behave({ metadataText: 'bytes' })
    expect(Buffer.from((await head()).Metadata!['a']!, 'latin1').toString()).toBe('ü')
  })

  it('follows a key, of which the copy has a bare +', async () => {
    const { s3, client } = await started()
    s3.put(Bucket, 'a b', 'space')
    s3.put(Bucket, 'a+b', 'plus')
    const copy = (CopySource: string): Promise<unknown> =>
      client.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource }))
    const copied = (): string => Buffer.from(s3.objects(Bucket).at(-1)!.body).toString()
    await copy(`${Bucket}/a+b`)
    expect(copied()).toBe('space')
    await copy(`${Bucket}/a%2Bb`)
    expect(copied()).toBe('plus')
    await copy(`${Bucket}/a%20b`)
    expect(copied()).toBe('space')
    s3.behave({ copySourcePlus: 'plus' })
    await copy(`${Bucket}/a+b`)
    expect(copied()).toBe('plus')
  })

  it('is kept or replaced by a copy', async () => {
    const { s3, client } = await started()
    s3.put(Bucket, 'k', 'x', { metadata: { a: '1' }, tags: { t: '1' } })
    const CopySource = `${Bucket}/k`
    await client.send(new CopyObjectCommand({ Bucket, Key: 'l', CopySource }))
    const replaced = {
      MetadataDirective: 'REPLACE',
      Metadata: { b: '2' },
      TaggingDirective: 'REPLACE',
      Tagging: 'u=2',
    } as const
    await client.send(new CopyObjectCommand({ Bucket, Key: 'm', CopySource, ...replaced }))
    const [, kept, other] = s3.objects(Bucket)
    expect([kept?.metadata, kept?.tags]).toEqual([{ a: '1' }, new Map([['t', '1']])])
    expect([other?.metadata, other?.tags]).toEqual([{ b: '2' }, new Map([['u', '2']])])
    const itself = new CopyObjectCommand({ Bucket, Key: 'k', CopySource })
    expect(await failureOf(client.send(itself))).toBe('400 InvalidRequest')
  })
})

describe('sizes', () => {
  it('have limits that a test can reach', async () => {
    const { s3, client } = await started({ behaviour: { putBytesMax: 10, copyBytesMax: 5 } })
    expect(await put(client, { Body: 'x'.repeat(10) })).toBe(done)
    expect(await put(client, { Body: 'x'.repeat(11) })).toBe('400 EntityTooLarge')
    const copy = new CopyObjectCommand({ Bucket, Key: 'to', CopySource: `${Bucket}/k` })
    expect(await failureOf(client.send(copy))).toBe('400 InvalidRequest')
    s3.behave({ copyBytesMax: 10 })
    expect(await failureOf(client.send(copy))).toBe(done)
  })

  it('are bounded as a whole', async () => {
    const { s3, client } = await started({ bytesMax: 1000 })
    expect(await put(client, { Body: 'x'.repeat(900) })).toBe(done)
    expect(await put(client, { Key: 'l', Body: 'x'.repeat(200) })).toBe('507 SimulationFull')
    expect(await put(client, { Body: 'x'.repeat(950) })).toBe(done)
    expect(await put(client, { Body: 'x'.repeat(1001) })).toBe('507 SimulationFull')
    s3.delete(Bucket, 'k')
    expect(await put(client, { Key: 'l', Body: 'x'.repeat(1000) })).toBe(done)
  })

  it('are told by keys too', async () => {
    const { client } = await started()
    expect(await put(client, { Key: 'x'.repeat(1024) })).toBe(done)
    expect(await put(client, { Key: 'x'.repeat(1025) })).toBe('400 KeyTooLongError')
  })
})

describe('a body', () => {
  it('is seen when it is whole, or never', async () => {
    const { s3, client } = await started()
    const command = new PutObjectCommand({ Bucket, Key: 'k' })
    const url = await getSignedUrl(client, command)
    const sending = request(url, { method: 'PUT', headers: { 'Content-Length': 10 } })
    const failed = once(sending, 'error').catch((error: unknown) => [error])
    sending.write('hello')
    await expect.poll(() => s3.requests.length).toBe(1)
    expect(s3.objects(Bucket)).toEqual([])
    sending.destroy()
    await failed
    await expect.poll(() => s3.connectionsOpen).toBe(0)
    expect(s3.objects(Bucket)).toEqual([])
    expect(s3.failures).toEqual([])
  })

  it('must have its MD5', async () => {
    const { s3, client } = await started()
    const md5 = (text: string): string => createHash('md5').update(text).digest('base64')
    expect(await put(client, { ContentMD5: md5('y') })).toBe('400 BadDigest')
    expect(await put(client, { ContentMD5: 'short' })).toBe('400 InvalidDigest')
    expect(s3.objects(Bucket)).toEqual([])
    expect(await put(client, { ContentMD5: md5('x') })).toBe(done)
  })

  it('must have a length', async () => {
    const { client } = await started()
    const url = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: 'k' }))
    const answer = await fetch(url, {
      method: 'PUT',
      body: Readable.toWeb(Readable.from(['a', 'b'])),
      duplex: 'half',
    })
    expect([answer.status, await answer.text()]).toEqual([501, expect.stringContaining('Transfer')])
  })

  it('is asked for only when it is wanted', async () => {
    const { s3, client } = await started()
    const url = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: 'k' }))
    const send = async (): Promise<readonly [number | undefined, boolean]> => {
      const headers = { Expect: '100-continue', 'Content-Length': 5 }
      const sending = request(url, { method: 'PUT', headers })
      let wasAsked = false
      sending.once('continue', () => {
        wasAsked = true
        sending.end('hello')
      })
      const [answer] = (await once(sending, 'response')) as [IncomingMessage]
      answer.resume()
      sending.destroy()
      return [answer.statusCode, wasAsked]
    }
    expect(await send()).toEqual([200, true])
    s3.behave({ denied: ['PutObject'] })
    expect(await send()).toEqual([403, false])
  })

  it('of some size is sent by the SDK when it is asked for', async () => {
    const s3 = await simulated({ behaviour: { denied: ['PutObject'] } })
    // The SDK waits for 100 Continue with bodies from 2 MiB on.
    const client = clientOf(s3)
    const Body = Buffer.alloc(3 * 1024 * 1024)
    expect(await put(client, { Body })).toBe('403 AccessDenied')
    s3.behave({ denied: [] })
    expect(await put(client, { Body })).toBe(done)
    expect(s3.requests.map(({ headers }) => headers['expect'])).toEqual([
      '100-continue',
      '100-continue',
    ])
  })
})

it('has opaque ETags where the server does', async () => {
  const { s3, client } = await started({ behaviour: { etags: 'opaque' } })
  await put(client)
  const first = s3.objects(Bucket)[0]!.etag
  await put(client)
  expect(s3.objects(Bucket)[0]!.etag).not.toBe(first)
  expect(await put(client, { IfMatch: `"${first}"` })).toBe('412 PreconditionFailed')
})

it('takes the storage classes that it has', async () => {
  const { client } = await started({ behaviour: { storageClasses: ['STANDARD', 'STANDARD_IA'] } })
  expect(await put(client, { StorageClass: 'STANDARD_IA' })).toBe(done)
  expect(await put(client, { StorageClass: 'GLACIER' })).toBe('400 InvalidStorageClass')
  const got = await client.send(new GetObjectCommand({ Bucket, Key: 'k' }))
  expect(got.StorageClass).toBe('STANDARD_IA')
})
