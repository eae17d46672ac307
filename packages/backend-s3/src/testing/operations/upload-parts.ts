/**
 * Multipart uploads until they are completed.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 */
import { createHash } from 'node:crypto'

import {
  checksumAlgorithmOf,
  checksumElement,
  checksumHeaders,
  checksumOf,
  type ObjectChecksum,
} from '../body/checksums.ts'
import { type Answer, emptyAnswer, xmlAnswer } from '../protocol/answer.ts'
import type { Call } from '../protocol/call.ts'
import { objectAttributesOf } from '../protocol/object-attributes.ts'
import { contentRange, rangeOf } from '../protocol/range.ts'
import { invalidArgument, S3Error } from '../protocol/s3-error.ts'
import { element } from '../protocol/xml-writer.ts'
import type { Bucket } from '../store/bucket.ts'
import { quotedEtag } from '../store/stored-object.ts'
import type { Upload, UploadedPart } from '../store/upload.ts'
import { copySourceOf } from './copy-source.ts'
import { etagOf } from './put-object.ts'

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
export function createUpload(call: Call): Answer {
  const bucket = call.bucket()
  const upload: Upload = {
    id: call.account.nextId(),
    key: call.key,
    initiatedMs: call.nowMs,
    attributes: objectAttributesOf(call, bucket),
    checksum: uploadChecksumOf(call),
    parts: new Map(),
    began: {
      wasThere: bucket.current(call.key) !== undefined,
      change: bucket.changeOf(call.key),
    },
  }
  bucket.uploads.set(upload.id, upload)
  const content = [
    element('Bucket', bucket.name),
    element('Key', upload.key),
    element('UploadId', upload.id),
  ]
  return xmlAnswer('InitiateMultipartUploadResult', content, {
    ...(upload.checksum && {
      'x-amz-checksum-algorithm': upload.checksum.algorithm,
      'x-amz-checksum-type': upload.checksum.type,
    }),
  })
}

function uploadChecksumOf(call: Call): Upload['checksum'] {
  const name = call.header('x-amz-checksum-algorithm')
  if (name === undefined || call.behaviour.checksums !== 'honoured') return undefined
  const algorithm = checksumAlgorithmOf(name)
  const type =
    call.header('x-amz-checksum-type') ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE')
  const isWrong =
    (type === 'COMPOSITE' && algorithm === 'CRC64NVME') ||
    (type === 'FULL_OBJECT' && algorithm.startsWith('SHA'))
  if (isWrong || (type !== 'COMPOSITE' && type !== 'FULL_OBJECT')) {
    throw new S3Error('InvalidRequest', {
      message:
        `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum ` +
        'algorithm.',
    })
  }
  return { algorithm, type }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html */
export async function uploadPart(call: Call): Promise<Answer> {
  const number = partNumberOf(call)
  uploadOf(call)
  const { bytes, md5, checksum } = await call.object()
  // Again: it may be gone since the body began.
  const upload = uploadOf(call)
  const expected = upload.checksum?.algorithm
  if (expected !== undefined && checksum !== undefined && expected !== checksum.algorithm) {
    throw new S3Error('InvalidRequest', {
      message:
        `Checksum Type mismatch occurred, expected checksum Type: ${expected.toLowerCase()}, ` +
        `actual checksum Type: ${checksum.algorithm.toLowerCase()}`,
    })
  }
  const algorithm = checksum?.algorithm ?? expected
  const stored: ObjectChecksum | undefined = algorithm && {
    algorithm,
    type: 'FULL_OBJECT',
    value: checksum?.value ?? checksumOf(algorithm, bytes),
  }
  const part = storePart(call, upload, { number, body: bytes, md5, checksum: stored })
  const { 'x-amz-checksum-type': _, ...headers } = checksumHeaders(checksum && stored)
  return emptyAnswer(200, { ETag: quotedEtag(part.etag), ...headers })
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
export function uploadPartCopy(call: Call): Answer {
  const number = partNumberOf(call)
  const upload = uploadOf(call)
  const { object } = copySourceOf(call)
  const header = call.header('x-amz-copy-source-range')
  const range = header === undefined ? undefined : rangeOf(header, object.body.byteLength)
  const end = range?.end ?? object.body.byteLength
  const isRange =
    header === undefined ||
    (range !== undefined && `bytes=${range.start}-${range.end - 1}` === header)
  if (!isRange) {
    const message =
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and ' +
      'last are the zero-based offsets of the first and last bytes to copy'
    throw invalidArgument('x-amz-copy-source-range', header, message)
  }
  const body = object.body.subarray(range?.start ?? 0, end)
  if (body.byteLength > call.behaviour.copyBytesMax) {
    throw new S3Error('InvalidRequest', {
      message:
        'The specified copy source is larger than the maximum allowable size for a copy source: ' +
        `${call.behaviour.copyBytesMax}${range ? `, ${contentRange(range, end)}` : ''}`,
    })
  }
  const md5 = createHash('md5').update(body).digest()
  const algorithm = upload.checksum?.algorithm
  const checksum: ObjectChecksum | undefined = algorithm && {
    algorithm,
    type: 'FULL_OBJECT',
    value: checksumOf(algorithm, body),
  }
  const part = storePart(call, upload, { number, body, md5, checksum })
  return xmlAnswer('CopyPartResult', [
    element('LastModified', new Date(part.lastModifiedMs).toISOString()),
    element('ETag', quotedEtag(part.etag)),
    ...(checksum ? [element(checksumElement(checksum.algorithm), checksum.value)] : []),
  ])
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html */
export function abortUpload(call: Call): Answer {
  const upload = uploadOf(call)
  endUpload(call, call.bucket(), upload)
  return emptyAnswer(204)
}

/** Frees what the parts hold. */
export function endUpload(call: Call, bucket: Bucket, upload: Upload): void {
  bucket.uploads.delete(upload.id)
  for (const { body } of upload.parts.values()) call.account.room.give(body.byteLength)
}

/** @throws S3Error `NoSuchUpload`, also for an upload of another key. */
export function uploadOf(call: Call): Upload {
  const id = call.request.query.get('uploadId') ?? ''
  const upload = call.bucket().uploads.get(id)
  if (upload?.key === call.key) return upload
  throw new S3Error('NoSuchUpload', { fields: { UploadId: id } })
}

function storePart(
  call: Call,
  upload: Upload,
  part: {
    readonly number: number
    readonly body: Uint8Array
    readonly md5: Uint8Array
    readonly checksum: ObjectChecksum | undefined
  },
): UploadedPart {
  const { number, body, md5, checksum } = part
  const etag = etagOf(call, md5)
  const replacedBytes = upload.parts.get(number)?.body.byteLength ?? 0
  call.account.room.take(body.byteLength, replacedBytes)
  const stored = { number, body, etag, lastModifiedMs: call.nowMs, checksum }
  upload.parts.set(number, stored)
  return stored
}

function partNumberOf(call: Call): number {
  const text = call.request.query.get('partNumber') ?? ''
  const number = Number(text)
  const max = call.behaviour.partNumberMax
  if (/^\d+$/.test(text) && number >= 1 && number <= max) return number
  const message = `Part number must be an integer between 1 and ${max}, inclusive`
  throw invalidArgument('partNumber', text, message)
}
