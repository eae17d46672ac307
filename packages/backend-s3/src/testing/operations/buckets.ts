/** Buckets themselves. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html */
import { type Answer, emptyAnswer, xmlAnswer } from '../protocol/answer.ts'
import type { Call } from '../protocol/call.ts'
import { S3Error } from '../protocol/s3-error.ts'
import { parseXml } from '../protocol/xml-reader.ts'
import { element } from '../protocol/xml-writer.ts'
import { accountId } from '../store/account.ts'

/** Where there is no location constraint, and where a bucket may be created twice. */
const oldestRegion = 'us-east-1'

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function assertBucketName(name: string): void {
  const isName = /^[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]$/.test(name)
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(name)
  const isReserved = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|\.mrap)$/.test(name)
  if (isName && !isAddress && !isReserved) return
  throw new S3Error('InvalidBucketName', { fields: { BucketName: name } })
}

export async function createBucket(call: Call): Promise<Answer> {
  const { account, bucketName } = call
  assertBucketName(bucketName)
  const text = await call.text()
  const region =
    text === ''
      ? oldestRegion
      : (parseXml(text, 'CreateBucketConfiguration').textOf('LocationConstraint') ?? oldestRegion)
  if (region !== account.region) throw new S3Error('InvalidLocationConstraint')
  const owned = account.buckets.get(bucketName)
  if (owned !== undefined && (account.region !== oldestRegion || owned.region !== oldestRegion)) {
    throw new S3Error('BucketAlreadyOwnedByYou', { fields: { BucketName: bucketName } })
  }
  const bucket = owned ?? account.createBucket(bucketName)
  if (call.header('x-amz-bucket-object-lock-enabled')?.toLowerCase() === 'true') {
    bucket.isLockEnabled = true
    bucket.versioning = 'Enabled'
  }
  return emptyAnswer(200, { Location: `/${bucketName}` })
}

export function headBucket(call: Call): Answer {
  return emptyAnswer(200, { 'x-amz-bucket-region': call.bucket().region })
}

export function deleteBucket(call: Call): Answer {
  const bucket = call.bucket()
  if (!bucket.isEmpty) {
    throw new S3Error('BucketNotEmpty', { fields: { BucketName: bucket.name } })
  }
  call.account.buckets.delete(bucket.name)
  return emptyAnswer(204)
}

export function getBucketLocation(call: Call): Answer {
  const { region } = call.bucket()
  return xmlAnswer('LocationConstraint', region === oldestRegion ? '' : region)
}

export function listBuckets(call: Call): Answer {
  const buckets = [...call.account.buckets.values()].map(({ name, createdMs }) =>
    element('Bucket', [
      element('Name', name),
      element('CreationDate', new Date(createdMs).toISOString()),
    ]),
  )
  return xmlAnswer('ListAllMyBucketsResult', [
    element('Owner', [element('ID', accountId)]),
    element('Buckets', buckets),
  ])
}
