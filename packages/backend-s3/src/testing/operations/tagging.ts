/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html */
import { type Answer, emptyAnswer, xmlAnswer } from '../protocol/answer.ts'
import type { Call } from '../protocol/call.ts'
import { versionHeaders } from '../protocol/object-headers.ts'
import { parseTagging, tagSet } from '../protocol/tags.ts'
import type { Bucket } from '../store/bucket.ts'
import type { StoredObject } from '../store/stored-object.ts'
import { findObject } from './find-object.ts'

export async function putTagging(call: Call): Promise<Answer> {
  const tags = parseTagging(await call.xml('Tagging'))
  const { bucket, object } = target(call)
  object.tags = tags
  return emptyAnswer(200, versionHeaders(bucket, object))
}

export function getTagging(call: Call): Answer {
  const { bucket, object } = target(call)
  return xmlAnswer('Tagging', [tagSet(object.tags)], versionHeaders(bucket, object))
}

export function deleteTagging(call: Call): Answer {
  const { bucket, object } = target(call)
  object.tags = new Map()
  return emptyAnswer(204, versionHeaders(bucket, object))
}

function target(call: Call): { readonly bucket: Bucket; readonly object: StoredObject } {
  const bucket = call.bucket()
  const name = { key: call.key, versionId: call.parameter('versionId') }
  return { bucket, object: findObject(call, bucket, name) }
}
