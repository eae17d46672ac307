import { request } from 'node:http'

import {
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { virtualClock } from '@aos-storage/core/testing'
import { describe, expect, it } from 'vitest'

import { type SimulatedS3, startSimulatedS3 } from '../../src/testing/index.ts'
import { Bucket, clientOf, failureOf, simulated, started } from './peers.ts'

const done = 'no failure'

function list(client: S3Client, bucket = Bucket): Promise<string> {
  return failureOf(client.send(new ListObjectsV2Command({ Bucket: bucket })))
}

describe('a signature', () => {
  it('must be of a known key, and right', async () => {
    const { s3, client } = await started()
    expect(await list(client)).toBe(done)
    const { accessKeyId, secretAccessKey } = s3.credentials
    const wrong = clientOf(s3, { credentials: { accessKeyId, secretAccessKey: 'wrong' } })
    expect(await list(wrong)).toBe('403 SignatureDoesNotMatch')
    const unknown = clientOf(s3, { credentials: { accessKeyId: 'nobody', secretAccessKey } })
    expect(await list(unknown)).toBe('403 InvalidAccessKeyId')
    s3.behave({ signatures: 'unchecked' })
    expect(await list(wrong)).toBe(done)
  })

  it('must be there', async () => {
    const { s3 } = await started()
    const answer = await fetch(`${s3.endpoint}/${Bucket}/k`)
    expect([answer.status, await answer.text()]).toEqual([
      403,
      expect.stringContaining('<Code>AccessDenied</Code>'),
    ])
  })

  it('must be of a near time', async () => {
    const clock = virtualClock({ nowMs: Date.now() - 16 * 60_000 })
    const { s3, client } = await started({ clock })
    const command = new ListObjectsV2Command({ Bucket })
    await expect(client.send(command)).rejects.toMatchObject({
      name: 'RequestTimeTooSkewed',
      MaxAllowedSkewMilliseconds: '900000',
    })
    s3.behave({ skewMsMax: 3_600_000 })
    expect(await list(clientOf(s3))).toBe(done)
  })

  it('must be of the right region, which the answer names', async () => {
    const s3 = await simulated({ region: 'eu-central-1' })
    const client = clientOf(s3, { region: 'us-west-2' })
    const command = new ListObjectsV2Command({ Bucket })
    await expect(client.send(command)).rejects.toMatchObject({
      name: 'AuthorizationHeaderMalformed',
      Region: 'eu-central-1',
      $metadata: { httpStatusCode: 400 },
    })
    expect(await list(clientOf(s3))).toBe(done)
    s3.behave({ signingRegion: 'any' })
    expect(await list(client)).toBe(done)
  })

  it('of temporary credentials needs its token, and expires', async () => {
    const s3 = await simulated()
    const [accessKeyId, secretAccessKey] = ['temporary', 'secret']
    const expiresAtMs = Date.now() + 60_000
    s3.addCredentials({ accessKeyId, secretAccessKey, sessionToken: 'token', expiresAtMs })
    const as = (sessionToken: string | undefined): Promise<string> =>
      list(
        clientOf(s3, {
          credentials: {
            accessKeyId,
            secretAccessKey,
            ...(sessionToken !== undefined && { sessionToken }),
          },
        }),
      )
    expect(await as('token')).toBe(done)
    expect(await as(undefined)).toBe('403 InvalidAccessKeyId')
    expect(await as('other')).toBe('400 InvalidToken')
    s3.addCredentials({ accessKeyId, secretAccessKey, sessionToken: 'token', expiresAtMs: 0 })
    expect(await as('token')).toBe('400 ExpiredToken')
  })

  it('must cover every header of Amazon', async () => {
    const { s3, client } = await started()
    client.middlewareStack.add(
      (next) => (args) => {
        const { headers } = args.request as { headers: Record<string, string> }
        headers['x-amz-meta-late'] = '1'
        return next(args)
      },
      { step: 'deserialize', priority: 'low' },
    )
    expect(await list(client)).toBe('403 AccessDenied')
    expect(s3.requests[0]?.headers).toMatchObject({ 'x-amz-meta-late': '1' })
  })

  it('covers the body', async () => {
    const { s3, client } = await started()
    client.middlewareStack.add(
      (next) => (args) => {
        ;(args.request as { body: unknown }).body = 'other'
        return next(args)
      },
      { step: 'deserialize', priority: 'low' },
    )
    const put = new PutObjectCommand({ Bucket, Key: 'k', Body: 'hello' })
    expect(await failureOf(client.send(put))).toBe('400 XAmzContentSHA256Mismatch')
    expect(s3.objects(Bucket)).toEqual([])
  })

  it('is not recorded', async () => {
    const { s3, client } = await started()
    await list(client)
    expect(JSON.stringify(s3.requests)).not.toMatch(/Signature=|authorization/i)
  })
})

describe('permissions and places', () => {
  it('are denied by action', async () => {
    const { s3, client } = await started({ behaviour: { denied: ['ListBucket'] } })
    expect(await list(client)).toBe('403 AccessDenied')
    expect(await failureOf(client.send(new HeadBucketCommand({ Bucket })))).toMatch(/^403 /)
    s3.behave({ denied: ['GetObjectVersion'] })
    s3.put(Bucket, 'k', 'x')
    const get = (more: object) =>
      failureOf(client.send(new GetObjectCommand({ Bucket, Key: 'k', ...more })))
    expect(await get({})).toBe(done)
    expect(await get({ VersionId: 'null' })).toBe('403 AccessDenied')
  })

  it('are denied to those who expect another owner', async () => {
    const { client } = await started()
    const owned = (ExpectedBucketOwner: string): Promise<string> =>
      failureOf(client.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner })))
    expect(await owned('000000000000')).toBe(done)
    expect(await owned('111111111111')).toMatch(/^403 /)
  })

  it('send clients of a bucket of another region there', async () => {
    const { s3, client } = await started()
    s3.createBucket('far', { region: 'eu-west-1' })
    const command = new ListObjectsV2Command({ Bucket: 'far' })
    await expect(client.send(command)).rejects.toMatchObject({
      name: 'PermanentRedirect',
      Endpoint: 's3.eu-west-1.amazonaws.com',
      $metadata: { httpStatusCode: 301 },
    })
  })
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and its sibling. */
describe('the examples of the documentation', () => {
  const accessKeyId = ['AKIA', 'IOSFODNN7EXAMPLE'].join('')
  const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'

  async function example(): Promise<SimulatedS3> {
    const clock = virtualClock({ nowMs: Date.UTC(2013, 4, 24) })
    const s3 = await startSimulatedS3({ clock, credentials: { accessKeyId, secretAccessKey } })
    s3.createBucket('examplebucket')
    return s3
  }

  function put(
    s3: SimulatedS3,
    signature: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<number | undefined> {
    const signed = [...Object.keys(headers), 'host', 'x-amz-date'].sort().join(';')
    return new Promise((resolve, reject) => {
      const sending = request(
        `${s3.endpoint}/examplebucket/chunkObject.txt`,
        {
          method: 'PUT',
          headers: {
            ...headers,
            host: 's3.amazonaws.com',
            'content-length': Buffer.byteLength(body),
            'x-amz-date': '20130524T000000Z',
            authorization:
              `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20130524/us-east-1/s3/aws4_request,` +
              `SignedHeaders=${signed},Signature=${signature}`,
          },
        },
        (answer) => {
          answer.resume()
          answer.once('end', () => resolve(answer.statusCode))
        },
      )
      sending.once('error', reject)
      sending.end(body)
    })
  }

  const framed = (signatures: readonly string[], more: string): string =>
    `10000;chunk-signature=${signatures[0]}\r\n${'a'.repeat(65_536)}\r\n` +
    `400;chunk-signature=${signatures[1]}\r\n${'a'.repeat(1024)}\r\n` +
    `0;chunk-signature=${signatures[2]}\r\n${more}\r\n`

  it('of signed chunks', async () => {
    await using s3 = await example()
    const headers = {
      'content-encoding': 'aws-chunked',
      'content-length': '66824',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'x-amz-decoded-content-length': '66560',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    }
    const seed = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9'
    const signatures = [
      'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
      '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
      'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
    ]
    expect(await put(s3, seed, headers, framed(signatures, ''))).toBe(200)
    expect(Buffer.from(s3.objects('examplebucket')[0]!.body).toString()).toBe('a'.repeat(66_560))
    const swapped = [signatures[0]!, signatures[2]!, signatures[1]!]
    expect(await put(s3, seed, headers, framed(swapped, ''))).toBe(403)
  })

  it('of signed trailers', async () => {
    await using s3 = await example()
    const headers = {
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '66560',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      'x-amz-trailer': 'x-amz-checksum-crc32c',
    }
    const seed = '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e'
    const signatures = [
      'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
      '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
      '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
    ]
    const trailerSignature = 'd81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435'
    const trailers = (checksum: string): string =>
      `x-amz-checksum-crc32c:${checksum}\r\nx-amz-trailer-signature:${trailerSignature}\r\n`
    expect(await put(s3, seed, headers, framed(signatures, trailers('sOO8/Q==')))).toBe(200)
    expect(s3.objects('examplebucket')[0]?.checksum).toMatchObject({
      algorithm: 'CRC32C',
      value: 'sOO8/Q==',
    })
    expect(await put(s3, seed, headers, framed(signatures, trailers('sOO9/Q==')))).toBe(403)
    expect(await put(s3, seed, headers, framed(signatures, ''))).toBe(403)
    s3.behave({ chunkedBodies: 'trailersRefused' })
    expect(await put(s3, seed, headers, framed(signatures, trailers('sOO8/Q==')))).toBe(400)
    expect(s3.requests.at(-1)?.errorCode).toBe('XAmzContentSHA256Mismatch')
  })
})
