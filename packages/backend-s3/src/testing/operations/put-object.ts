/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
import { type ObjectChecksum, checksumHeaders, checksumOf } from '../body/checksums.ts'
import type { ReceivedBody } from '../body/receive.ts'
import { assertWritable, writeConditionsOf } from '../conditions/write-conditions.ts'
import { type Answer, emptyAnswer } from '../protocol/answer.ts'
import type { Call } from '../protocol/call.ts'
import { objectAttributesOf } from '../protocol/object-attributes.ts'
import { versionHeaders } from '../protocol/object-headers.ts'
import { type ObjectAttributes, quotedEtag, type StoredObject } from '../store/stored-object.ts'

/** Visible once the whole body is here and right, and its conditions hold at that moment. */
export async function putObject(call: Call): Promise<Answer> {
  const { putIfNoneMatch, putIfMatch } = call.behaviour
  const bucket = call.bucket()
  const conditions = writeConditionsOf(call, { ifNoneMatch: putIfNoneMatch, ifMatch: putIfMatch })
  const attributes = objectAttributesOf(call, bucket)
  const body = await call.object()
  assertWritable(conditions, bucket.current(call.key))
  const stored = storeBody(call, call.key, attributes, body)
  return emptyAnswer(200, {
    ETag: quotedEtag(stored.etag),
    ...checksumHeaders(stored.checksum),
    ...versionHeaders(bucket, stored),
    ...encryptionHeaders(stored),
  })
}

/** Stores a body of one PUT or POST. */
export function storeBody(
  call: Call,
  key: string,
  attributes: ObjectAttributes,
  { bytes, md5, checksum }: ReceivedBody,
): StoredObject {
  return call.bucket().put({
    ...attributes,
    key,
    lastModifiedMs: call.nowMs,
    body: bytes,
    etag: etagOf(call, md5),
    checksum: storedChecksum(call, bytes, checksum),
    parts: [],
  })
}

/** The MD5, unless ETags are opaque. */
export function etagOf(call: Call, md5: Uint8Array): string {
  if (call.behaviour.etags === 'opaque') return call.account.nextId()
  return Buffer.from(md5).toString('hex')
}

/** What the sender gave, or what Amazon reckons itself since 2024-12. */
function storedChecksum(
  call: Call,
  bytes: Uint8Array,
  given: ReceivedBody['checksum'],
): ObjectChecksum | undefined {
  if (call.behaviour.checksums !== 'honoured') return undefined
  const algorithm = given?.algorithm ?? 'CRC64NVME'
  const value = given?.value ?? checksumOf(algorithm, bytes)
  return { algorithm, type: 'FULL_OBJECT', value }
}

/** What every answer about an object says of its encryption. */
export function encryptionHeaders({ headers }: StoredObject): Record<string, string> {
  const names = Object.keys(headers).filter((name) => name.startsWith('x-amz-server-side-'))
  return Object.fromEntries(names.map((name) => [name, headers[name]!]))
}
