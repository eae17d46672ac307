/**
 * Conditions of writes and deletes, decided at the moment when the write takes effect.
 *
 * Documented: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html and
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html. Measured where
 * those are vague: values that are refused with 501 (tests of localstack against Amazon), and a
 * conditional delete of a missing key or one with a version id (localstack issue 13894).
 */
import type { Behaviour, ConditionSupport, IfMatchSupport } from '../behaviour.ts'
import type { Call } from '../protocol/call.ts'
import { notImplementedHeader, preconditionFailed, S3Error } from '../protocol/s3-error.ts'
import type { StoredObject } from '../store/stored-object.ts'
import { matchesEtag, unquoted } from './etag-match.ts'

/** The conditions of one write that the server obeys. */
export interface WriteConditions {
  readonly ifNoneMatch: string | undefined
  readonly ifMatch: string | undefined
  readonly support: IfMatchSupport
  readonly ifMatchOnMissing: Behaviour['ifMatchOnMissing']
}

/** How the two headers are supported by an operation. */
export interface WriteConditionSupport {
  readonly ifNoneMatch: ConditionSupport
  readonly ifMatch: IfMatchSupport
}

/** @throws S3Error `NotImplemented` for headers and values that are refused whatever is stored. */
export function writeConditionsOf(call: Call, support: WriteConditionSupport): WriteConditions {
  const ifNoneMatch = supported(call, 'If-None-Match', support.ifNoneMatch)
  const ifMatch = supported(
    call,
    'If-Match',
    support.ifMatch === 'notImplemented' || support.ifMatch === 'ignored'
      ? support.ifMatch
      : 'honoured',
  )
  const { ifMatchOnMissing, conditionValues } = call.behaviour
  if (conditionValues === 'strict') assertStrict(ifNoneMatch, ifMatch)
  return { ifNoneMatch, ifMatch, support: support.ifMatch, ifMatchOnMissing }
}

function assertStrict(ifNoneMatch: string | undefined, ifMatch: string | undefined): void {
  if (ifNoneMatch !== undefined && ifMatch !== undefined) {
    throw notImplementedHeader('If-Match,If-None-Match')
  }
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') throw notImplementedHeader('If-None-Match')
  if (ifMatch === '*') throw notImplementedHeader('If-Match')
}

/** @throws S3Error `PreconditionFailed`, or `NoSuchKey` for `If-Match` on a missing key. */
export function assertWritable(
  conditions: WriteConditions,
  current: StoredObject | undefined,
): void {
  const { ifNoneMatch, ifMatch, support, ifMatchOnMissing } = conditions
  if (
    ifNoneMatch !== undefined &&
    current !== undefined &&
    matchesEtag(ifNoneMatch, current.etag)
  ) {
    throw preconditionFailed('If-None-Match')
  }
  if (ifMatch === undefined) return
  if (current === undefined) throw missing(ifMatchOnMissing)
  if (ifMatch === '*') return
  const isQuoted = unquoted(ifMatch) !== ifMatch
  const isInOtherForm =
    (support === 'unquotedOnly' && isQuoted) || (support === 'quotedOnly' && !isQuoted)
  if (isInOtherForm || !matchesEtag(ifMatch, current.etag)) throw preconditionFailed('If-Match')
}

/**
 * The condition of a delete.
 *
 * @throws S3Error `NotImplemented` for headers of directory buckets, and with a version id.
 */
export function deleteConditionOf(call: Call): string | undefined {
  const { deleteIfMatch } = call.behaviour
  for (const name of ['x-amz-if-match-last-modified-time', 'x-amz-if-match-size']) {
    if (deleteIfMatch !== 'ignored' && call.header(name) !== undefined) {
      throw notImplementedHeader(name)
    }
  }
  const ifMatch = supported(call, 'If-Match', deleteIfMatch)
  if (ifMatch !== undefined && call.parameter('versionId') !== undefined) {
    throw notImplementedHeader('If-Match')
  }
  return ifMatch
}

/** @throws S3Error `PreconditionFailed`, or as a missing key is answered. */
export function assertDeletable(
  ifMatch: string,
  current: StoredObject | undefined,
  ifMatchOnMissing: Behaviour['ifMatchOnMissing'],
): void {
  if (current === undefined) throw missing(ifMatchOnMissing)
  if (!matchesEtag(ifMatch, current.etag)) throw preconditionFailed('If-Match')
}

function supported(call: Call, name: string, support: ConditionSupport): string | undefined {
  const value = call.header(name.toLowerCase())
  if (value === undefined || support === 'ignored') return undefined
  if (support === 'notImplemented') throw notImplementedHeader(name)
  return value
}

function missing(status: Behaviour['ifMatchOnMissing']): S3Error {
  return status === 404 ? new S3Error('NoSuchKey') : preconditionFailed('If-Match')
}
