/** What is stored under a key: objects and delete markers, newest first. */
import type { ObjectChecksum } from '../body/checksums.ts'

/** Headers that are kept and returned as they came. */
export interface ObjectAttributes {
  /** `content-type` and its like, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** By name without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>
  readonly storageClass: string
  readonly tags: ReadonlyMap<string, string>
  readonly retention: Retention | undefined
  readonly isOnLegalHold: boolean
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html */
export interface Retention {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE'
  readonly untilMs: number
}

/** A part of an object that came by a multipart upload. */
export interface ObjectPart {
  readonly number: number
  readonly bytes: number
  readonly checksum: ObjectChecksum | undefined
}

/** An object; only what S3 changes in place can change. */
export interface StoredObject {
  readonly kind: 'object'
  readonly key: string
  readonly versionId: string
  readonly lastModifiedMs: number
  readonly body: Uint8Array
  /** Without quotes. */
  readonly etag: string
  readonly headers: Readonly<Record<string, string>>
  readonly metadata: Readonly<Record<string, string>>
  readonly storageClass: string
  readonly checksum: ObjectChecksum | undefined
  /** Empty for an object of one PUT. */
  readonly parts: readonly ObjectPart[]
  tags: ReadonlyMap<string, string>
  retention: Retention | undefined
  isOnLegalHold: boolean
  restore: Restore | undefined
}

/** A temporary copy of an archived object, from `fromMs` on. */
export interface Restore {
  readonly fromMs: number
  readonly untilMs: number
}

/** The trace of a delete in a bucket with versions. */
export interface DeleteMarker {
  readonly kind: 'marker'
  readonly key: string
  readonly versionId: string
  readonly lastModifiedMs: number
}

/** One version of a key in the simulated bucket, or the marker of a delete. */
export type Version = StoredObject | DeleteMarker

/** The version id of what was written without versions. */
export const nullVersionId = 'null'

/** The ETag as headers and listings have it. */
export function quotedEtag(etag: string): string {
  return `"${etag}"`
}
