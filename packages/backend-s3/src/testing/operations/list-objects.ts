/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
import { type Continuation, continuationToken, parseContinuation } from '../listing/continuation.ts'
import { commonPrefixes, type KeyText, keyTextOf, limitOf } from '../listing/listing-text.ts'
import { compareKeys, sortedKeys } from '../listing/order.ts'
import { itemsOf, type Page, pageOf, prefixesOf } from '../listing/page.ts'
import { type Answer, xmlAnswer } from '../protocol/answer.ts'
import type { Call } from '../protocol/call.ts'
import { isRestored } from '../protocol/object-headers.ts'
import { element, optionalElement, type Xml } from '../protocol/xml-writer.ts'
import { accountId } from '../store/account.ts'
import type { Bucket } from '../store/bucket.ts'
import { quotedEtag, type StoredObject } from '../store/stored-object.ts'
import { isArchived } from './find-object.ts'

export function listObjects(call: Call): Answer {
  const bucket = call.bucket()
  const text = keyTextOf(call)
  const limit = limitOf(call, 'max-keys')
  const token = call.parameter('continuation-token')
  const from = startOf(call, token)
  const page = nextPage(call, bucket, from, limit)
  const objects = itemsOf(page)
  const prefixes = prefixesOf(page)
  const [prefix, delimiter] = [call.parameter('prefix'), call.parameter('delimiter')]
  const startAfter = call.parameter('start-after')
  const next = page.isTruncated ? continuationToken(nextStart(page, from)) : undefined
  return xmlAnswer('ListBucketResult', [
    element('Name', bucket.name),
    element('Prefix', text(prefix ?? '')),
    optionalElement('Delimiter', delimiter && text(delimiter)),
    optionalElement('StartAfter', startAfter && text(startAfter)),
    optionalElement('ContinuationToken', token),
    optionalElement('NextContinuationToken', next),
    element('KeyCount', objects.length + prefixes.length),
    element('MaxKeys', limit),
    optionalElement('EncodingType', call.parameter('encoding-type')),
    element('IsTruncated', page.isTruncated),
    ...objects.map((object) => contents(call, object, text)),
    ...commonPrefixes(prefixes, text),
  ])
}

/** An empty page comes first where the server is like that. */
function nextPage(
  call: Call,
  bucket: Bucket,
  from: Continuation,
  limit: number,
): Page<StoredObject> {
  const { listOrder, listPageMax, listEmptyPages } = call.behaviour
  const [prefix, delimiter] = [call.parameter('prefix') ?? '', call.parameter('delimiter') ?? '']
  const objects = sortedKeys(bucket.keys(), prefix, listOrder)
    .filter((key) => isAfter(key, from, listOrder))
    .flatMap((key) => bucket.current(key) ?? [])
  const isEmpty = listEmptyPages === 'always' && !from.isFilled && limit > 0 && objects.length > 0
  if (isEmpty) return { entries: [], isTruncated: true }
  return pageOf(objects, { prefix, delimiter, entriesMax: Math.min(limit, listPageMax) })
}

function startOf(call: Call, token: string | undefined): Continuation {
  if (token !== undefined) return parseContinuation(token)
  return { after: call.parameter('start-after') ?? '', isPrefix: false, isFilled: false }
}

function nextStart({ entries }: Page<StoredObject>, from: Continuation): Continuation {
  const last = entries.at(-1)
  if (last === undefined) return { ...from, isFilled: true }
  return last.kind === 'item'
    ? { after: last.item.key, isPrefix: false, isFilled: false }
    : { after: last.prefix, isPrefix: true, isFilled: false }
}

function isAfter(
  key: string,
  { after, isPrefix }: Continuation,
  order: Parameters<typeof compareKeys>[0],
): boolean {
  if (after === '') return true
  if (isPrefix && key.startsWith(after)) return false
  return compareKeys(order, key, after) > 0
}

function contents(call: Call, object: StoredObject, text: KeyText): Xml {
  const { key, lastModifiedMs, etag, body, storageClass, checksum, restore } = object
  const showsOwner = call.parameter('fetch-owner') === 'true'
  const showsRestore = call.header('x-amz-optional-object-attributes')?.includes('RestoreStatus')
  return element('Contents', [
    element('Key', text(key)),
    element('LastModified', new Date(lastModifiedMs).toISOString()),
    element('ETag', quotedEtag(etag)),
    optionalElement('ChecksumAlgorithm', checksum?.algorithm),
    optionalElement('ChecksumType', checksum?.type),
    element('Size', body.byteLength),
    optionalElement('Owner', showsOwner ? [element('ID', accountId)] : undefined),
    element('StorageClass', storageClass),
    optionalElement(
      'RestoreStatus',
      showsRestore && restore && isArchived(object)
        ? [
            element('IsRestoreInProgress', !isRestored(restore, call.nowMs)),
            element('RestoreExpiryDate', new Date(restore.untilMs).toISOString()),
          ]
        : undefined,
    ),
  ])
}
