/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
import { createHash } from 'node:crypto'

import {
  checksumElement,
  checksumOf,
  compositeOf,
  type ObjectChecksum,
  statedChecksum,
} from '../body/checksums.ts'
import { unquoted } from '../conditions/etag-match.ts'
import { assertWritable, writeConditionsOf } from '../conditions/write-conditions.ts'
import { type Answer, xmlAnswer } from '../protocol/answer.ts'
import type { Call } from '../protocol/call.ts'
import { versionHeaders } from '../protocol/object-headers.ts'
import { S3Error } from '../protocol/s3-error.ts'
import type { XmlElement } from '../protocol/xml-reader.ts'
import { element, type Xml } from '../protocol/xml-writer.ts'
import type { Bucket } from '../store/bucket.ts'
import { quotedEtag, type StoredObject } from '../store/stored-object.ts'
import type { Upload, UploadedPart } from '../store/upload.ts'
import { encryptionHeaders } from './put-object.ts'
import { endUpload, uploadOf } from './upload-parts.ts'

const completedMax = 100

export async function completeUpload(call: Call): Promise<Answer> {
  const support = call.behaviour.completeConditions
  const ifMatch = support === 'honoured' ? 'any' : support
  const conditions = writeConditionsOf(call, { ifNoneMatch: support, ifMatch })
  const root = await call.xml('CompleteMultipartUpload')
  const bucket = call.bucket()
  const before = bucket.completed.get(call.request.query.get('uploadId') ?? '')
  if (before?.key === call.key && call.behaviour.completeAgain === 'answersAgain') {
    return completed(call, bucket, before)
  }
  const upload = uploadOf(call)
  const parts = chosenParts(call, upload, root.all('Part'))
  assertSize(call, parts)
  assertNoConflict(bucket, upload, conditions.ifNoneMatch, conditions.ifMatch)
  assertWritable(conditions, bucket.current(call.key))
  const body = Buffer.concat(parts.map((part) => part.body))
  const checksum = checksumOfParts(call, upload, parts, body)
  endUpload(call, bucket, upload)
  const stored = bucket.put({
    ...upload.attributes,
    key: upload.key,
    // Amazon dates an object by the beginning of its upload.
    lastModifiedMs: upload.initiatedMs,
    body,
    etag: multipartEtag(call, parts),
    checksum,
    parts: parts.map((part, at) => ({
      number: at + 1,
      bytes: part.body.byteLength,
      checksum: part.checksum,
    })),
  })
  remember(bucket, upload.id, stored)
  return completed(call, bucket, stored)
}

function completed(call: Call, bucket: Bucket, stored: StoredObject): Answer {
  const isGiven = call.behaviour.completeEtag === 'given'
  const content: Xml[] = [
    element('Location', `http://${call.header('host') ?? ''}${call.request.rawPath}`),
    element('Bucket', bucket.name),
    element('Key', stored.key),
    element('ETag', isGiven ? quotedEtag(stored.etag) : ''),
  ]
  const { checksum } = stored
  if (checksum !== undefined) {
    content.push(element(checksumElement(checksum.algorithm), checksum.value))
    content.push(element('ChecksumType', checksum.type))
  }
  return xmlAnswer('CompleteMultipartUploadResult', content, {
    ...versionHeaders(bucket, stored),
    ...encryptionHeaders(stored),
  })
}

function remember(bucket: Bucket, id: string, stored: StoredObject): void {
  // Its body would not count towards what the simulation may hold.
  bucket.completed.set(id, { ...stored, body: new Uint8Array(0) })
  const [oldest] = bucket.completed.keys()
  if (bucket.completed.size > completedMax && oldest !== undefined) bucket.completed.delete(oldest)
}

/**
 * The parts that the request names.
 *
 * @throws S3Error `MalformedXML`, `InvalidPartOrder`, `InvalidPart`, `EntityTooSmall`,
 *   `InvalidRequest` for a checksum that is missing or another.
 */
function chosenParts(call: Call, upload: Upload, named: readonly XmlElement[]): UploadedPart[] {
  if (named.length === 0 || named.length > call.behaviour.partNumberMax) {
    throw new S3Error('MalformedXML')
  }
  const isChosen = call.behaviour.completeParts === 'chosen'
  let previous = 0
  const parts = named.map((each) => {
    const number = Number(each.textOf('PartNumber') ?? Number.NaN)
    const etag = each.textOf('ETag')
    if (!Number.isInteger(number) || etag === undefined) throw new S3Error('MalformedXML')
    if (isChosen && number <= previous) throw new S3Error('InvalidPartOrder')
    previous = number
    const part = upload.parts.get(number)
    if (part === undefined || unquoted(etag) !== part.etag) {
      throw new S3Error('InvalidPart', {
        fields: { UploadId: upload.id, PartNumber: number, ETag: unquoted(etag) },
      })
    }
    assertPartChecksum(upload, part, each)
    return part
  })
  if (isChosen) {
    assertPartSizes(call, parts)
    return parts
  }
  const all = [...new Set(parts)].sort((a, b) => a.number - b.number)
  assertPartSizes(call, all)
  if (all.length < upload.parts.size) throw new S3Error('InvalidPart')
  return all
}

