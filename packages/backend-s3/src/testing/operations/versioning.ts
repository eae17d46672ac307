/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html */
import { type Answer, emptyAnswer, xmlAnswer } from '../protocol/answer.ts'
import type { Call } from '../protocol/call.ts'
import { S3Error } from '../protocol/s3-error.ts'
import { element } from '../protocol/xml-writer.ts'

export async function putVersioning(call: Call): Promise<Answer> {
  const status = (await call.xml('VersioningConfiguration')).textOf('Status')
  const bucket = call.bucket()
  if (status !== 'Enabled' && status !== 'Suspended') throw new S3Error('MalformedXML')
  if (bucket.isLockEnabled && status === 'Suspended') {
    throw new S3Error('InvalidBucketState', {
      message:
        'An Object Lock configuration is present on this bucket, so the versioning state cannot ' +
        'be changed.',
    })
  }
  bucket.versioning = status
  return emptyAnswer(200)
}

export function getVersioning(call: Call): Answer {
  const { versioning } = call.bucket()
  const isSet = versioning !== 'Unversioned'
  return xmlAnswer('VersioningConfiguration', isSet ? [element('Status', versioning)] : [])
}
