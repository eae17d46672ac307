/** https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html */
import { createHash } from 'node:crypto'

import { checksumOf, statedChecksum } from '../body/checksums.ts'
import { boundaryOf, type Form, parseForm, utf8Of } from '../post/form.ts'
import { assertPermitted, assertPolicySigned, parsePolicy } from '../post/policy.ts'
import { type Answer, emptyAnswer, xmlAnswer } from '../protocol/answer.ts'
import type { Call } from '../protocol/call.ts'
import { objectAttributesOf } from '../protocol/object-attributes.ts'
import { versionHeaders } from '../protocol/object-headers.ts'
import { S3Error } from '../protocol/s3-error.ts'
import { parseTagging } from '../protocol/tags.ts'
import { parseXml } from '../protocol/xml-reader.ts'
import { element } from '../protocol/xml-writer.ts'
import { type ObjectAttributes, quotedEtag, type StoredObject } from '../store/stored-object.ts'
import { storeBody } from './put-object.ts'

/** What the fields of a form may add to the file. */
const formBytesMax = 20 * 1024

export async function postObject(call: Call): Promise<Answer> {
  const boundary = boundaryOf(call.header('content-type'))
  const { bytes } = await call.bytes(call.behaviour.putBytesMax + formBytesMax)
  const bucket = call.bucket()
  const { fields, file, fileName } = parseForm(Buffer.from(bytes), boundary)
  if (file === undefined) {
    throw new S3Error('InvalidArgument', {
      message: 'POST requires exactly one file upload per request.',
    })
  }
  assertPolicySigned(call.account, fields)
  const all = new Map([...fields, ['bucket', bucket.name]])
  const policy = parsePolicy(fields.get('policy') ?? '')
  assertPermitted(policy, { fields: all, fileBytes: file.byteLength }, call.nowMs)
  const key = keyOf(fields, fileName)
  const attributes = attributesOf(call, fields)
  const md5 = createHash('md5').update(file).digest()
  const checksum = statedChecksum((name) => fields.get(name))
  if (checksum !== undefined && checksumOf(checksum.algorithm, file) !== checksum.value) {
    throw new S3Error('BadDigest')
  }
  const stored = storeBody(call, key, attributes, { bytes: Uint8Array.from(file), md5, checksum })
  const answer = answerOf(call, fields, stored)
  return { ...answer, headers: { ...answer.headers, ...versionHeaders(bucket, stored) } }
}

function keyOf(fields: Form['fields'], fileName: string): string {
  const key = fields.get('key')
  if (key !== undefined && key !== '') return utf8Of(key.replaceAll('${filename}', fileName))
  throw new S3Error('InvalidArgument', {
    message:
      "Bucket POST must contain a field named 'key'.  If it is specified, please check the order " +
      'of the fields.',
  })
}

/** Fields stand for the headers of a PUT; tags come as XML. */
function attributesOf(call: Call, fields: Form['fields']): ObjectAttributes {
  const { behaviour, nowMs } = call
  const tagging = fields.get('tagging')
  const attributes = objectAttributesOf({ headers: fields, behaviour, nowMs }, call.bucket())
  if (tagging === undefined) return attributes
  return { ...attributes, tags: parseTagging(parseXml(utf8Of(tagging), 'Tagging')) }
}

function answerOf(call: Call, fields: Form['fields'], stored: StoredObject): Answer {
  const etag = quotedEtag(stored.etag)
  const location = `${call.request.rawPath.replace(/\/$/, '')}/${encodeURI(stored.key)}`
  const headers = { ETag: etag, Location: location }
  const redirect = fields.get('success_action_redirect') ?? fields.get('redirect')
  if (redirect !== undefined && URL.canParse(redirect)) {
    const url = new URL(redirect)
    for (const [name, value] of Object.entries({
      bucket: call.bucketName,
      key: stored.key,
      etag,
    })) {
      url.searchParams.append(name, value)
    }
    return emptyAnswer(303, { ...headers, Location: url.href })
  }
  const status = fields.get('success_action_status')
  if (status === '200') return emptyAnswer(200, headers)
  if (status !== '201') return emptyAnswer(204, headers)
  const content = [
    element('Location', location),
    element('Bucket', call.bucketName),
    element('Key', stored.key),
    element('ETag', etag),
  ]
  return { ...xmlAnswer('PostResponse', content, headers), status: 201 }
}
