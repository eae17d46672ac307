/**
 * A whole body, checked by all that its head says about it: nothing is done with less.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
import { createHash } from 'node:crypto'

import type { Behaviour } from '../behaviour.ts'
import type { S3Request } from '../protocol/request.ts'
import { notImplementedHeader, S3Error } from '../protocol/s3-error.ts'
import { type Authentication, unsignedPayload } from '../signature/verify.ts'
import { unframe } from './aws-chunked.ts'
import { type ChecksumAlgorithm, checksumOf, statedChecksum } from './checksums.ts'

/** A body, and the checksum that its sender gave and that was right. */
export interface ReceivedBody {
  readonly bytes: Uint8Array
  readonly md5: Buffer
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined
}

/** A body that is still to come. */
export interface BodySource {
  readonly request: S3Request
  readonly authentication: Authentication
  readonly behaviour: Behaviour
  readonly chunks: AsyncIterable<Uint8Array>
}

/** What the operation expects. */
export interface BodyLimits {
  readonly bytesMax: number
  /** What a longer one is answered. */
  readonly tooLong: (bytes: number, bytesMax: number) => S3Error
  /** Whether a request without a length is refused, or has no body. */
  readonly needsLength: boolean
}

/** Framing may add this much, and a client that adds more wastes it on purpose. */
const framingBytesMax = 1024 * 1024

/** @throws S3Error for a body that is not what its head says. */
export async function receiveBody(source: BodySource, limits: BodyLimits): Promise<ReceivedBody> {
  const { request, behaviour } = source
  if (behaviour.checksums === 'refused') assertNoChecksum(request)
  const declared = declaredBytes(source, limits)
  if (declared > limits.bytesMax) throw limits.tooLong(declared, limits.bytesMax)
  const sent = await collect(source.chunks, declared + framingBytesMax + declared / 8)
  const { bytes, trailers } = decode(source, sent)
  if (bytes.byteLength !== declared && !isStoredAsSent(source)) throw new S3Error('IncompleteBody')
  const md5 = createHash('md5').update(bytes).digest()
  assertMd5(request, md5)
  assertPayloadHash(source, bytes)
  const checksum = checkedChecksum(source, bytes, trailers)
  return { bytes, md5, checksum }
}

function isStreaming({ authentication }: BodySource): boolean {
  return authentication.payloadHash.startsWith('STREAMING-')
}

function isStoredAsSent(source: BodySource): boolean {
  return isStreaming(source) && source.behaviour.chunkedBodies === 'storedAsSent'
}

/** Of the body itself, without its framing. */
function declaredBytes(source: BodySource, { needsLength }: BodyLimits): number {
  const { headers } = source.request
  const name = isStreaming(source) ? 'x-amz-decoded-content-length' : 'content-length'
  const length = headers.get(name)
  // What does not know trailers looks for the length of a plain body first.
  const isPlainServer = isStreaming(source) && source.behaviour.chunkedBodies === 'trailersRefused'
  if (isPlainServer && !headers.has('content-length')) throw new S3Error('MissingContentLength')
  if (length === undefined) {
    if (headers.has('transfer-encoding')) {
      if (isStreaming(source)) throw new S3Error('MissingContentLength')
      throw new S3Error('NotImplemented', { fields: { Header: 'Transfer-Encoding' } })
    }
    if (needsLength) throw new S3Error('MissingContentLength')
    return 0
  }
  if (!/^\d{1,15}$/.test(length)) throw new S3Error('InvalidArgument')
  return Number(length)
}

async function collect(chunks: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Buffer> {
  const collected: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.byteLength
    if (bytes > bytesMax) throw new S3Error('EntityTooLarge')
    collected.push(chunk)
  }
  return Buffer.concat(collected)
}

function decode(
  source: BodySource,
  sent: Buffer,
): { bytes: Uint8Array; trailers: ReadonlyMap<string, string> } {
  const none = new Map<string, string>()
  if (!isStreaming(source) || isStoredAsSent(source)) return { bytes: sent, trailers: none }
  const { payloadHash, chunks } = source.authentication
  const hasTrailers = payloadHash.endsWith('-TRAILER')
  if (hasTrailers && source.behaviour.chunkedBodies === 'trailersRefused') {
    throw new S3Error('XAmzContentSHA256Mismatch')
  }
  const isSigned = payloadHash.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD')
  if (!isSigned && payloadHash !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') {
    throw notImplementedHeader('x-amz-content-sha256')
  }
  return unframe(sent, { signing: isSigned ? chunks : undefined, hasTrailers })
}

function assertMd5({ headers }: S3Request, md5: Buffer): void {
  const stated = headers.get('content-md5')
  if (stated === undefined) return
  const bytes = Buffer.from(stated, 'base64')
  if (bytes.byteLength !== md5.byteLength) {
    throw new S3Error('InvalidDigest', { fields: { 'Content-MD5': stated } })
  }
  if (bytes.equals(md5)) return
  throw new S3Error('BadDigest', {
    fields: { ExpectedDigest: stated, CalculatedDigest: md5.toString('base64') },
  })
}

function assertPayloadHash({ authentication }: BodySource, bytes: Uint8Array): void {
  const { payloadHash, chunks } = authentication
  if (chunks === undefined || payloadHash === unsignedPayload) return
  if (payloadHash.startsWith('STREAMING-')) return
  const computed = createHash('sha256').update(bytes).digest('hex')
  if (computed === payloadHash) return
  throw new S3Error('XAmzContentSHA256Mismatch', {
    fields: { ClientComputedContentSHA256: payloadHash, S3ComputedContentSHA256: computed },
  })
}

function checkedChecksum(
  source: BodySource,
  bytes: Uint8Array,
  trailers: ReadonlyMap<string, string>,
): ReceivedBody['checksum'] {
  const { request, behaviour } = source
  if (behaviour.checksums !== 'honoured' || isStoredAsSent(source)) return undefined
  const stated = statedChecksum((name) => request.headers.get(name) ?? trailers.get(name))
  if (stated === undefined) {
    const named = request.headers.get('x-amz-sdk-checksum-algorithm')
    if (named === undefined) return undefined
    throw new S3Error('InvalidRequest', {
      message:
        'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or ' +
        'x-amz-trailer headers were found.',
    })
  }
  const { algorithm, value } = stated
  if (checksumOf(algorithm, bytes) === value) return stated
  throw new S3Error('BadDigest', {
    message: `The ${algorithm} you specified did not match the calculated checksum.`,
  })
}

function assertNoChecksum({ headers }: S3Request): void {
  for (const name of headers.keys()) {
    if (/^x-amz-(checksum-|sdk-checksum-|trailer$)/.test(name)) throw notImplementedHeader(name)
  }
}
