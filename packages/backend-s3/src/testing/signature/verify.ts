/**
 * Who a request is from, and whether it came as it was signed.
 *
 * Header: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
 * Query: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
import { timingSafeEqual } from 'node:crypto'

import type { S3Request } from '../protocol/request.ts'
import { S3Error } from '../protocol/s3-error.ts'
import type { Account, SimulatedCredentials } from '../store/account.ts'
import {
  algorithmName,
  canonicalRequest,
  type CredentialScope,
  scopeText,
  sign,
  signingKeyOf,
  stringToSign,
} from './canonical.ts'
import { assertNotSkewed, credentialsOf, parseDateTime, parseScope } from './credential.ts'

/** What a body is checked with after its head was. */
export interface Authentication {
  /** A SHA-256 in hex, `UNSIGNED-PAYLOAD`, or one of the `STREAMING-` words. */
  readonly payloadHash: string
  /** For signatures of chunks; undefined when signatures are not checked. */
  readonly chunks: ChunkSigning | undefined
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html */
export interface ChunkSigning {
  readonly key: Buffer
  readonly dateTime: string
  readonly scope: string
  readonly seedSignature: string
}

export const unsignedPayload = 'UNSIGNED-PAYLOAD'

const weekS = 7 * 86_400

/** @throws S3Error `AccessDenied`, `SignatureDoesNotMatch` and the others of signatures. */
export function authenticate(request: S3Request, account: Account): Authentication {
  const isQuery = request.query.has('X-Amz-Algorithm')
  if (account.behaviour.signatures === 'unchecked') {
    return { payloadHash: statedPayload(request) ?? unsignedPayload, chunks: undefined }
  }
  if (isQuery && request.headers.has('authorization')) {
    throw new S3Error('InvalidArgument', {
      message:
        'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature ' +
        'query string parameter or the Authorization header should be specified',
      fields: { ArgumentName: 'Authorization' },
    })
  }
  const claim = isQuery ? queryClaim(request, account) : headerClaim(request, account)
  assertAllSigned(request, claim.signedHeaders)
  return assertSigned(request, claim)
}

/** A signature, and all that it says it covers. */
interface Claim {
  readonly credentials: SimulatedCredentials
  readonly scope: CredentialScope
  readonly dateTime: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  readonly payloadHash: string
  readonly queryLess?: string
}

const headerPattern =
  /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+)\s*,\s*SignedHeaders=([^,\s]+)\s*,\s*Signature=([0-9a-f]{64})$/

function headerClaim(request: S3Request, account: Account): Claim {
  const header = request.headers.get('authorization')
  if (header === undefined) throw new S3Error('AccessDenied')
  if (!header.startsWith(algorithmName)) {
    throw new S3Error('InvalidRequest', {
      message:
        'The authorization mechanism you have provided is not supported. ' +
        `Please use ${algorithmName}.`,
    })
  }
  const [, credential = '', names = '', signature = ''] = headerPattern.exec(header) ?? []
  const scope = parseScope(credential)
  if (scope === undefined) throw new S3Error('AuthorizationHeaderMalformed')
  const token = request.headers.get('x-amz-security-token')
  const credentials = credentialsOf(account, scope.accessKeyId, token)
  const { dateTime, timeMs } = requestTime(request)
  assertNotSkewed(account, dateTime, timeMs)
  const isOfDay = dateTime.startsWith(scope.date)
  const isOfRegion = isRegion(account, scope.region)
  if (!isOfRegion || !isOfDay) {
    const wrong = isOfDay ? `the region '${scope.region}'` : `the date '${scope.date}'`
    const right = isOfDay ? account.region : dateTime.slice(0, 8)
    throw new S3Error('AuthorizationHeaderMalformed', {
      message: `The authorization header is malformed; ${wrong} is wrong; expecting '${right}'`,
      ...(isOfDay && { fields: { Region: account.region } }),
      headers: { 'x-amz-bucket-region': account.region },
    })
  }
  const payloadHash = statedPayload(request)
  if (payloadHash === undefined) {
    throw new S3Error('InvalidRequest', {
      message: 'Missing required header for this request: x-amz-content-sha256',
    })
  }
  const signedHeaders = names.split(';')
  return { credentials, scope, dateTime, signedHeaders, signature, payloadHash }
}

/** Whether a signature of this region is good here. */
export function isRegion({ behaviour, region }: Account, stated: string): boolean {
  return behaviour.signingRegion === 'any' || stated === region
}

