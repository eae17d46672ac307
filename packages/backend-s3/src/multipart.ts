/**
 * Multipart uploads: begun, filled, and made visible by their completion, or aborted.
 *
 * Invariant: an upload that is not completed is aborted, also when its writer failed; one whose
 * process died is listed by `listUploads`, and swept by a lifecycle rule of the bucket.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
} from '@aws-sdk/client-s3'
import type { StorageError, WriteBody } from '@aos-storage/core'
import { PartUpload } from '@aos-storage/core/remote'
import { createHash } from 'node:crypto'
import type { Bucket } from './bucket.ts'
import type { CallConditions, ObjectCalls, PartAnswer, StoredHeaders } from './calls.ts'
import { tokenOf } from './etag.ts'
import type { S3Metadata } from './metadata.ts'

/** How long an abort may take after the store was closed: then the upload is left behind. */
const closedAbortMsMax = 5000

export interface MultipartOptions {
  readonly bucket: Bucket
  readonly calls: ObjectCalls
  readonly operation: string
  readonly key: string
  /** Of the object. */
  readonly name: string
  readonly signal: AbortSignal | undefined
}

/** What an upload is begun with. */
export interface NewUpload extends StoredHeaders {
  readonly ContentType: string
  readonly Metadata: S3Metadata
}

/** A part as its upload knows it. */
export interface UploadedPart extends PartAnswer {
  readonly PartNumber: number
}

export interface FillOptions {
  readonly partBytesAt: (place: number) => number
  readonly concurrency: number
  readonly bodyBytesMax: number
  readonly failed?: AbortController | undefined
}

export class Multipart {
  readonly #options: MultipartOptions
  readonly #id: string

  private constructor(options: MultipartOptions, id: string) {
    this.#options = options
    this.#id = id
  }

  static async begin(options: MultipartOptions, upload: NewUpload): Promise<Multipart> {
    const { bucket, operation, key, name, signal } = options
    const command = new CreateMultipartUploadCommand({ Bucket: bucket.name, Key: name, ...upload })
    const { UploadId } = await bucket.send({
      ...{ operation, key, signal },
      send: (abortSignal) => bucket.client.send(command, { abortSignal }),
    })
    return new Multipart(options, UploadId!)
  }

  get id(): string {
    return this.#id
  }

  /** Uploads all of a body in parts. */
  async fill(body: WriteBody, options: FillOptions): Promise<Filled> {
    const { bucket, calls, operation, key, name } = this.#options
    const upload = new PartUpload<UploadedPart>({
      ...options,
      signal: this.#options.signal,
      send: async (place, bytes, signal) => {
        const call = { Key: name, UploadId: this.#id, PartNumber: place + 1, Body: bytes }
        const answer = await bucket.send({
          ...{ operation, key, signal, bytes: bytes.byteLength },
          send: (abortSignal) => calls.uploadPart(call, abortSignal),
        })
        return { PartNumber: call.PartNumber, ...answer }
      },
    })
    return upload.upload(body)
  }

  /**
   * Makes the object visible.
   *
   * @param onRefused As of a request. @returns The token of the object.
   */
  async complete(
    parts: readonly UploadedPart[],
    conditions: CallConditions,
    onRefused: (error: StorageError, lost: StorageError | undefined) => Promise<string>,
  ): Promise<string> {
    const { bucket, operation, key, name, signal } = this.#options
    const command = new CompleteMultipartUploadCommand({
      Bucket: bucket.name,
      Key: name,
      UploadId: this.#id,
      MultipartUpload: { Parts: [...parts] },
      ...conditions,
    })
    return bucket.send<string>({
      ...{ operation, key, signal },
      conditions: { ifMatch: conditions.IfMatch, ifNoneMatch: conditions.IfNoneMatch },
      send: async (abortSignal) => {
        const { ETag } = await bucket.client.send(command, { abortSignal })
        // Some servers say nothing: then it is made as they make it.
        return tokenOf(ETag) || etagOfParts(parts)
      },
      onRefused,
    })
  }

  /** Ends the upload, also after the caller's signal fired. Never throws. */
  async abort(): Promise<void> {
    const { bucket, key, name } = this.#options
    const command = new AbortMultipartUploadCommand({
      Bucket: bucket.name,
      Key: name,
      UploadId: this.#id,
    })
    try {
      if (bucket.requests.isClosed) return await this.#abortClosed(command)
      await bucket.send({
        ...{ operation: 'abortUpload', key },
        send: (abortSignal) => bucket.client.send(command, { abortSignal }),
      })
    } catch {
      // What cannot be reached now is swept by the bucket's rule; who failed has his own error.
    }
  }

  /** Requests are refused by then: it goes out by itself, for some time. */
  async #abortClosed(command: AbortMultipartUploadCommand): Promise<void> {
    const { bucket } = this.#options
    const late = new AbortController()
    const done = new AbortController()
    void bucket.clock.sleep(closedAbortMsMax, done.signal).then(
      () => late.abort(),
      () => undefined,
    )
    try {
      await bucket.client.send(command, { abortSignal: late.signal })
    } finally {
      done.abort()
    }
  }
}

/** What a completion needs. */
export interface Filled {
  readonly parts: readonly UploadedPart[]
  readonly bytes: number
}

/** The etag of a multipart upload as most servers make it: the MD5 of the MD5s, and their count. */
export function etagOfParts(parts: readonly UploadedPart[]): string {
  const hash = createHash('md5')
  for (const { ETag } of parts) hash.update(Buffer.from(tokenOf(ETag), 'hex'))
  return `${hash.digest('hex')}-${parts.length}`
}
