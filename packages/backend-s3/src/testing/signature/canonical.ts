/**
 * Signature Version 4: what is signed, and with which key.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
import { createHash, createHmac } from 'node:crypto'

import type { S3Request } from '../protocol/request.ts'

export const algorithmName = 'AWS4-HMAC-SHA256'

/** `20260101/us-east-1/s3/aws4_request`. */
export interface CredentialScope {
  readonly accessKeyId: string
  readonly date: string
  readonly region: string
}

export function scopeText({ date, region }: CredentialScope): string {
  return `${date}/${region}/s3/aws4_request`
}

/** The key of one day and region. */
export function signingKeyOf(secretAccessKey: string, scope: CredentialScope): Buffer {
  const parts = [scope.date, scope.region, 's3', 'aws4_request']
  return parts.reduce<Buffer>(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  )
}

/** What the signature of a request covers. */
export interface SignedParts {
  readonly signedHeaders: readonly string[]
  readonly payloadHash: string
  /** Parameters that are not signed: the signature itself. */
  readonly queryLess?: string | undefined
}

/** In Latin-1: one character for every byte of a header that came. */
export function canonicalRequest(request: S3Request, parts: SignedParts): string {
  const headers = parts.signedHeaders.map(
    (name) => `${name}:${(request.headers.get(name) ?? '').replace(/ +/g, ' ')}\n`,
  )
  return [
    request.method,
    canonicalPath(request.rawPath),
    canonicalQuery(request.query, parts.queryLess),
    headers.join(''),
    parts.signedHeaders.join(';'),
    parts.payloadHash,
  ].join('\n')
}

/** What the key signs. */
export function stringToSign(dateTime: string, scope: CredentialScope, canonical: string): string {
  const hash = createHash('sha256').update(canonical, 'latin1').digest('hex')
  return [algorithmName, dateTime, scopeText(scope), hash].join('\n')
}

export function sign(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex')
}

/** Encoded once and anew, since clients differ in what they leave as it is. */
function canonicalPath(rawPath: string): string {
  return decodeURIComponent(rawPath).split('/').map(encodeStrictly).join('/')
}

function canonicalQuery(query: URLSearchParams, less: string | undefined): string {
  return [...query]
    .filter(([name]) => name !== less)
    .map(([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(value)}`)
    .sort(byCodeUnits)
    .join('&')
}

function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** RFC 3986: all but the unreserved characters. */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
