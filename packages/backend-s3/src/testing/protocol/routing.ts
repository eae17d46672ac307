/**
 * Which operation a request is.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
import type { S3Action } from './actions.ts'
import type { S3Request } from './request.ts'
import { S3Error } from './s3-error.ts'

/** The operations that are simulated, as the API reference calls them. */
export type S3Operation =
  | 'AbortMultipartUpload'
  | 'CompleteMultipartUpload'
  | 'CopyObject'
  | 'CreateBucket'
  | 'CreateMultipartUpload'
  | 'DeleteBucket'
  | 'DeleteObject'
  | 'DeleteObjectTagging'
  | 'DeleteObjects'
  | 'GetBucketLocation'
  | 'GetBucketVersioning'
  | 'GetObject'
  | 'GetObjectLegalHold'
  | 'GetObjectLockConfiguration'
  | 'GetObjectRetention'
  | 'GetObjectTagging'
  | 'HeadBucket'
  | 'HeadObject'
  | 'ListBuckets'
  | 'ListMultipartUploads'
  | 'ListObjectVersions'
  | 'ListObjectsV2'
  | 'ListParts'
  | 'PostObject'
  | 'PutBucketVersioning'
  | 'PutObject'
  | 'PutObjectLegalHold'
  | 'PutObjectLockConfiguration'
  | 'PutObjectRetention'
  | 'PutObjectTagging'
  | 'RestoreObject'
  | 'UploadPart'
  | 'UploadPartCopy'

type Level = 'service' | 'bucket' | 'object'

interface Route {
  readonly operation: S3Operation
  readonly action: S3Action
  readonly method: string
  readonly level: Level
  /** Query parameters that must be there, with this value where one is given. */
  readonly query: readonly string[]
  /** A header that must be there. */
  readonly header?: string
}

const route = (line: string, operation: S3Operation, action: S3Action, header?: string): Route => {
  const [method, level, ...query] = line.split(' ') as [string, Level, ...string[]]
  return { operation, action, method, level, query, ...(header !== undefined && { header }) }
}

const copySource = 'x-amz-copy-source'

/** The first that fits is taken. */
const routes: readonly Route[] = [
  route('GET service', 'ListBuckets', 'ListAllMyBuckets'),
  route('GET bucket location', 'GetBucketLocation', 'GetBucketLocation'),
  route('GET bucket versioning', 'GetBucketVersioning', 'GetBucketVersioning'),
  route('GET bucket object-lock', 'GetObjectLockConfiguration', 'GetBucketObjectLockConfiguration'),
  route('GET bucket versions', 'ListObjectVersions', 'ListBucketVersions'),
  route('GET bucket uploads', 'ListMultipartUploads', 'ListBucketMultipartUploads'),
  route('GET bucket list-type=2', 'ListObjectsV2', 'ListBucket'),
  route('HEAD bucket', 'HeadBucket', 'ListBucket'),
  route('PUT bucket versioning', 'PutBucketVersioning', 'PutBucketVersioning'),
  route('PUT bucket object-lock', 'PutObjectLockConfiguration', 'PutBucketObjectLockConfiguration'),
  route('PUT bucket', 'CreateBucket', 'CreateBucket'),
  route('DELETE bucket', 'DeleteBucket', 'DeleteBucket'),
  route('POST bucket delete', 'DeleteObjects', 'DeleteObject'),
  route('POST bucket', 'PostObject', 'PutObject'),
  route('GET object tagging', 'GetObjectTagging', 'GetObjectTagging'),
  route('GET object retention', 'GetObjectRetention', 'GetObjectRetention'),
  route('GET object legal-hold', 'GetObjectLegalHold', 'GetObjectLegalHold'),
  route('GET object uploadId', 'ListParts', 'ListMultipartUploadParts'),
  route('GET object', 'GetObject', 'GetObject'),
  route('HEAD object', 'HeadObject', 'GetObject'),
  route('PUT object tagging', 'PutObjectTagging', 'PutObjectTagging'),
  route('PUT object retention', 'PutObjectRetention', 'PutObjectRetention'),
  route('PUT object legal-hold', 'PutObjectLegalHold', 'PutObjectLegalHold'),
  route('PUT object partNumber uploadId', 'UploadPartCopy', 'PutObject', copySource),
  route('PUT object partNumber uploadId', 'UploadPart', 'PutObject'),
  route('PUT object', 'CopyObject', 'PutObject', copySource),
  route('PUT object', 'PutObject', 'PutObject'),
  route('POST object uploads', 'CreateMultipartUpload', 'PutObject'),
  route('POST object restore', 'RestoreObject', 'RestoreObject'),
  route('POST object uploadId', 'CompleteMultipartUpload', 'PutObject'),
  route('DELETE object tagging', 'DeleteObjectTagging', 'DeleteObjectTagging'),
  route('DELETE object uploadId', 'AbortMultipartUpload', 'AbortMultipartUpload'),
  route('DELETE object', 'DeleteObject', 'DeleteObject'),
]

/** Parameters that make another operation of a request. Ones that no route names are not known. */
const subresources = new Set([
  ...routes.flatMap(({ query }) => query.filter((name) => !name.includes('='))),
  'accelerate',
  'acl',
  'analytics',
  'attributes',
  'cors',
  'encryption',
  'intelligent-tiering',
  'inventory',
  'lifecycle',
  'logging',
  'metrics',
  'notification',
  'ownershipControls',
  'policy',
  'policyStatus',
  'publicAccessBlock',
  'renameObject',
  'replication',
  'requestPayment',
  'select',
  'session',
  'torrent',
  'website',
])
/** GetObject of a part has it too. */
subresources.delete('partNumber')

/** The operation and the permission that it needs. */
export interface Routed {
  readonly operation: S3Operation
  readonly action: S3Action
}

/** @throws S3Error `NotImplemented`, `MethodNotAllowed` for what is not simulated. */
export function routeOf(request: S3Request): Routed {
  const { method, bucket, key, query } = request
  const level = key !== '' ? 'object' : bucket !== '' ? 'bucket' : 'service'
  const found = routes.find((each) => each.level === level && fits(each, request))
  const other = [...query.keys()].find(
    (name) => subresources.has(name) && found?.query.includes(name) !== true,
  )
  if (found === undefined || other !== undefined) throw notSimulated(method, level, other)
  const { operation, action } = found
  const ofVersion = action === 'GetObject' || action === 'DeleteObject' ? action : undefined
  if (ofVersion === undefined || !query.has('versionId')) return { operation, action }
  return { operation, action: `${ofVersion}Version` }
}

function fits(each: Route, { method, query, headers }: S3Request): boolean {
  if (each.method !== method) return false
  if (each.header !== undefined && !headers.has(each.header)) return false
  return each.query.every((condition) => {
    const [name, value] = condition.split('=')
    return value === undefined ? query.has(name!) : query.get(name!) === value
  })
}

function notSimulated(method: string, level: Level, subresource: string | undefined): S3Error {
  if (!['GET', 'HEAD', 'PUT', 'POST', 'DELETE'].includes(method)) {
    return new S3Error('MethodNotAllowed')
  }
  const what = subresource === undefined ? '' : `?${subresource}`
  return new S3Error('NotImplemented', {
    message: `This simulation has no ${method} ${level}${what}`,
  })
}
