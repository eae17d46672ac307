import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'

import {
  type ChecksumAlgorithm,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'

import { unframe } from '../../src/testing/body/aws-chunked.ts'
import { crc } from '../../src/testing/body/crc.ts'
import { scopeText, sign, signingKeyOf } from '../../src/testing/signature/canonical.ts'
import { Bucket, clientOf, failureOf, simulated, started } from './peers.ts'

const done = 'no failure'
const plain = {
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const

function put(client: S3Client, input: object = {}): Promise<string> {
  return failureOf(client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'hello', ...input })))
}

it('reckons checks as their specifications say', () => {
  const check = (name: Parameters<typeof crc>[0]): string =>
    Buffer.from(crc(name, Buffer.from('123456789'))).toString('hex')
  expect(check('CRC32')).toBe('cbf43926')
  expect(check('CRC32C')).toBe('e3069283')
  expect(check('CRC64NVME')).toBe('ae8b14860a799888')
})

describe('checksums', () => {
  it('of every kind are checked, stored and returned', async () => {
    const { s3, client } = await started()
    const algorithms: ChecksumAlgorithm[] = ['CRC32', 'CRC32C', 'SHA1', 'SHA256']
    for (const algorithm of algorithms) {
      expect(await put(client, { ChecksumAlgorithm: algorithm })).toBe(done)
      expect(s3.objects(Bucket)[0]?.checksum?.algorithm).toBe(algorithm)
      const got = await client.send(
        new GetObjectCommand({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' }),
      )
      expect(await got.Body?.transformToString()).toBe('hello')
      expect(got[`Checksum${algorithm}` as 'ChecksumCRC32']).toBe(
        s3.objects(Bucket)[0]?.checksum?.value,
      )
      const range = { Range: 'bytes=0-1', ChecksumMode: 'ENABLED' } as const
      const part = await client.send(new GetObjectCommand({ Bucket, Key: 'k', ...range }))
      expect(part[`Checksum${algorithm}` as 'ChecksumCRC32']).toBeUndefined()
      expect(await part.Body?.transformToString()).toBe('he')
    }
  })

  it('that are wrong are refused', async () => {
    const { s3, client } = await started()
    expect(await put(client, { ChecksumCRC32: 'AAAAAA==' })).toBe('400 BadDigest')
    expect(await put(client, { ChecksumCRC32: 'AAAA' })).toBe('400 InvalidRequest')
    expect(s3.objects(Bucket)).toEqual([])
  })

  it('come from the server when the client has none', async () => {
    const { client } = await started({}, plain)
    const answer = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: '123456789' }))
    expect(answer.ChecksumCRC64NVME).toBe('rosUhgp5mIg=')
    const head = new HeadObjectCommand({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' })
    expect((await client.send(head)).ChecksumCRC64NVME).toBe('rosUhgp5mIg=')
  })

  it('are overlooked or refused where the server is older', async () => {
    const { s3, client } = await started({ behaviour: { checksums: 'ignored' } })
    expect(await put(client, { ChecksumCRC32: 'AAAAAA==' })).toBe(done)
    expect(s3.objects(Bucket)[0]?.checksum).toBeUndefined()
    s3.behave({ checksums: 'refused' })
    expect(await put(client)).toBe('501 NotImplemented')
    expect(await put(clientOf(s3, plain))).toBe(done)
  })

  it('of parts must be told again at the end', async () => {
    const { client } = await started({ behaviour: { partBytesMin: 1 } })
    const Key = 'k'
    const create = async (more: object) =>
      (await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }))).UploadId
    const upload = (UploadId: string | undefined, PartNumber: number, more: object) =>
      client.send(
        new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body: 'hello', ...more }),
      )
    const complete = (UploadId: string | undefined, Parts: object[]) =>
      client.send(
        new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
      )
    const sha = { ChecksumAlgorithm: 'SHA256' } as const
    const composite = await create(sha)
    const one = await upload(composite, 1, sha)
    const part = { PartNumber: 1, ETag: one.ETag }
    expect(await failureOf(upload(composite, 2, { ChecksumAlgorithm: 'CRC32' }))).toBe(
      '400 InvalidRequest',
    )
    expect(await failureOf(complete(composite, [part]))).toBe('400 InvalidRequest')
    const told = { ...part, ChecksumSHA256: one.ChecksumSHA256 }
    expect(await complete(composite, [told])).toMatchObject({
      ChecksumType: 'COMPOSITE',
      ChecksumSHA256: expect.stringMatching(/-1$/),
    })
    const full = await create({ ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' })
    const whole = await upload(full, 1, { ChecksumAlgorithm: 'CRC32' })
    const answer = await complete(full, [{ PartNumber: 1, ETag: whole.ETag }])
    expect(answer).toMatchObject({ ChecksumType: 'FULL_OBJECT', ChecksumCRC32: 'NhCmhg==' })
    const wrong = create({ ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' })
    expect(await failureOf(wrong)).toBe('400 InvalidRequest')
  })
})

