/**
 * Conditions of reads, and of the source of a copy.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-reads.html
 */
import { preconditionFailed } from '../protocol/s3-error.ts'
import type { StoredObject } from '../store/stored-object.ts'
import { matchesEtag } from './etag-match.ts'

/** The four conditions, as they came. */
export interface ReadConditions {
  readonly ifMatch: string | undefined
  readonly ifNoneMatch: string | undefined
  readonly ifModifiedSince: string | undefined
  readonly ifUnmodifiedSince: string | undefined
}

/** Conditions by the names of their headers behind `prefix`. */
export function readConditionsOf(
  header: (name: string) => string | undefined,
  prefix: '' | 'x-amz-copy-source-' = '',
): ReadConditions {
  return {
    ifMatch: header(`${prefix}if-match`),
    ifNoneMatch: header(`${prefix}if-none-match`),
    ifModifiedSince: header(`${prefix}if-modified-since`),
    ifUnmodifiedSince: header(`${prefix}if-unmodified-since`),
  }
}

/**
 * Whether the object is as the reader has it already.
 *
 * `If-Match` that holds outweighs `If-Unmodified-Since`, and `If-None-Match` outweighs
 * `If-Modified-Since`, as RFC 9110 section 13.2.2 has it.
 *
 * @throws S3Error `PreconditionFailed` when it is not the one that the reader means.
 */
export function isNotModified(conditions: ReadConditions, object: StoredObject): boolean {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions
  // Dates in headers have no milliseconds.
  const modifiedMs = Math.floor(object.lastModifiedMs / 1000) * 1000
  if (ifMatch !== undefined) {
    if (!matchesEtag(ifMatch, object.etag)) throw preconditionFailed('If-Match')
  } else if (modifiedMs > dateMs(ifUnmodifiedSince, Infinity)) {
    throw preconditionFailed('If-Unmodified-Since')
  }
  if (ifNoneMatch !== undefined) return matchesEtag(ifNoneMatch, object.etag)
  return modifiedMs <= dateMs(ifModifiedSince, -Infinity)
}

/** A date that cannot be read is no condition. */
function dateMs(text: string | undefined, otherwise: number): number {
  const ms = Date.parse(text ?? '')
  return Number.isNaN(ms) ? otherwise : ms
}
