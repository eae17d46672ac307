/**
 * All that the service tells of one object, and what a copy must be given to be like it: class,
 * encryption and locks are no copy's by themselves, and in parts nothing is.
 */
import {
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3'
import type { Bucket } from '../bucket.ts'
import { keptHeaders } from '../copier.ts'
import { infoOf } from '../info.ts'
import type { NewUpload } from '../multipart.ts'
import type { S3Names } from '../names.ts'
import type { CopyChanges } from '../server-copy.ts'

/** The headers of an object, with those of its locks and its way out of an archive. */
export type StoredHead = Omit<HeadObjectCommandOutput, '$metadata'>

/** What the parts of the extras have in common. */
export interface ObjectPlace {
  readonly bucket: Bucket
  readonly names: S3Names
}

export interface ObjectHeadOptions {
  readonly operation: string
  readonly key: string
  /** Of the service; the current version without. */
  readonly versionId?: string | undefined
  /** As a header. */
  readonly ifMatch?: string | undefined
  readonly signal: AbortSignal | undefined
}

/** @throws StorageError `NOT_FOUND`, `PRECONDITION_FAILED`, `UNAVAILABLE` without a bucket. */
export function headOf(
  { bucket, names }: ObjectPlace,
  { operation, key, versionId, ifMatch, signal }: ObjectHeadOptions,
): Promise<StoredHead> {
  const command = new HeadObjectCommand({
    Bucket: bucket.name,
    Key: names.nameOf(key),
    ...(versionId === undefined ? {} : { VersionId: versionId }),
    ...(ifMatch === undefined ? {} : { IfMatch: ifMatch }),
  })
  return bucket.send<StoredHead>({
    ...{ operation, key, signal },
    send: (abortSignal) => bucket.client.send(command, { abortSignal }),
    onRefused: async (error) => {
      // HEAD has no body that would say which of both is missing.
      if (error.code === 'NOT_FOUND') await bucket.assertThere(operation, signal)
      throw error
    },
  })
}

/** Encryption as the object has it. */
export function encryptionOf(head: StoredHead): CopyChanges {
  const { ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled } = head
  return {
    ...(ServerSideEncryption === undefined ? {} : { ServerSideEncryption }),
    ...(SSEKMSKeyId === undefined ? {} : { SSEKMSKeyId }),
    ...(BucketKeyEnabled === undefined ? {} : { BucketKeyEnabled }),
  }
}

/** Retention, unless it is over, and legal hold as the object has them. */
export function locksOf(head: StoredHead, nowMs: number): CopyChanges {
  const { ObjectLockMode, ObjectLockRetainUntilDate, ObjectLockLegalHoldStatus } = head
  const isRetained =
    ObjectLockMode !== undefined && (ObjectLockRetainUntilDate?.getTime() ?? 0) > nowMs
  return {
    ...(isRetained ? { ObjectLockMode, ObjectLockRetainUntilDate } : {}),
    ...(ObjectLockLegalHoldStatus === 'ON' ? { ObjectLockLegalHoldStatus } : {}),
  }
}

/** An upload with what its parts do not bring. */
export type WholeUpload = NewUpload & CopyChanges & Pick<PutObjectCommandInput, 'Tagging'>

/** @param tags Of the object; they are no part of its head. Ceph 16 overlooks them here. */
export function uploadLike(
  head: StoredHead,
  tags: Readonly<Record<string, string>>,
  changes: CopyChanges,
): WholeUpload {
  const tagging = Object.entries(tags).map((pair) => pair.map(encodeURIComponent).join('='))
  return {
    ...keptHeaders(head),
    ...changes,
    ContentType: infoOf('', head).contentType,
    Metadata: head.Metadata ?? {},
    ...(tagging.length === 0 ? {} : { Tagging: tagging.join('&') }),
  }
}
