/**
 * Copies within the bucket, made by the service.
 *
 * ```
 * up to 5 GiB --> CopyObject ------------------------------------------.
 * larger -------> UploadPartCopy, several at once, and a completion ----> the object, at once
 * ```
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 */
import {
  CopyObjectCommand,
  type CopyObjectCommandInput,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import type { StorageError } from '@aos-storage/core'
import { eachPlace } from '@aos-storage/core/remote'
import type { Bucket } from './bucket.ts'
import { type CallConditions, type ObjectCalls, partAnswer } from './calls.ts'
import { tokenOf } from './etag.ts'
import { Multipart, type NewUpload, type UploadedPart } from './multipart.ts'
import { partBytesFor } from './part-sizes.ts'
import type { S3Server } from './server.ts'

export interface ServerCopyOptions {
  readonly bucket: Bucket
  readonly calls: ObjectCalls
  readonly concurrency: number
  /** Longer ones go in parts; smaller than the service's for tests only. */
  readonly singleCopyBytesMax: number
  /** Size of a part of such a copy, at least. */
  readonly copyPartBytes: number
}

/** What a copy has in place of what its source has. */
export type CopyChanges = Pick<
  CopyObjectCommandInput,
  | 'StorageClass'
  | 'ServerSideEncryption'
  | 'SSEKMSKeyId'
  | 'BucketKeyEnabled'
  | 'ObjectLockMode'
  | 'ObjectLockRetainUntilDate'
  | 'ObjectLockLegalHoldStatus'
>

export interface CopyOfNames {
  readonly operation: string
  readonly key: string
  readonly from: string
  /** Of the source; the current version without. */
  readonly fromVersion?: string | undefined
  readonly to: string
  readonly size: number
  /** Of the source as a header, where the server holds a copy to it. */
  readonly sourceEtag: string | undefined
  /** What the copy has; undefined for all that the source has, in one request only. */
  readonly upload: NewUpload | undefined
  /** With no `upload`: what it has in place of the source's. */
  readonly changes?: CopyChanges | undefined
  readonly conditions: CallConditions
  readonly signal: AbortSignal | undefined
  readonly onRefused: (error: StorageError, lost: StorageError | undefined) => Promise<string>
}

export class ServerCopy {
  readonly #options: ServerCopyOptions

  constructor(options: ServerCopyOptions) {
    this.#options = options
  }

  /** True for a size that one request copies. */
  isSingle(size: number): boolean {
    return size <= this.#options.singleCopyBytesMax
  }

  /** True where the server holds a copy of this size to its conditions: one in parts completes. */
  isHeld(size: number, server: S3Server): boolean {
    return this.isSingle(size) ? server.conditionalCopy : server.conditionalComplete
  }

  /** The token of the copy; empty where the server does not tell it. */
  copy(copying: CopyOfNames): Promise<string> {
    return this.isSingle(copying.size) ? this.#copyOnce(copying) : this.#copyParts(copying)
  }

  #copyOnce(copying: CopyOfNames): Promise<string> {
    const { bucket } = this.#options
    const { operation, key, to, size, sourceEtag, upload, conditions, signal } = copying
    const command = new CopyObjectCommand({
      Bucket: bucket.name,
      Key: to,
      CopySource: copySource(bucket.name, copying),
      ...(sourceEtag === undefined ? {} : { CopySourceIfMatch: sourceEtag }),
      ...(upload === undefined ? copying.changes : { MetadataDirective: 'REPLACE', ...upload }),
      ...conditions,
    })
    return bucket.send<string>({
      ...{ operation, key, signal, bytes: size },
      conditions: { ifMatch: conditions.IfMatch, ifNoneMatch: conditions.IfNoneMatch },
      send: async (abortSignal) => {
        const { CopyObjectResult } = await bucket.client.send(command, { abortSignal })
        return tokenOf(CopyObjectResult?.ETag)
      },
      onRefused: copying.onRefused,
    })
  }

  async #copyParts(copying: CopyOfNames): Promise<string> {
    const { bucket, calls } = this.#options
    const { operation, key, to, signal, upload, conditions } = copying
    const options = { bucket, calls, operation, key, name: to, signal }
    const multipart = await Multipart.begin(options, upload!)
    try {
      const parts = await this.#parts(copying, multipart.id)
      return await multipart.complete({ parts, bytes: copying.size }, conditions, copying.onRefused)
    } catch (error) {
      await multipart.abort()
      throw error
    }
  }

  #parts(copying: CopyOfNames, uploadId: string): Promise<UploadedPart[]> {
    const { bucket, concurrency, copyPartBytes } = this.#options
    const { operation, key, to, size, sourceEtag, signal } = copying
    const partBytes = partBytesFor(size, copyPartBytes)
    return eachPlace(Math.ceil(size / partBytes), concurrency, signal, async (place, ended) => {
      const offset = place * partBytes
      const bytes = Math.min(partBytes, size - offset)
      const command = new UploadPartCopyCommand({
        Bucket: bucket.name,
        Key: to,
        UploadId: uploadId,
        PartNumber: place + 1,
        CopySource: copySource(bucket.name, copying),
        CopySourceRange: `bytes=${offset}-${offset + bytes - 1}`,
        ...(sourceEtag === undefined ? {} : { CopySourceIfMatch: sourceEtag }),
      })
      const { CopyPartResult } = await bucket.send({
        ...{ operation, key, signal: ended, bytes },
        send: (abortSignal) => bucket.client.send(command, { abortSignal }),
      })
      return { PartNumber: place + 1, ...partAnswer(CopyPartResult ?? {}) }
    })
  }
}

/** As the header has it: bucket and name, escaped but for the slashes, and the version. */
export function copySource(
  bucket: string,
  { from, fromVersion }: Pick<CopyOfNames, 'from' | 'fromVersion'>,
): string {
  const source = `${bucket}/${from}`.split('/').map(encodeURIComponent).join('/')
  return fromVersion === undefined
    ? source
    : `${source}?versionId=${encodeURIComponent(fromVersion)}`
}
