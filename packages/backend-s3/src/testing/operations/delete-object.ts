/**
 * DeleteObject and DeleteObjects.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
 */
import { assertDeletable, deleteConditionOf } from '../conditions/write-conditions.ts'
import { type Answer, emptyAnswer, xmlAnswer } from '../protocol/answer.ts'
import type { Call } from '../protocol/call.ts'
import { S3Error } from '../protocol/s3-error.ts'
import type { XmlElement } from '../protocol/xml-reader.ts'
import { element, optionalElement, type Xml } from '../protocol/xml-writer.ts'
import type { Bucket } from '../store/bucket.ts'
import type { StoredObject, Version } from '../store/stored-object.ts'
import type { ObjectName } from './find-object.ts'

const keysMax = 1000

export function deleteObject(call: Call): Answer {
  const bucket = call.bucket()
  const ifMatch = deleteConditionOf(call)
  const name = { key: call.key, versionId: call.parameter('versionId') }
  const { ifMatchOnMissing } = call.behaviour
  if (ifMatch !== undefined) assertDeletable(ifMatch, bucket.current(call.key), ifMatchOnMissing)
  const affected = deleteVersion(call, bucket, name)
  const isMarker = affected?.kind === 'marker'
  const isVersioned = bucket.versioning !== 'Unversioned' || name.versionId !== undefined
  const versionId = affected?.versionId ?? name.versionId
  return emptyAnswer(204, {
    ...(isMarker && { 'x-amz-delete-marker': 'true' }),
    ...(isVersioned && versionId !== undefined && { 'x-amz-version-id': versionId }),
  })
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
export async function deleteObjects(call: Call): Promise<Answer> {
  const bucket = call.bucket()
  assertIntegrity(call)
  const root = await call.xml('Delete')
  const isQuiet = root.textOf('Quiet') === 'true'
  const objects = root.all('Object')
  if (objects.length === 0 || objects.length > keysMax) throw new S3Error('MalformedXML')
  const results = objects.map((object) => deleteOne(call, bucket, object))
  const shown = results.filter(({ failed }) => failed || !isQuiet).map(({ xml }) => xml)
  return xmlAnswer('DeleteResult', shown)
}

function assertIntegrity(call: Call): void {
  if (call.behaviour.deleteObjectsIntegrity === 'optional') return
  const names = [...call.request.headers.keys()]
  const isChecked = names.some((name) => /^(content-md5|x-amz-(checksum-|trailer$))/.test(name))
  if (isChecked) return
  throw new S3Error('InvalidRequest', {
    message: 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
  })
}

function deleteOne(
  call: Call,
  bucket: Bucket,
  object: XmlElement,
): { readonly xml: Xml; readonly failed: boolean } {
  const key = object.textOf('Key')
  if (key === undefined || key === '') throw new S3Error('MalformedXML')
  const name = { key, versionId: object.textOf('VersionId') }
  const scripted = call.keyErrors(key)
  if (scripted !== null) return { xml: failure(name, scripted), failed: true }
  try {
    const { deleteIfMatch, ifMatchOnMissing } = call.behaviour
    const ifMatch = object.textOf('ETag')
    if (ifMatch !== undefined && deleteIfMatch === 'notImplemented') {
      throw new S3Error('NotImplemented')
    }
    if (ifMatch !== undefined && deleteIfMatch === 'honoured') {
      assertDeletable(ifMatch, bucket.current(key), ifMatchOnMissing)
    }
    return { xml: success(name, deleteVersion(call, bucket, name)), failed: false }
  } catch (error) {
    if (!(error instanceof S3Error)) throw error
    return { xml: failure(name, error), failed: true }
  }
}

function failure({ key, versionId }: ObjectName, error: { code: string; message: string }): Xml {
  return element('Error', [
    element('Key', key),
    optionalElement('VersionId', versionId),
    element('Code', error.code),
    element('Message', error.message),
  ])
}

function success({ key, versionId }: ObjectName, affected: Version | undefined): Xml {
  const marker = affected?.kind === 'marker' ? affected : undefined
  return element('Deleted', [
    element('Key', key),
    optionalElement('VersionId', versionId),
    optionalElement('DeleteMarker', marker && true),
    optionalElement('DeleteMarkerVersionId', marker?.versionId),
  ])
}

/**
 * Deletes the current version, or the one that is named for good. A missing one is no error.
 *
 * @throws S3Error `AccessDenied` for a version that is locked.
 */
function deleteVersion(call: Call, bucket: Bucket, name: ObjectName): Version | undefined {
  const { key, versionId } = name
  if (versionId === undefined) return bucket.delete(key, call.nowMs)
  const version = bucket.version(key, versionId)
  if (version?.kind === 'object') assertUnlocked(call, version)
  return bucket.remove(key, versionId)
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html */
function assertUnlocked(call: Call, { retention, isOnLegalHold }: StoredObject): void {
  const isRetained =
    retention !== undefined &&
    retention.untilMs > call.nowMs &&
    !(retention.mode === 'GOVERNANCE' && bypassesGovernance(call))
  if (!isRetained && !isOnLegalHold) return
  throw new S3Error('AccessDenied', {
    message: 'Access Denied because object protected by object lock.',
  })
}

/** Whether the request says that it may, and may. */
export function bypassesGovernance(call: Call): boolean {
  const isAsked = call.header('x-amz-bypass-governance-retention')?.toLowerCase() === 'true'
  return isAsked && !call.isDenied('BypassGovernanceRetention')
}
