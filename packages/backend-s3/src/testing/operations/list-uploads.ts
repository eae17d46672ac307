/**
 * ListMultipartUploads and ListParts.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
 */
import { checksumElement } from '../body/checksums.ts'
import { commonPrefixes, keyTextOf, limitOf } from '../listing/listing-text.ts'
import { compareKeys, isBehindMarker } from '../listing/order.ts'
import { itemsOf, type Page, pageOf, prefixesOf } from '../listing/page.ts'
import { type Answer, xmlAnswer } from '../protocol/answer.ts'
import type { Call } from '../protocol/call.ts'
import { element, optionalElement, type Xml } from '../protocol/xml-writer.ts'
import { accountId } from '../store/account.ts'
import { quotedEtag } from '../store/stored-object.ts'
import type { Upload, UploadedPart } from '../store/upload.ts'
import { uploadOf } from './upload-parts.ts'

export function listUploads(call: Call): Answer {
  const bucket = call.bucket()
  const text = keyTextOf(call)
  const limit = limitOf(call, 'max-uploads')
  const [prefix, delimiter] = [call.parameter('prefix') ?? '', call.parameter('delimiter') ?? '']
  const keyMarker = call.parameter('key-marker') ?? ''
  const idMarker = keyMarker === '' ? '' : (call.parameter('upload-id-marker') ?? '')
  const uploads = sortedUploads(call, [...bucket.uploads.values()], prefix).filter((upload) =>
    isBehind(call, upload, keyMarker, idMarker),
  )
  const page = pageOf(uploads, { prefix, delimiter, entriesMax: limit })
  const next = nextMarkers(page)
  return xmlAnswer('ListMultipartUploadsResult', [
    element('Bucket', bucket.name),
    element('KeyMarker', text(keyMarker)),
    element('UploadIdMarker', idMarker),
    optionalElement('NextKeyMarker', next && text(next.key)),
    optionalElement('NextUploadIdMarker', next?.id),
    element('Prefix', text(prefix)),
    optionalElement('Delimiter', delimiter === '' ? undefined : text(delimiter)),
    optionalElement('EncodingType', call.parameter('encoding-type')),
    element('MaxUploads', limit),
    element('IsTruncated', page.isTruncated),
    ...itemsOf(page).map((upload) => uploadXml(upload, text(upload.key))),
    ...commonPrefixes(prefixesOf(page), text),
  ])
}

/** By key, and the older first. */
function sortedUploads(call: Call, uploads: readonly Upload[], prefix: string): Upload[] {
  const order = call.behaviour.listOrder
  return uploads
    .filter(({ key }) => key.startsWith(prefix))
    .sort(
      (a, b) =>
        compareKeys(order, a.key, b.key) ||
        a.initiatedMs - b.initiatedMs ||
        compareKeys(order, a.id, b.id),
    )
}

function isBehind(call: Call, upload: Upload, keyMarker: string, idMarker: string): boolean {
  const order = call.behaviour.listOrder
  const delimiter = call.parameter('delimiter') ?? ''
  if (upload.key !== keyMarker || idMarker === '') {
    return isBehindMarker(upload.key, keyMarker, { order, delimiter })
  }
  const marked = call.bucket().uploads.get(idMarker)
  // The marked one may have ended since; what is left of its key is told again.
  if (marked === undefined) return true
  const laterMs = upload.initiatedMs - marked.initiatedMs
  return laterMs > 0 || (laterMs === 0 && compareKeys(order, upload.id, idMarker) > 0)
}

function nextMarkers({
  entries,
  isTruncated,
}: Page<Upload>): { readonly key: string; readonly id: string } | undefined {
  const last = entries.at(-1)
  if (!isTruncated || last === undefined) return undefined
  if (last.kind === 'prefix') return { key: last.prefix, id: '' }
  return { key: last.item.key, id: last.item.id }
}

function uploadXml(upload: Upload, key: string): Xml {
  return element('Upload', [
    element('Key', key),
    element('UploadId', upload.id),
    element('Initiator', [element('ID', accountId)]),
    element('Owner', [element('ID', accountId)]),
    element('StorageClass', upload.attributes.storageClass),
    element('Initiated', new Date(upload.initiatedMs).toISOString()),
    optionalElement('ChecksumAlgorithm', upload.checksum?.algorithm),
    optionalElement('ChecksumType', upload.checksum?.type),
  ])
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
export function listParts(call: Call): Answer {
  const upload = uploadOf(call)
  const limit = limitOf(call, 'max-parts')
  const marker = Number(call.parameter('part-number-marker') ?? 0)
  const left = [...upload.parts.values()]
    .filter(({ number }) => number > marker)
    .sort((a, b) => a.number - b.number)
  const shown = left.slice(0, limit)
  const isTruncated = limit > 0 && shown.length < left.length
  return xmlAnswer('ListPartsResult', [
    element('Bucket', call.bucketName),
    element('Key', upload.key),
    element('UploadId', upload.id),
    element('PartNumberMarker', marker),
    optionalElement('NextPartNumberMarker', shown.at(-1)?.number),
    element('MaxParts', limit),
    element('IsTruncated', isTruncated),
    ...shown.map(partXml),
    element('StorageClass', upload.attributes.storageClass),
    optionalElement('ChecksumAlgorithm', upload.checksum?.algorithm),
    optionalElement('ChecksumType', upload.checksum?.type),
  ])
}

function partXml({ number, lastModifiedMs, etag, body, checksum }: UploadedPart): Xml {
  return element('Part', [
    element('PartNumber', number),
    element('LastModified', new Date(lastModifiedMs).toISOString()),
    element('ETag', quotedEtag(etag)),
    element('Size', body.byteLength),
    checksum && element(checksumElement(checksum.algorithm), checksum.value),
  ])
}
