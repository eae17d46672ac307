/** The object that a request means, or why it may not have it. */
import type { S3Action } from '../protocol/actions.ts'
import type { Call } from '../protocol/call.ts'
import { httpDate, isRestored } from '../protocol/object-headers.ts'
import { S3Error } from '../protocol/s3-error.ts'
import type { Bucket } from '../store/bucket.ts'
import type { StoredObject, Version } from '../store/stored-object.ts'

/** A key, and one version of it when one is named. */
export interface ObjectName {
  readonly key: string
  readonly versionId: string | undefined
}

/**
 * The current object, or the version that is named.
 *
 * @throws S3Error `NoSuchKey`, `NoSuchVersion`, `MethodNotAllowed` for a delete marker that is
 *   named, `AccessDenied` for a missing key when listing is denied.
 */
export function findObject(call: Call, bucket: Bucket, name: ObjectName): StoredObject {
  const { key, versionId } = name
  const version = versionId === undefined ? bucket.latest(key) : bucket.version(key, versionId)
  if (version?.kind === 'object') return version
  const action: S3Action = versionId === undefined ? 'ListBucket' : 'ListBucketVersions'
  if (call.isDenied(action)) throw new S3Error('AccessDenied')
  if (call.behaviour.missingVersion === 'NoSuchKey') {
    throw new S3Error('NoSuchKey', { fields: { Key: key } })
  }
  if (version === undefined) throw notFound(name)
  throw marked(version, versionId !== undefined)
}

/** @throws S3Error `InvalidObjectState` for an archived object that is not restored. */
export function assertReadable(call: Call, object: StoredObject): void {
  if (!isOffline(call, object)) return
  throw new S3Error('InvalidObjectState', {
    fields: { StorageClass: object.storageClass },
  })
}

/** Whether it must be restored before it is read. */
export function isOffline(call: Call, object: StoredObject): boolean {
  if (call.behaviour.archives === 'none') return false
  return isArchived(object) && !isRestored(object.restore, call.nowMs)
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html */
export function isArchived({ storageClass }: StoredObject): boolean {
  return storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE'
}

function notFound({ key, versionId }: ObjectName): S3Error {
  if (versionId === undefined) return new S3Error('NoSuchKey', { fields: { Key: key } })
  return new S3Error('NoSuchVersion', { fields: { Key: key, VersionId: versionId } })
}

function marked({ key, versionId, lastModifiedMs }: Version, isNamed: boolean): S3Error {
  const headers = {
    'x-amz-delete-marker': 'true',
    'x-amz-version-id': versionId,
    ...(isNamed && { 'Last-Modified': httpDate(lastModifiedMs), Allow: 'DELETE' }),
  }
  if (!isNamed) return new S3Error('NoSuchKey', { fields: { Key: key }, headers })
  return new S3Error('MethodNotAllowed', {
    fields: { Method: 'GET', ResourceType: 'DeleteMarker' },
    headers,
  })
}
