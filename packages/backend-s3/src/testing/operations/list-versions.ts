/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
import { commonPrefixes, type KeyText, keyTextOf, limitOf } from '../listing/listing-text.ts'
import { isBehindMarker, sortedKeys } from '../listing/order.ts'
import { itemsOf, type Page, pageOf, prefixesOf } from '../listing/page.ts'
import { type Answer, xmlAnswer } from '../protocol/answer.ts'
import type { Call } from '../protocol/call.ts'
import { invalidArgument } from '../protocol/s3-error.ts'
import { element, optionalElement, type Xml } from '../protocol/xml-writer.ts'
import type { Bucket } from '../store/bucket.ts'
import { quotedEtag, type Version } from '../store/stored-object.ts'

export function listVersions(call: Call): Answer {
  const bucket = call.bucket()
  const text = keyTextOf(call)
  const limit = limitOf(call, 'max-keys')
  const [prefix, delimiter] = [call.parameter('prefix') ?? '', call.parameter('delimiter') ?? '']
  const entriesMax = Math.min(limit, call.behaviour.listPageMax)
  const page = pageOf(versionsAfter(call, bucket, prefix), { prefix, delimiter, entriesMax })
  return xmlAnswer('ListVersionsResult', [
    element('Name', bucket.name),
    element('Prefix', text(prefix)),
    element('KeyMarker', text(call.parameter('key-marker') ?? '')),
    element('VersionIdMarker', call.parameter('version-id-marker') ?? ''),
    element('MaxKeys', limit),
    optionalElement('Delimiter', delimiter === '' ? undefined : text(delimiter)),
    optionalElement('EncodingType', call.parameter('encoding-type')),
    element('IsTruncated', page.isTruncated),
    ...(page.isTruncated ? nextMarkers(page, text) : []),
    ...itemsOf(page).map((version) => versionXml(bucket, version, text)),
    ...commonPrefixes(prefixesOf(page), text),
  ])
}

/** Newest first within a key. */
function versionsAfter(call: Call, bucket: Bucket, prefix: string): Version[] {
  const order = call.behaviour.listOrder
  const keyMarker = call.parameter('key-marker')
  const idMarker = call.parameter('version-id-marker')
  if (idMarker !== undefined && keyMarker === undefined) {
    const message = 'A version-id marker cannot be specified without a key marker.'
    throw invalidArgument('version-id-marker', idMarker, message)
  }
  const rule = { order, delimiter: call.parameter('delimiter') ?? '' }
  return sortedKeys(bucket.keys(), prefix, order).flatMap((key) => {
    const versions = bucket.versionsOf(key)
    if (key === keyMarker && idMarker !== undefined) {
      return versions.slice(versions.findIndex(({ versionId }) => versionId === idMarker) + 1)
    }
    return isBehindMarker(key, keyMarker ?? '', rule) ? versions : []
  })
}

function nextMarkers({ entries }: Page<Version>, text: KeyText): (Xml | undefined)[] {
  const last = entries.at(-1)
  if (last?.kind === 'prefix') return [element('NextKeyMarker', text(last.prefix))]
  return [
    optionalElement('NextKeyMarker', last && text(last.item.key)),
    optionalElement('NextVersionIdMarker', last?.item.versionId),
  ]
}

function versionXml(bucket: Bucket, version: Version, text: KeyText): Xml {
  const { key, versionId, lastModifiedMs } = version
  const common = [
    element('Key', text(key)),
    element('VersionId', versionId),
    element('IsLatest', bucket.latest(key) === version),
    element('LastModified', new Date(lastModifiedMs).toISOString()),
  ]
  if (version.kind === 'marker') return element('DeleteMarker', common)
  return element('Version', [
    ...common,
    element('ETag', quotedEtag(version.etag)),
    element('Size', version.body.byteLength),
    element('StorageClass', version.storageClass),
  ])
}