function requestTime(request: S3Request): { dateTime: string; timeMs: number } {
  const dateTime = request.headers.get('x-amz-date') ?? ''
  const timeMs = parseDateTime(dateTime)
  if (timeMs !== undefined) return { dateTime, timeMs }
  throw new S3Error('AccessDenied', {
    message: 'AWS authentication requires a valid Date or x-amz-date header',
  })
}

function queryClaim(request: S3Request, account: Account): Claim {
  const { query } = request
  const dateTime = query.get('X-Amz-Date') ?? ''
  const timeMs = parseDateTime(dateTime)
  const signature = query.get('X-Amz-Signature')
  const names = query.get('X-Amz-SignedHeaders')
  const expires = query.get('X-Amz-Expires') ?? ''
  const scope = parseScope(query.get('X-Amz-Credential') ?? '')
  if (query.get('X-Amz-Algorithm') !== algorithmName) {
    throw queryError(`X-Amz-Algorithm only supports "${algorithmName}"`)
  }
  if (scope === undefined) {
    throw queryError('Error parsing the X-Amz-Credential parameter; it is malformed')
  }
  if (timeMs === undefined || signature === null || names === null || expires === '') {
    throw queryError(
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, ' +
        'X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    )
  }
  assertNotExpired(account, dateTime, timeMs, expires)
  const token = query.get('X-Amz-Security-Token') ?? undefined
  const credentials = credentialsOf(account, scope.accessKeyId, token)
  if (!isRegion(account, scope.region)) {
    throw new S3Error('AuthorizationQueryParametersError', {
      message:
        'Error parsing the X-Amz-Credential parameter; ' +
        `the region '${scope.region}' is wrong; expecting '${account.region}'`,
      fields: { Region: account.region },
    })
  }
  return {
    credentials,
    scope,
    dateTime,
    signedHeaders: names.split(';'),
    signature,
    payloadHash: statedPayload(request) ?? unsignedPayload,
    queryLess: 'X-Amz-Signature',
  }
}

function assertNotExpired(
  account: Account,
  dateTime: string,
  timeMs: number,
  expires: string,
): void {
  const expiresS = Number(expires)
  if (!/^\d+$/.test(expires)) throw queryError('X-Amz-Expires should be a number')
  if (expiresS > weekS) {
    throw queryError(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires ' +
        `must be less than ${weekS} seconds`,
    )
  }
  const nowMs = account.clock.now()
  const endMs = timeMs + expiresS * 1000
  if (timeMs - nowMs > account.behaviour.skewMsMax) assertNotSkewed(account, dateTime, timeMs)
  if (nowMs <= endMs) return
  throw new S3Error('AccessDenied', {
    message: 'Request has expired',
    fields: {
      'X-Amz-Expires': expires,
      Expires: new Date(endMs).toISOString(),
      ServerTime: new Date(nowMs).toISOString(),
    },
  })
}

function queryError(message: string): S3Error {
  return new S3Error('AuthorizationQueryParametersError', { message })
}

function statedPayload({ headers, query }: S3Request): string | undefined {
  return headers.get('x-amz-content-sha256') ?? query.get('X-Amz-Content-Sha256') ?? undefined
}

/** Every `x-amz-` header is an order to the server: one that is not signed could be anybody's. */
function assertAllSigned({ headers }: S3Request, signed: readonly string[]): void {
  const unsigned = [...headers.keys()].filter(
    (name) =>
      !signed.includes(name) &&
      (name === 'host' || (name.startsWith('x-amz-') && name !== 'x-amz-content-sha256')),
  )
  if (unsigned.length === 0) return
  throw new S3Error('AccessDenied', {
    message: 'There were headers present in the request which were not signed',
    fields: { HeadersNotSigned: unsigned.join(', ') },
  })
}

function assertSigned(request: S3Request, claim: Claim): Authentication {
  const { credentials, scope, dateTime, payloadHash } = claim
  const key = signingKeyOf(credentials.secretAccessKey, scope)
  const canonical = canonicalRequest(request, claim)
  const text = stringToSign(dateTime, scope, canonical)
  if (!isSame(sign(key, text), claim.signature)) {
    throw new S3Error('SignatureDoesNotMatch', {
      fields: {
        AWSAccessKeyId: scope.accessKeyId,
        StringToSign: text,
        SignatureProvided: claim.signature,
        CanonicalRequest: canonical,
      },
    })
  }
  const chunks = { key, dateTime, scope: scopeText(scope), seedSignature: claim.signature }
  return { payloadHash, chunks }
}

/** Equal, in a time that tells nothing. */
export function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.byteLength === right.byteLength && timingSafeEqual(left, right)
}
