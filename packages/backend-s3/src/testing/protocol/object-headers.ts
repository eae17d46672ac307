/** What the head of an answer says about an object. */
import { checksumHeaders } from '../body/checksums.ts'
import type { Bucket } from '../store/bucket.ts'
import {
  quotedEtag,
  type Restore,
  type StoredObject,
  type Version,
} from '../store/stored-object.ts'
import type { Call } from './call.ts'
import { metadataHeaders } from './metadata.ts'

/** `x-amz-version-id`, where the bucket has or had versions. */
export function versionHeaders(bucket: Bucket, version: Version): Record<string, string> {
  return bucket.versioning === 'Unversioned' ? {} : { 'x-amz-version-id': version.versionId }
}

/** All of GetObject and HeadObject but length and range. */
export function objectHeaders(
  call: Call,
  bucket: Bucket,
  object: StoredObject,
): Record<string, string> {
  const { behaviour, operation } = call
  const isBareEtag =
    operation === 'HeadObject' &&
    object.parts.length > 0 &&
    behaviour.headMultipartEtag === 'unquoted'
  const wantsChecksum = call.header('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED'
  return {
    ...object.headers,
    ...metadataHeaders(object.metadata, behaviour),
    ...versionHeaders(bucket, object),
    ...lockHeaders(object),
    ...(wantsChecksum && checksumHeaders(object.checksum)),
    ...(object.storageClass !== 'STANDARD' && { 'x-amz-storage-class': object.storageClass }),
    ...(object.tags.size > 0 && { 'x-amz-tagging-count': String(object.tags.size) }),
    ...(object.restore && { 'x-amz-restore': restoreHeader(object.restore, call.nowMs) }),
    'Accept-Ranges': 'bytes',
    ETag: isBareEtag ? object.etag : quotedEtag(object.etag),
    'Last-Modified': httpDate(object.lastModifiedMs),
  }
}

/** Whole seconds: RFC 9110 has no fractions. */
export function httpDate(timeMs: number): string {
  return new Date(timeMs).toUTCString()
}

/** Whether a restored copy of an archived object can be read now. */
export function isRestored(restore: Restore | undefined, nowMs: number): boolean {
  return restore !== undefined && restore.fromMs <= nowMs && nowMs < restore.untilMs
}

function restoreHeader(restore: Restore, nowMs: number): string {
  if (nowMs < restore.fromMs) return 'ongoing-request="true"'
  return `ongoing-request="false", expiry-date="${httpDate(restore.untilMs)}"`
}

function lockHeaders({ retention, isOnLegalHold }: StoredObject): Record<string, string> {
  return {
    ...(retention && {
      'x-amz-object-lock-mode': retention.mode,
      'x-amz-object-lock-retain-until-date': new Date(retention.untilMs).toISOString(),
    }),
    ...(isOnLegalHold && { 'x-amz-object-lock-legal-hold': 'ON' }),
  }
}
