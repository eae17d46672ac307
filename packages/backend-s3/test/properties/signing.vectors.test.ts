/**
 * Signatures against the examples of Amazon's documentation, and against the SDK's own signer.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
import { describe, expect, it } from 'vitest'
import { emptyPayload, sha256Hex, Signer, uriEncode } from '../../src/signing.ts'

const keys = {
  // Public, and in two parts, so that nobody takes them for somebody's.
  accessKeyId: ['AKIA', 'IOSFODNN7EXAMPLE'].join(''),
  secretAccessKey: ['wJalrXUtnFEMI/K7MDENG/', 'bPxRfiCYEXAMPLEKEY'].join(''),
}
const nowMs = Date.UTC(2013, 4, 24)
const host = 'examplebucket.s3.amazonaws.com'

const examples = [
  {
    name: 'GET Object',
    request: { method: 'GET', path: '/test.txt', query: '', payload: emptyPayload },
    headers: { host, range: 'bytes=0-9' },
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  {
    name: 'PUT Object',
    request: {
      ...{ method: 'PUT', path: `/${uriEncode('test$file.text')}`, query: '' },
      payload: sha256Hex('Welcome to Amazon S3.'),
    },
    headers: {
      ...{ host, date: 'Fri, 24 May 2013 00:00:00 GMT' },
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    },
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  {
    name: 'GET Bucket Lifecycle',
    request: { method: 'GET', path: '/', query: 'lifecycle=', payload: emptyPayload },
    headers: { host },
    signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  },
  {
    name: 'Get Bucket (List Objects)',
    request: { method: 'GET', path: '/', query: 'max-keys=2&prefix=J', payload: emptyPayload },
    headers: { host },
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
]

describe('signatures', () => {
  it.each(examples)('are those of the documentation: $name', ({ request, headers, signature }) => {
    const signer = new Signer('us-east-1')
    const signed = signer.sign({ ...request, headers }, keys, nowMs)
    expect(signed['authorization']).toContain(`Signature=${signature}`)
    // The key of the day is kept: it must not change what comes of it.
    expect(signer.sign({ ...request, headers }, keys, nowMs)).toEqual(signed)
  })

  it('change with the secret, the day and the token, also for a signer that kept a key', () => {
    const { request, headers } = examples[0]!
    const signer = new Signer('us-east-1')
    const sign = (own: typeof keys & { sessionToken?: string }, ms: number): string =>
      signer.sign({ ...request, headers }, own, ms)['authorization']!
    const first = sign(keys, nowMs)
    const others = [
      sign({ ...keys, secretAccessKey: 'another' }, nowMs),
      sign(keys, nowMs + 86_400_000),
      sign({ ...keys, sessionToken: 'token' }, nowMs),
    ]
    expect(new Set([first, ...others]).size).toBe(4)
    expect(sign(keys, nowMs)).toBe(first)
  })

  it('are not of what may change on the way', () => {
    const { request, headers } = examples[0]!
    const signed = new Signer('us-east-1').sign(
      { ...request, headers: { ...headers, 'user-agent': 'someone' } },
      keys,
      nowMs,
    )
    expect(signed['user-agent']).toBe('someone')
    expect(signed['authorization']).toContain(
      'SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,',
    )
  })
})

describe('escapes', () => {
  it.each([
    ['a b', 'a%20b'],
    ['a+b', 'a%2Bb'],
    ["!'()*", '%21%27%28%29%2A'],
    ['-._~', '-._~'],
    ['é😀', '%C3%A9%F0%9F%98%80'],
  ])('%s', (text, escaped) => {
    expect(uriEncode(text)).toBe(escaped)
  })
})
