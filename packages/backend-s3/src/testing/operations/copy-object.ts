/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
import { createHash } from 'node:crypto'

import {
  checksumAlgorithmOf,
  checksumElement,
  checksumOf,
  type ObjectChecksum,
} from '../body/checksums.ts'
import { assertWritable, writeConditionsOf } from '../conditions/write-conditions.ts'
import { type Answer, xmlAnswer } from '../protocol/answer.ts'
import type { Call } from '../protocol/call.ts'
import { objectAttributesOf } from '../protocol/object-attributes.ts'
import { versionHeaders } from '../protocol/object-headers.ts'
import { invalidArgument, S3Error } from '../protocol/s3-error.ts'
import { element, type Xml } from '../protocol/xml-writer.ts'
import {
  nullVersionId,
  type ObjectAttributes,
  quotedEtag,
  type StoredObject,
} from '../store/stored-object.ts'
import { type CopySource, copySourceOf } from './copy-source.ts'
import { encryptionHeaders, etagOf } from './put-object.ts'

export function copyObject(call: Call): Answer {
  const support = call.behaviour.copyDestinationConditions
  const bucket = call.bucket()
  const ifMatch = support === 'honoured' ? 'any' : support
  const conditions = writeConditionsOf(call, { ifNoneMatch: support, ifMatch })
  const source = copySourceOf(call)
  assertCopyable(call, source)
  const attributes = attributesOf(call, source.object)
  assertWritable(conditions, bucket.current(call.key))
  const { body, parts, checksum } = source.object
  // A copy is one piece, whatever its source was.
  const stored = bucket.put({
    ...attributes,
    key: call.key,
    lastModifiedMs: call.nowMs,
    body,
    etag:
      parts.length === 0 && call.behaviour.etags === 'md5'
        ? source.object.etag
        : etagOf(call, createHash('md5').update(body).digest()),
    checksum: checksumOfCopy(call, body, checksum),
    parts: [],
  })
  return xmlAnswer('CopyObjectResult', copyResult(stored), {
    ...versionHeaders(bucket, stored),
    ...(source.bucket.versioning !== 'Unversioned' && {
      'x-amz-copy-source-version-id': source.object.versionId,
    }),
    ...encryptionHeaders(stored),
  })
}

function copyResult({ etag, lastModifiedMs, checksum }: StoredObject): readonly Xml[] {
  return [
    element('LastModified', new Date(lastModifiedMs).toISOString()),
    element('ETag', quotedEtag(etag)),
    ...(checksum === undefined
      ? []
      : [
          element('ChecksumType', checksum.type),
          element(checksumElement(checksum.algorithm), checksum.value),
        ]),
  ]
}

function assertCopyable(call: Call, { bucket, object }: CopySource): void {
  const { copyBytesMax } = call.behaviour
  if (object.body.byteLength > copyBytesMax) {
    throw new S3Error('InvalidRequest', {
      message:
        'The specified copy source is larger than the maximum allowable size for a copy source: ' +
        String(copyBytesMax),
    })
  }
  const isItself = bucket === call.bucket() && object.key === call.key
  const isCurrent = object.versionId === nullVersionId || object === bucket.current(call.key)
  const changes =
    directiveOf(call, 'x-amz-metadata-directive') === 'REPLACE' ||
    (call.header('x-amz-storage-class') ?? object.storageClass) !== object.storageClass ||
    call.header('x-amz-server-side-encryption') !== undefined ||
    call.header('x-amz-website-redirect-location') !== undefined
  if (!isItself || !isCurrent || changes) return
  throw new S3Error('InvalidRequest', {
    message:
      'This copy request is illegal because it is trying to copy an object to itself without ' +
      "changing the object's metadata, storage class, website redirect location or encryption " +
      'attributes.',
  })
}

/** Metadata and tags of the source unless they are replaced; storage class and locks never. */
function attributesOf(call: Call, source: StoredObject): ObjectAttributes {
  const own = objectAttributesOf(call, call.bucket())
  const keepsMetadata = directiveOf(call, 'x-amz-metadata-directive') === 'COPY'
  const keepsTags = directiveOf(call, 'x-amz-tagging-directive') === 'COPY'
  return {
    ...own,
    ...(keepsMetadata && { headers: source.headers, metadata: source.metadata }),
    ...(keepsTags && { tags: source.tags }),
  }
}

function directiveOf(call: Call, name: string): 'COPY' | 'REPLACE' {
  const directive = call.header(name) ?? 'COPY'
  if (directive === 'COPY' || directive === 'REPLACE') return directive
  throw invalidArgument(name, directive, 'Unknown directive.')
}

function checksumOfCopy(
  call: Call,
  body: Uint8Array,
  ofSource: ObjectChecksum | undefined,
): ObjectChecksum | undefined {
  if (call.behaviour.checksums !== 'honoured') return undefined
  const named = call.header('x-amz-checksum-algorithm')
  const algorithm =
    named === undefined ? (ofSource?.algorithm ?? 'CRC64NVME') : checksumAlgorithmOf(named)
  return { algorithm, type: 'FULL_OBJECT', value: checksumOf(algorithm, body) }
}
