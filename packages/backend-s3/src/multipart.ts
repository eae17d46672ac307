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

/** For the time that a completion may take: that of so many bytes that are sent, 8 minutes. */
const completionBytesMax = 64 * 1024 ** 2
/** How long the answer to a begin may take after its caller has gone. */
const answerMsMax = 5000

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
    return bucket.send({
      ...{ operation, key, signal },
      send: (abortSignal) => {
        const late = new AbortController()
        const begun = bucket.client
          .send(command, { abortSignal: late.signal })
          .then(({ UploadId }) => new Multipart(options, UploadId!))
        return unlessGone(begun, late, options, abortSignal)
      },
    })
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
   * @param onRefused As of a request.
   * @returns The token of the object; empty where the server does not tell it, as Ceph 16.
   */
  async complete(
    { parts, bytes }: Filled,
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
      // Amazon's puts long objects together for minutes.
      ...{ operation, key, signal, bytes: Math.min(bytes, completionBytesMax) },
      conditions: { ifMatch: conditions.IfMatch, ifNoneMatch: conditions.IfNoneMatch },
      send: async (abortSignal) => {
        const { ETag } = await bucket.client.send(command, { abortSignal })
        return tokenOf(ETag)
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
    await bucket.tidy({ operation: 'abortUpload', key }, (abortSignal) =>
      bucket.client.send(command, { abortSignal }),
    )
  }
}

/**
 * The upload, unless its caller has gone before it was begun: the service begins it all the same,
 * and only its answer tells by which id it is aborted.
 *
 * @param late Ends the request.
 */
function unlessGone(
  begun: Promise<Multipart>,
  late: AbortController,
  { bucket }: MultipartOptions,
  signal: AbortSignal,
): Promise<Multipart> {
  return new Promise((resolve, reject) => {
    const onGone = (): void => {
      const done = new AbortController()
      const end = (): void => done.abort()
      void bucket.clock.sleep(answerMsMax, done.signal).then(
        () => late.abort(),
        () => undefined,
      )
      const aborted = begun.then((upload) => upload.abort())
      void bucket.hold(aborted.then(end, end))
      reject(new Error('The caller has gone'))
    }
    begun.then(resolve, reject).finally(() => signal.removeEventListener('abort', onGone))
    if (signal.aborted) onGone()
    else signal.addEventListener('abort', onGone, { once: true })
  })
}

/** What a completion needs. */
export interface Filled {
  readonly parts: readonly UploadedPart[]
  readonly bytes: number
}

/**
 * The etag of a multipart upload as most servers make it: the MD5 of the MD5s, and their count. For
 * where it is not told, and the object can not be looked at.
 */
export function etagOfParts(parts: readonly UploadedPart[]): string {
  const hash = createHash('md5')
  for (const { ETag } of parts) hash.update(Buffer.from(tokenOf(ETag), 'hex'))
  return `${hash.digest('hex')}-${parts.length}`
}
