/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html */
import { type Answer, emptyAnswer, xmlAnswer } from '../protocol/answer.ts'
import type { Call } from '../protocol/call.ts'
import { parseRetention } from '../protocol/object-attributes.ts'
import { S3Error } from '../protocol/s3-error.ts'
import type { XmlElement } from '../protocol/xml-reader.ts'
import { element } from '../protocol/xml-writer.ts'
import type { DefaultRetention } from '../store/bucket.ts'
import type { Retention, StoredObject } from '../store/stored-object.ts'
import { bypassesGovernance } from './delete-object.ts'
import { findObject } from './find-object.ts'

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectRetention.html */
export async function putRetention(call: Call): Promise<Answer> {
  const root = await call.xml('Retention')
  const object = lockedObject(call)
  const [mode, until] = [root.textOf('Mode'), root.textOf('RetainUntilDate')]
  if ((mode === undefined) !== (until === undefined)) throw new S3Error('MalformedXML')
  const next = mode === undefined ? undefined : parseRetention(mode, until!, call.nowMs)
  assertRetainable(call, object.retention, next)
  object.retention = next
  return emptyAnswer(200)
}

export function getRetention(call: Call): Answer {
  const { retention } = lockedObject(call)
  if (retention === undefined) throw new S3Error('NoSuchObjectLockConfiguration')
  return xmlAnswer('Retention', [
    element('Mode', retention.mode),
    element('RetainUntilDate', new Date(retention.untilMs).toISOString()),
  ])
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLegalHold.html */
export async function putLegalHold(call: Call): Promise<Answer> {
  const status = (await call.xml('LegalHold')).textOf('Status')
  if (status !== 'ON' && status !== 'OFF') throw new S3Error('MalformedXML')
  lockedObject(call).isOnLegalHold = status === 'ON'
  return emptyAnswer(200)
}

export function getLegalHold(call: Call): Answer {
  const { isOnLegalHold } = lockedObject(call)
  return xmlAnswer('LegalHold', [element('Status', isOnLegalHold ? 'ON' : 'OFF')])
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html */
export async function putLockConfiguration(call: Call): Promise<Answer> {
  const root = await call.xml('ObjectLockConfiguration')
  const bucket = call.bucket()
  if (root.textOf('ObjectLockEnabled') !== 'Enabled') throw new S3Error('MalformedXML')
  if (bucket.versioning !== 'Enabled') {
    throw new S3Error('InvalidBucketState', {
      message: "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
    })
  }
  const rule = root.one('Rule')?.one('DefaultRetention')
  bucket.defaultRetention = rule === undefined ? undefined : defaultRetentionOf(rule)
  bucket.isLockEnabled = true
  return emptyAnswer(200)
}

export function getLockConfiguration(call: Call): Answer {
  const { isLockEnabled, defaultRetention } = call.bucket()
  if (!isLockEnabled) throw new S3Error('ObjectLockConfigurationNotFoundError')
  const rule = defaultRetention && [
    element('DefaultRetention', [
      element('Mode', defaultRetention.mode),
      element('Days', defaultRetention.days),
    ]),
  ]
  return xmlAnswer('ObjectLockConfiguration', [
    element('ObjectLockEnabled', 'Enabled'),
    ...(rule ? [element('Rule', rule)] : []),
  ])
}

function defaultRetentionOf(rule: XmlElement): DefaultRetention {
  const mode = rule.textOf('Mode')
  const [days, years] = [rule.textOf('Days'), rule.textOf('Years')]
  const isMode = mode === 'GOVERNANCE' || mode === 'COMPLIANCE'
  if (!isMode || (days === undefined) === (years === undefined)) throw new S3Error('MalformedXML')
  const count = Number(days ?? Number(years) * 365)
  if (!Number.isInteger(count) || count < 1) {
    throw new S3Error('InvalidArgument', {
      message: 'Default retention period must be a positive integer value.',
    })
  }
  return { mode, days: count }
}

function lockedObject(call: Call): StoredObject {
  const bucket = call.bucket()
  if (!bucket.isLockEnabled) {
    throw new S3Error('InvalidRequest', { message: 'Bucket is missing Object Lock Configuration' })
  }
  const versionId = call.parameter('versionId')
  return findObject(call, bucket, { key: call.key, versionId })
}

/** Longer is always right; shorter, weaker or none only for governance and who may bypass it. */
function assertRetainable(
  call: Call,
  now: Retention | undefined,
  next: Retention | undefined,
): void {
  if (now === undefined || now.untilMs <= call.nowMs) return
  const isLonger = next !== undefined && next.untilMs >= now.untilMs
  const isWeaker = now.mode === 'COMPLIANCE' && next?.mode === 'GOVERNANCE'
  if (isLonger && !isWeaker) return
  if (now.mode === 'GOVERNANCE' && bypassesGovernance(call)) return
  throw new S3Error('AccessDenied', {
    message: 'Access Denied because object protected by object lock.',
  })
}
