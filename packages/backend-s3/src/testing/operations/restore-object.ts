/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html */
import { type Answer, emptyAnswer } from '../protocol/answer.ts'
import type { Call } from '../protocol/call.ts'
import { S3Error } from '../protocol/s3-error.ts'
import { findObject, isArchived } from './find-object.ts'

const dayMs = 86_400_000

export async function restoreObject(call: Call): Promise<Answer> {
  if (call.behaviour.archives === 'none') {
    throw new S3Error('NotImplemented', { message: 'This server has no archive.' })
  }
  const days = Number((await call.xml('RestoreRequest')).textOf('Days') ?? Number.NaN)
  const versionId = call.parameter('versionId')
  const object = findObject(call, call.bucket(), { key: call.key, versionId })
  if (!Number.isInteger(days) || days < 1) throw new S3Error('MalformedXML')
  if (!isArchived(object)) {
    throw new S3Error('InvalidObjectState', {
      message: "Restore is not allowed for the object's current storage class",
      fields: { StorageClass: object.storageClass },
    })
  }
  const { nowMs } = call
  const before = object.restore
  if (before !== undefined && nowMs < before.fromMs) throw new S3Error('RestoreAlreadyInProgress')
  const isRestored = before !== undefined && nowMs < before.untilMs
  // One that is there already gets another end; any other must be fetched first.
  const fromMs = isRestored ? before.fromMs : nowMs + call.behaviour.restoreMs
  object.restore = { fromMs, untilMs: nextMidnight(Math.max(nowMs, fromMs) + days * dayMs) }
  return emptyAnswer(isRestored ? 200 : 202)
}

/** Amazon rounds the end up to the next midnight of UTC. */
function nextMidnight(timeMs: number): number {
  return Math.ceil(timeMs / dayMs) * dayMs
}
