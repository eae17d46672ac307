/** The source of a CopyObject or UploadPartCopy. */
import { isNotModified, readConditionsOf } from '../conditions/read-conditions.ts'
import type { Call } from '../protocol/call.ts'
import { ServerCrash } from '../protocol/server-crash.ts'
import { preconditionFailed, S3Error } from '../protocol/s3-error.ts'
import type { Bucket } from '../store/bucket.ts'
import type { StoredObject } from '../store/stored-object.ts'
import { findObject, isOffline } from './find-object.ts'

/** An object, and where it is. */
export interface CopySource {
  readonly bucket: Bucket
  readonly object: StoredObject
}

/**
 * @throws S3Error when the source is not there, is archived, or its conditions do not hold.
 * @throws ServerCrash when it is not there and that is too much for the server.
 */
export function copySourceOf(call: Call): CopySource {
  const { bucketName, key, versionId } = parseSource(call)
  const bucket = call.account.bucket(bucketName)
  if (bucket.current(key) === undefined && call.behaviour.copyOfMissing === 'crash') {
    throw new ServerCrash()
  }
  if (call.isDenied('GetObject')) throw new S3Error('AccessDenied')
  const object = findObject(call, bucket, { key, versionId })
  if (isOffline(call, object)) throw new S3Error('ObjectNotInActiveTierError')
  if (call.behaviour.copySourceConditions === 'honoured') {
    const conditions = readConditionsOf((name) => call.header(name), 'x-amz-copy-source-')
    // There is no 304 for a copy.
    if (isNotModified(conditions, object)) {
      throw preconditionFailed('x-amz-copy-source-If-None-Match')
    }
  }
  return { bucket, object }
}

/** `/bucket/key?versionId=id`, percent-encoded. */
function parseSource(call: Call): {
  readonly bucketName: string
  readonly key: string
  readonly versionId: string | undefined
} {
  const header = call.header('x-amz-copy-source') ?? ''
  const isSpace = call.behaviour.copySourcePlus === 'space'
  const [, path = '', versionId] = /^(.*?)(?:\?versionId=(.+))?$/.exec(header) ?? []
  const [bucketName = '', ...rest] = decoded(isSpace ? path.replaceAll('+', ' ') : path)
    .replace(/^\//, '')
    .split('/')
  const key = rest.join('/')
  if (bucketName === '' || key === '') {
    throw new S3Error('InvalidArgument', {
      message: 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      fields: { ArgumentName: 'x-amz-copy-source', ArgumentValue: header },
    })
  }
  return { bucketName, key, versionId }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw new S3Error('InvalidArgument', { message: 'Invalid copy source encoding.' })
  }
}
