/**
 * GetObject and HeadObject; the body of the latter is left out where answers are written.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
import { isNotModified, readConditionsOf } from '../conditions/read-conditions.ts'
import { type Answer, emptyAnswer } from '../protocol/answer.ts'
import type { Call } from '../protocol/call.ts'
import { objectHeaders } from '../protocol/object-headers.ts'
import { type ByteRange, contentRange, rangeOf } from '../protocol/range.ts'
import { invalidArgument, S3Error } from '../protocol/s3-error.ts'
import { quotedEtag, type StoredObject } from '../store/stored-object.ts'
import { assertReadable, findObject } from './find-object.ts'

export function getObject(call: Call): Answer {
  const bucket = call.bucket()
  const object = findObject(call, bucket, {
    key: call.key,
    versionId: call.parameter('versionId'),
  })
  const headers = objectHeaders(call, bucket, object)
  if (call.behaviour.readConditions === 'honoured') {
    const conditions = readConditionsOf((name) => call.header(name))
    if (isNotModified(conditions, object)) {
      const names = ['ETag', 'Last-Modified', 'x-amz-version-id']
      const kept = names.flatMap((name) => {
        const value = name === 'ETag' ? quotedEtag(object.etag) : headers[name]
        return value === undefined ? [] : [[name, value] as const]
      })
      return emptyAnswer(304, Object.fromEntries(kept))
    }
  }
  if (call.operation === 'GetObject') assertReadable(call, object)
  const range = rangeOfCall(call, object)
  const { start, end } = range ?? { start: 0, end: object.body.byteLength }
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      ...headers,
      ...overrides(call),
      ...(range && { 'Content-Range': contentRange(range, object.body.byteLength) }),
      ...(partNumberOf(call) !== undefined &&
        object.parts.length > 0 && { 'x-amz-mp-parts-count': object.parts.length }),
      // A checksum of the whole says nothing about a part of it.
      ...(range && !isWhole(range, object) && withoutChecksums(headers)),
    },
    body: object.body.subarray(start, end),
  }
}

function isWhole({ start, end }: ByteRange, { body }: StoredObject): boolean {
  return start === 0 && end === body.byteLength
}

function withoutChecksums(headers: Readonly<Record<string, string>>): Record<string, undefined> {
  const names = Object.keys(headers).filter((name) => name.startsWith('x-amz-checksum-'))
  return Object.fromEntries(names.map((name) => [name, undefined]))
}

function partNumberOf(call: Call): number | undefined {
  const text = call.parameter('partNumber')
  if (text === undefined || call.behaviour.getPartNumber === 'ignored') return undefined
  const number = Number(text)
  const max = call.behaviour.partNumberMax
  if (Number.isInteger(number) && number >= 1 && number <= max) return number
  const message = `Part number must be an integer between 1 and ${max}, inclusive`
  throw invalidArgument('partNumber', text, message)
}

function rangeOfCall(call: Call, object: StoredObject): ByteRange | undefined {
  const number = partNumberOf(call)
  const header = call.header('range')
  if (number === undefined) return rangeOf(header, object.body.byteLength)
  if (header !== undefined) {
    throw new S3Error('InvalidRequest', {
      message: 'Cannot specify both Range header and partNumber query parameter.',
    })
  }
  // An object of one PUT is its own first part.
  const sizes = object.parts.map(({ bytes }) => bytes)
  if (sizes.length === 0) sizes.push(object.body.byteLength)
  const size = sizes[number - 1]
  if (size === undefined) {
    throw new S3Error('InvalidPartNumber', {
      fields: { PartNumberRequested: number, ActualPartCount: sizes.length },
    })
  }
  const start = sizes.slice(0, number - 1).reduce((sum, bytes) => sum + bytes, 0)
  return { start, end: start + size }
}

const overridable = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
]

/**
 * `response-content-type` and its like.
 *
 * @throws S3Error `InvalidArgument` for text that no header can hold.
 */
function overrides(call: Call): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of overridable) {
    const value = call.parameter(`response-${name}`)
    if (value === undefined) continue
    if (!/^[\t -~\u00A0-\u00FF]*$/.test(value)) {
      const message = 'Header value cannot be represented using ISO-8859-1.'
      throw invalidArgument(`response-${name}`, value, message)
    }
    headers[name] = value
  }
  return headers
}
