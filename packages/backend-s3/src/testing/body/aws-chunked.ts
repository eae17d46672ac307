/**
 * The framing that Amazon puts around a body whose checksum or signature is not known before it.
 *
 * ```
 *   400;chunk-signature=<64 hex>\r\n    the signature only in STREAMING-AWS4-HMAC-SHA256-...
 *   <1024 bytes>\r\n
 *   0;chunk-signature=<64 hex>\r\n
 *   x-amz-checksum-crc32:<base64>\r\n   trailers only in ...-TRAILER
 *   x-amz-trailer-signature:<64 hex>\r\n
 *   \r\n
 * ```
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
import { createHash } from 'node:crypto'

import { S3Error } from '../protocol/s3-error.ts'
import { sign } from '../signature/canonical.ts'
import { type ChunkSigning, isSame } from '../signature/verify.ts'

/** What was in the frames. */
export interface UnframedBody {
  readonly bytes: Uint8Array
  /** By lower-case name. */
  readonly trailers: ReadonlyMap<string, string>
}

/** How the frames are read. */
export interface Framing {
  /** Checks the signatures of chunks; undefined where they have none. */
  readonly signing: ChunkSigning | undefined
  readonly hasTrailers: boolean
}

const lineBytesMax = 1024
const chunkBytesMin = 8192
const emptyHash = sha256(new Uint8Array(0))

/** @throws S3Error `IncompleteBody`, `SignatureDoesNotMatch`, `InvalidChunkSizeError`. */
export function unframe(framed: Buffer, framing: Framing): UnframedBody {
  const reader = new FrameReader(framed)
  const seal = framing.signing === undefined ? undefined : new Seal(framing.signing)
  const chunks: Uint8Array[] = []
  let wasShort = false
  for (;;) {
    const line = reader.line()
    const size = /^[0-9a-f]{1,12}(?=;|$)/i.exec(line)?.[0]
    if (size === undefined) throw incomplete()
    const chunk = reader.take(Number.parseInt(size, 16))
    seal?.checkChunk(line, chunk)
    if (chunk.byteLength === 0) break
    if (seal !== undefined && wasShort) throw new S3Error('InvalidChunkSizeError')
    wasShort = chunk.byteLength < chunkBytesMin
    reader.lineEnd()
    chunks.push(chunk)
  }
  const trailers = framing.hasTrailers ? trailersOf(reader, seal) : new Map<string, string>()
  return { bytes: Buffer.concat(chunks), trailers }
}

function trailersOf(reader: FrameReader, seal: Seal | undefined): ReadonlyMap<string, string> {
  const trailers = new Map<string, string>()
  let signed = ''
  for (let line = reader.line(); line !== ''; line = reader.line()) {
    const [, name, value] = /^([^:\s]+):\s*(.*?)\s*$/.exec(line) ?? []
    if (name === undefined || value === undefined) throw incomplete()
    if (name.toLowerCase() === 'x-amz-trailer-signature') {
      seal?.checkTrailers(signed, value)
      return trailers
    }
    signed += `${name.toLowerCase()}:${value}\n`
    trailers.set(name.toLowerCase(), value)
  }
  if (seal !== undefined) throw new S3Error('SignatureDoesNotMatch')
  return trailers
}

class FrameReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  line(): string {
    const end = this.#bytes.indexOf('\r\n', this.#at, 'latin1')
    if (end === -1 || end - this.#at > lineBytesMax) throw incomplete()
    const line = this.#bytes.toString('latin1', this.#at, end)
    this.#at = end + 2
    return line
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.byteLength) throw incomplete()
    const taken = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return taken
  }

  lineEnd(): void {
    if (this.line() !== '') throw incomplete()
  }
}

/** The chain of signatures: each covers the one before. */
class Seal {
  readonly #signing: ChunkSigning
  #previous: string

  constructor(signing: ChunkSigning) {
    this.#signing = signing
    this.#previous = signing.seedSignature
  }

  checkChunk(line: string, chunk: Uint8Array): void {
    const stated = /;chunk-signature=([0-9a-f]{64})$/.exec(line)?.[1] ?? ''
    this.#check(stated, 'AWS4-HMAC-SHA256-PAYLOAD', [emptyHash, sha256(chunk)])
  }

  checkTrailers(trailers: string, stated: string): void {
    this.#check(stated, 'AWS4-HMAC-SHA256-TRAILER', [sha256(Buffer.from(trailers, 'latin1'))])
  }

  #check(stated: string, kind: string, hashes: readonly string[]): void {
    const { key, dateTime, scope } = this.#signing
    const text = [kind, dateTime, scope, this.#previous, ...hashes].join('\n')
    const expected = sign(key, text)
    if (!isSame(expected, stated)) throw new S3Error('SignatureDoesNotMatch')
    this.#previous = expected
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function incomplete(): S3Error {
  return new S3Error('IncompleteBody', {
    message: 'The request body terminated unexpectedly',
  })
}
