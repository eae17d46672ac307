/** Multipart uploads under way. */
import type { ChecksumAlgorithm, ChecksumType, ObjectChecksum } from '../body/checksums.ts'
import type { ObjectAttributes } from './stored-object.ts'

/** A part that was uploaded; a later one of the same number takes its place. */
export interface UploadedPart {
  readonly number: number
  readonly body: Uint8Array
  readonly etag: string
  readonly lastModifiedMs: number
  readonly checksum: ObjectChecksum | undefined
}

/** An upload that was neither completed nor aborted. */
export interface Upload {
  readonly id: string
  readonly key: string
  readonly initiatedMs: number
  readonly attributes: ObjectAttributes
  /** What every part and the object are checked by, if the upload named it. */
  readonly checksum:
    | { readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType }
    | undefined
  readonly parts: Map<number, UploadedPart>
  /** Whether the key had an object when the upload began. */
  readonly began: { readonly wasThere: boolean; readonly change: number }
}