function assertPartChecksum(upload: Upload, part: UploadedPart, named: XmlElement): void {
  const algorithm = upload.checksum?.algorithm
  const stated = algorithm && named.textOf(checksumElement(algorithm))
  if (stated === undefined) {
    if (upload.checksum?.type !== 'COMPOSITE') return
    throw new S3Error('InvalidRequest', {
      message:
        `The upload was created using a ${upload.checksum.algorithm.toLowerCase()} checksum. The ` +
        'complete request must include the checksum for each part. It was missing for part ' +
        `${part.number} in the request.`,
    })
  }
  if (stated === part.checksum?.value) return
  throw new S3Error('InvalidPart', {
    fields: { UploadId: upload.id, PartNumber: part.number, ETag: part.etag },
  })
}

function assertPartSizes(call: Call, parts: readonly UploadedPart[]): void {
  const { partBytesMin } = call.behaviour
  const small = parts.slice(0, -1).find(({ body }) => body.byteLength < partBytesMin)
  if (small === undefined) return
  throw new S3Error('EntityTooSmall', {
    fields: {
      ProposedSize: small.body.byteLength,
      MinSizeAllowed: partBytesMin,
      PartNumber: small.number,
      ETag: small.etag,
    },
  })
}

function assertSize(call: Call, parts: readonly UploadedPart[]): void {
  const stated = call.header('x-amz-mp-object-size')
  const bytes = parts.reduce((sum, part) => sum + part.body.byteLength, 0)
  if (stated === undefined || Number(stated) === bytes) return
  throw new S3Error('InvalidRequest', {
    message:
      `The provided 'x-amz-mp-object-size' header value ${stated} does not match what was ` +
      `computed: ${bytes}`,
  })
}

/**
 * Something happened to the key since the upload began: a delete under `If-None-Match`, a write
 * under `If-Match`. Only a new upload helps.
 *
 * @throws S3Error `ConditionalRequestConflict`.
 */
function assertNoConflict(
  bucket: Bucket,
  upload: Upload,
  ifNoneMatch: string | undefined,
  ifMatch: string | undefined,
): void {
  const current = bucket.current(upload.key)
  const isChanged = bucket.changeOf(upload.key) !== upload.began.change
  const wasDeleted = ifNoneMatch !== undefined && upload.began.wasThere && current === undefined
  const wasWritten =
    ifMatch !== undefined &&
    isChanged &&
    current !== undefined &&
    unquoted(ifMatch) === current.etag
  if (!wasDeleted && !wasWritten) return
  throw new S3Error('ConditionalRequestConflict', {
    fields: {
      Condition: ifMatch === undefined ? 'If-None-Match' : 'If-Match',
      Key: upload.key,
    },
  })
}

/** MD5 of the MD5s of the parts, and how many there are. */
function multipartEtag(call: Call, parts: readonly UploadedPart[]): string {
  if (call.behaviour.etags === 'opaque') return call.account.nextId()
  const md5 = createHash('md5')
  for (const { body } of parts) md5.update(createHash('md5').update(body).digest())
  return `${md5.digest('hex')}-${parts.length}`
}

function checksumOfParts(
  call: Call,
  upload: Upload,
  parts: readonly UploadedPart[],
  body: Uint8Array,
): ObjectChecksum | undefined {
  if (call.behaviour.checksums !== 'honoured') return undefined
  const { algorithm, type } = upload.checksum ?? { algorithm: 'CRC64NVME', type: 'FULL_OBJECT' }
  const value =
    type === 'FULL_OBJECT'
      ? checksumOf(algorithm, body)
      : compositeOf(
          algorithm,
          parts.map((part) => part.checksum?.value ?? checksumOf(algorithm, part.body)),
        )
  const stated = type === 'FULL_OBJECT' ? statedChecksum((name) => call.header(name)) : undefined
  if (stated !== undefined && stated.value !== value) {
    throw new S3Error('BadDigest', {
      message: `The ${algorithm} you specified did not match the calculated checksum.`,
    })
  }
  return { algorithm, type, value }
}