describe('bodies in frames', () => {
  const stream = (): object => ({ Body: Readable.from([Buffer.from('hello')]), ContentLength: 5 })

  it('are decoded, and their trailers checked', async () => {
    const { s3, client } = await started()
    expect(await put(client, stream())).toBe(done)
    const [object] = s3.objects(Bucket)
    expect(Buffer.from(object!.body).toString()).toBe('hello')
    expect(object?.checksum).toMatchObject({ algorithm: 'CRC32', value: 'NhCmhg==' })
    expect(object?.headers['content-encoding']).toBeUndefined()
    expect(s3.requests[0]?.headers['x-amz-content-sha256']).toBe(
      'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    )
  })

  it('are refused or stored as they came where the server knows no better', async () => {
    const { s3, client } = await started({ behaviour: { chunkedBodies: 'trailersRefused' } })
    expect(await put(client, stream())).toBe('411 MissingContentLength')
    s3.behave({ chunkedBodies: 'storedAsSent' })
    expect(await put(client, stream())).toBe(done)
    expect(Buffer.from(s3.objects(Bucket)[0]!.body).toString()).toMatch(/^5\r\nhello\r\n0\r\n/)
  })

  it('must be whole and as long as they say', async () => {
    const s3 = await simulated({ behaviour: { signatures: 'unchecked' } })
    const send = async (length: number, body: string): Promise<string | undefined> => {
      await fetch(`${s3.endpoint}/${Bucket}/k`, {
        method: 'PUT',
        headers: {
          'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
          'x-amz-decoded-content-length': String(length),
        },
        body,
      })
      return s3.requests.at(-1)?.errorCode
    }
    expect(await send(5, '5\r\nhello\r\n0\r\n\r\n')).toBeUndefined()
    for (const [length, body] of [
      [6, '5\r\nhello\r\n0\r\n\r\n'],
      [5, '5\r\nhello\r\n0\r\n'],
      [5, '5\r\nhello\r\n'],
      [5, '6\r\nhello\r\n0\r\n\r\n'],
      [5, '5\r\nhello!\r\n0\r\n\r\n'],
      [5, 'hello'],
      [5, '0\r\nnot a trailer\r\n\r\n'],
    ] as const) {
      expect([body, await send(length, body)]).toEqual([body, 'IncompleteBody'])
    }
  })

  it('may be small in the last signed chunk only', () => {
    const scope = { accessKeyId: 'a', date: '20260101', region: 'us-east-1' }
    const key = signingKeyOf('secret', scope)
    const signing = {
      key,
      dateTime: '20260101T000000Z',
      scope: scopeText(scope),
      seedSignature: 'seed',
    }
    const framed = (sizes: readonly number[]): Buffer => {
      let previous = signing.seedSignature
      const frames = [...sizes, 0].map((size) => {
        const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
        const data = 'a'.repeat(size)
        const parts = ['AWS4-HMAC-SHA256-PAYLOAD', signing.dateTime, signing.scope, previous]
        previous = sign(key, [...parts, hash(''), hash(data)].join('\n'))
        return `${size.toString(16)};chunk-signature=${previous}\r\n${data}\r\n`
      })
      return Buffer.from(frames.join(''))
    }
    const read = (sizes: readonly number[]): number =>
      unframe(framed(sizes), { signing, hasTrailers: false }).bytes.byteLength
    expect(read([8192, 8192, 1])).toBe(16_385)
    expect(() => read([8192, 1, 8192])).toThrow(
      expect.objectContaining({ code: 'InvalidChunkSizeError', status: 403 }),
    )
  })
})

it('wants the integrity of DeleteObjects, or does without', async () => {
  const s3 = await simulated()
  const client = clientOf(s3)
  client.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> }
      for (const name of Object.keys(headers)) {
        if (/^(x-amz-checksum-|x-amz-sdk-checksum|content-md5)/.test(name)) delete headers[name]
      }
      return next(args)
    },
    { step: 'build', priority: 'low' },
  )
  const remove = (): Promise<string> =>
    failureOf(
      client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'k' }] } })),
    )
  expect(await remove()).toBe('400 InvalidRequest')
  s3.behave({ deleteObjectsIntegrity: 'optional' })
  expect(await remove()).toBe(done)
})
