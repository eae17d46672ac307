/**
 * The calls that nearly all traffic is made of, as this package makes them: by the SDK's client.
 * Inputs and answers are the SDK's, less what is of no use here.
 */
import {
  type CompletedPart,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { Readable } from 'node:stream'
import type { ObjectHeaders } from './info.ts'
import type { S3Metadata } from './metadata.ts'

/** Conditions as headers: etags with or without quotes, as the server wants them. */
export interface CallConditions {
  readonly IfMatch?: string | undefined
  readonly IfNoneMatch?: string | undefined
}

/** What of an object is kept beside body, type and user metadata. */
export type StoredHeaders = Pick<
  PutObjectCommandInput,
  | 'CacheControl'
  | 'ContentDisposition'
  | 'ContentEncoding'
  | 'ContentLanguage'
  | 'Expires'
  | 'StorageClass'
  | 'ServerSideEncryption'
  | 'SSEKMSKeyId'
  | 'BucketKeyEnabled'
>

export interface PutCall extends CallConditions, StoredHeaders {
  readonly Key: string
  readonly Body: Uint8Array | Readable
  readonly ContentLength: number
  readonly ContentType: string
  readonly Metadata: S3Metadata
}

export interface ReadCall extends CallConditions {
  readonly Key: string
  readonly Range?: string | undefined
  readonly VersionId?: string | undefined
}

/** The answer to a PUT. */
export interface PutAnswer {
  readonly ETag?: string | undefined
  /** When the server answered. */
  readonly Date: Date | undefined
}

/** All headers that this package reads. */
export interface HeadAnswer extends ObjectHeaders, StoredHeaders {
  readonly VersionId?: string | undefined
  readonly Restore?: string | undefined
  readonly ArchiveStatus?: string | undefined
}

export interface GetAnswer extends HeadAnswer {
  readonly Body: Readable
}

export interface PartCall {
  readonly Key: string
  readonly UploadId: string
  readonly PartNumber: number
  readonly Body: Uint8Array
}

/** What a completion must be told of a part: its etag, and a checksum where one was sent. */
export type PartAnswer = Omit<CompletedPart, 'PartNumber' | 'ETag'> & { readonly ETag: string }

/** A page of a listing, whose names are to come in the escapes of URLs. */
export interface ListCall {
  readonly Prefix: string
  readonly MaxKeys: number
  readonly Delimiter?: string | undefined
  readonly ContinuationToken?: string | undefined
  readonly StartAfter?: string | undefined
}

/** An object as the service lists it. */
export interface ListedObjectOfS3 {
  readonly Key?: string | undefined
  readonly ETag?: string | undefined
  readonly Size?: number | undefined
  readonly LastModified?: Date | undefined
  readonly StorageClass?: string | undefined
}

export interface ListAnswer {
  readonly Contents?: readonly ListedObjectOfS3[] | undefined
  readonly CommonPrefixes?: readonly { readonly Prefix?: string | undefined }[] | undefined
  /** Names are in the escapes of URLs when this is `url`. */
  readonly EncodingType?: string | undefined
  /** What was asked for, as names are written. */
  readonly Prefix?: string | undefined
  readonly IsTruncated?: boolean | undefined
  readonly NextContinuationToken?: string | undefined
}

/** The calls of a bucket. A failed one throws what the SDK throws. */
export interface ObjectCalls {
  put(call: PutCall, signal: AbortSignal): Promise<PutAnswer>
  get(call: ReadCall, signal: AbortSignal): Promise<GetAnswer>
  head(call: ReadCall, signal: AbortSignal): Promise<HeadAnswer>
  delete(call: { Key: string; IfMatch?: string | undefined }, signal: AbortSignal): Promise<void>
  uploadPart(call: PartCall, signal: AbortSignal): Promise<PartAnswer>
  list(call: ListCall, signal: AbortSignal): Promise<ListAnswer>
}

/** By the SDK's client, with all of its middleware. */
export class SdkCalls implements ObjectCalls {
  readonly #client: S3Client
  readonly #bucket: string

  constructor(client: S3Client, bucket: string) {
    this.#client = client
    this.#bucket = bucket
  }

  async put(call: PutCall, abortSignal: AbortSignal): Promise<PutAnswer> {
    const command = new PutObjectCommand({ Bucket: this.#bucket, ...call })
    let date: string | undefined
    command.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args)
        date = (result.response as { headers?: Record<string, string> }).headers?.['date']
        return result
      },
      { step: 'deserialize', priority: 'high' },
    )
    const { ETag } = await this.#client.send(command, { abortSignal })
    return { ETag, Date: date === undefined ? undefined : new Date(date) }
  }

  async get(call: ReadCall, abortSignal: AbortSignal): Promise<GetAnswer> {
    const command = new GetObjectCommand({ Bucket: this.#bucket, ...call })
    const answer = await this.#client.send(command, { abortSignal })
    return { ...answer, Body: answer.Body as Readable }
  }

  async head(call: ReadCall, abortSignal: AbortSignal): Promise<HeadAnswer> {
    const command = new HeadObjectCommand({ Bucket: this.#bucket, ...call })
    return (await this.#client.send(command, { abortSignal })) as HeadAnswer
  }

  async delete(
    call: { Key: string; IfMatch?: string | undefined },
    abortSignal: AbortSignal,
  ): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: this.#bucket, ...call })
    await this.#client.send(command, { abortSignal })
  }

  async uploadPart(call: PartCall, abortSignal: AbortSignal): Promise<PartAnswer> {
    const command = new UploadPartCommand({ Bucket: this.#bucket, ...call })
    return partAnswer(await this.#client.send(command, { abortSignal }))
  }

  list(call: ListCall, abortSignal: AbortSignal): Promise<ListAnswer> {
    const input = { Bucket: this.#bucket, ...call, EncodingType: 'url' } as const
    return this.#client.send(new ListObjectsV2Command(input), { abortSignal })
  }
}

/** A client that was given may send checksums, which its completion has to name again. */
export function partAnswer(answer: Omit<CompletedPart, 'PartNumber'>): PartAnswer {
  const { ETag = '', ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME } = answer
  const { ChecksumSHA1, ChecksumSHA256 } = answer
  return {
    ETag,
    ...(ChecksumCRC32 === undefined ? {} : { ChecksumCRC32 }),
    ...(ChecksumCRC32C === undefined ? {} : { ChecksumCRC32C }),
    ...(ChecksumCRC64NVME === undefined ? {} : { ChecksumCRC64NVME }),
    ...(ChecksumSHA1 === undefined ? {} : { ChecksumSHA1 }),
    ...(ChecksumSHA256 === undefined ? {} : { ChecksumSHA256 }),
  }
}
