/** The head of a request, taken apart. Path style only: `/bucket/key`. */
import type { IncomingMessage } from 'node:http'

import { S3Error } from './s3-error.ts'

/** Header values are in Latin-1: one character for every byte that came. */
export interface S3Request {
  readonly method: string
  /** As it was sent, without the query. */
  readonly rawPath: string
  /** The path, decoded; '' for the service. */
  readonly bucket: string
  /** '' for a bucket. Any text, never normalised: `a/../b` is a key. */
  readonly key: string
  readonly query: URLSearchParams
  /** By lower-case name; several of one name are joined with `,`. */
  readonly headers: ReadonlyMap<string, string>
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const keyBytesMax = 1024

/** @throws S3Error `InvalidURI`, `KeyTooLongError`. */
export function requestOf(message: IncomingMessage): S3Request {
  const target = message.url ?? '/'
  const mark = target.indexOf('?')
  const rawPath = mark === -1 ? target : target.slice(0, mark)
  const path = decodePath(rawPath)
  const slash = path.indexOf('/', 1)
  const key = slash === -1 ? '' : path.slice(slash + 1)
  if (Buffer.byteLength(key) > keyBytesMax) {
    const fields = { Size: Buffer.byteLength(key), MaxSizeAllowed: keyBytesMax }
    throw new S3Error('KeyTooLongError', { fields })
  }
  return {
    method: message.method ?? 'GET',
    rawPath,
    bucket: path.slice(1, slash === -1 ? undefined : slash),
    key,
    query: new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1)),
    headers: headersOf(message.rawHeaders),
  }
}

/** @throws S3Error `InvalidURI` unless the path is percent-encoded UTF-8. */
function decodePath(rawPath: string): string {
  if (!rawPath.startsWith('/')) throw new S3Error('InvalidURI')
  try {
    return decodeURIComponent(rawPath)
  } catch {
    throw new S3Error('InvalidURI', { fields: { URI: rawPath } })
  }
}

function headersOf(raw: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>()
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]!.toLowerCase()
    const earlier = headers.get(name)
    // Not `trim`: the last byte of a character may be its no-break space.
    const value = raw[at + 1]!.replaceAll(/^[ \t]+|[ \t]+$/g, '')
    headers.set(name, earlier === undefined ? value : `${earlier},${value}`)
  }
  return headers
}
