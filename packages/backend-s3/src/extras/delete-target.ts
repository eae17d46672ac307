/**
 * How a delete names a version for good.
 *
 * ```
 * it has an id                          by it: it is this version for ever
 * it has none (`null`), and versioning is
 *   on                                  by `null`: writes leave it alone
 *   off, and always was                 by the key and an If-Match, where the server honours that
 *   suspended                           not at all: a write at the same time replaces it, and S3
 *                                       takes no condition beside an id
 * ```
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VersionSuspendedBehavior.html
 */
import { GetBucketVersioningCommand } from '@aws-sdk/client-s3'
import { StorageError } from '@aos-storage/core'
import { etagOf } from '../etag.ts'
import type { S3Server } from '../server.ts'
import type { ObjectPlace } from './stored-object.ts'
import { nullId } from './version-id.ts'

export type DeleteTarget = { readonly VersionId: string } | { readonly IfMatch: string }

export interface DeletePlace {
  readonly operation: string
  readonly key: string
  /** Of what was found; undefined for a delete marker. */
  readonly etag: string | undefined
  readonly signal: AbortSignal | undefined
}

/** @throws StorageError `UNSUPPORTED` where nothing holds the delete to what was found. */
export async function deleteTargetOf(
  { bucket, server }: Pick<ObjectPlace, 'bucket'> & { readonly server: S3Server },
  id: string,
  { operation, key, etag, signal }: DeletePlace,
): Promise<DeleteTarget> {
  if (id !== nullId) return { VersionId: id }
  const command = new GetBucketVersioningCommand({ Bucket: bucket.name })
  const { Status } = await bucket.send({
    ...{ operation, key, signal },
    send: (abortSignal) => bucket.client.send(command, { abortSignal }),
  })
  if (Status === 'Enabled') return { VersionId: id }
  if (Status === undefined && etag !== undefined && server.conditionalDelete) {
    return { IfMatch: etagOf(etag, server.swap !== 'unquoted') }
  }
  const fix =
    etag === undefined
      ? 'restore the newest version by restoreVersion(key, id)'
      : 'delete the key, which deletes this with it'
  throw new StorageError(
    'UNSUPPORTED',
    `Without versioning, this has no id of its own to which a delete could be held; ${fix}`,
    { key },
  )
}
