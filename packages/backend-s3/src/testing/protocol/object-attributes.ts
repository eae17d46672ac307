/** What the head of a write says about the object that it makes. */
import type { Behaviour } from '../behaviour.ts'
import type { Bucket } from '../store/bucket.ts'
import type { ObjectAttributes, Retention } from '../store/stored-object.ts'
import { metadataOf } from './metadata.ts'
import { invalidArgument, notImplementedHeader, S3Error } from './s3-error.ts'
import { parseTagHeader } from './tags.ts'

/** Kept as they came, and returned by every read. */
const contentHeaders = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-website-redirect-location',
]

/** What attributes are read from: the head of a request, or the fields of a form. */
export interface AttributeSource {
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>
  readonly behaviour: Behaviour
  readonly nowMs: number
}

/** @throws S3Error `MetadataTooLarge`, `InvalidStorageClass`, `InvalidTag`, `InvalidRequest`. */
export function objectAttributesOf(source: AttributeSource, bucket: Bucket): ObjectAttributes {
  const { headers, behaviour } = source
  const customerKey = 'x-amz-server-side-encryption-customer-algorithm'
  if (headers.has(customerKey)) throw notImplementedHeader(customerKey)
  return {
    headers: contentHeadersOf(headers),
    metadata: metadataOf(headers, behaviour),
    storageClass: storageClassOf(source),
    tags: parseTagHeader(headers.get('x-amz-tagging') ?? ''),
    retention: retentionOf(source, bucket),
    isOnLegalHold: headers.get('x-amz-object-lock-legal-hold') === 'ON',
  }
}

function contentHeadersOf(headers: AttributeSource['headers']): Record<string, string> {
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' }
  for (const name of contentHeaders) {
    const value = headers.get(name)
    if (value !== undefined && name !== 'content-encoding') kept[name] = value
  }
  // The framing is over when the object is stored.
  const encodings = (headers.get('content-encoding') ?? '').split(',').map((each) => each.trim())
  const encoding = encodings.filter((each) => each !== 'aws-chunked' && each !== '').join(', ')
  return { ...kept, ...(encoding !== '' && { 'content-encoding': encoding }) }
}

function storageClassOf({ headers, behaviour }: AttributeSource): string {
  const storageClass = headers.get('x-amz-storage-class') ?? 'STANDARD'
  if (behaviour.storageClasses.includes(storageClass)) return storageClass
  throw new S3Error('InvalidStorageClass', { fields: { StorageClassRequested: storageClass } })
}

function retentionOf({ headers, nowMs }: AttributeSource, bucket: Bucket): Retention | undefined {
  const mode = headers.get('x-amz-object-lock-mode')
  const until = headers.get('x-amz-object-lock-retain-until-date')
  const hold = headers.get('x-amz-object-lock-legal-hold')
  const isAsked = mode !== undefined || until !== undefined || hold !== undefined
  if (isAsked && !bucket.isLockEnabled) {
    throw new S3Error('InvalidRequest', { message: 'Bucket is missing Object Lock Configuration' })
  }
  if ((mode === undefined) !== (until === undefined)) {
    throw new S3Error('InvalidArgument', {
      message:
        'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
    })
  }
  if (mode !== undefined) return parseRetention(mode, until!, nowMs)
  const { defaultRetention } = bucket
  if (defaultRetention === undefined) return undefined
  return { mode: defaultRetention.mode, untilMs: nowMs + defaultRetention.days * 86_400_000 }
}

/** @throws S3Error `InvalidArgument` for a mode or a date that is none, or is past. */
export function parseRetention(mode: string, until: string, nowMs: number): Retention {
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') {
    throw invalidArgument('x-amz-object-lock-mode', mode, 'Unknown wormMode directive.')
  }
  const untilMs = Date.parse(until)
  if (!(untilMs > nowMs)) {
    const message = 'The retain until date must be in the future!'
    throw invalidArgument('x-amz-object-lock-retain-until-date', until, message)
  }
  return { mode, untilMs }
}
