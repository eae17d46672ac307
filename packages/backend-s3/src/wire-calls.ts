/** The calls that nearly all traffic is made of, past the SDK's middleware: see `wire.ts`. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type {
  GetAnswer,
  HeadAnswer,
  ListAnswer,
  ListCall,
  ObjectCalls,
  PartAnswer,
  PutAnswer,
  PutCall,
  ReadCall,
} from './calls.ts'
import type { S3Metadata } from './metadata.ts'
import { listAnswerOf } from './list-answer.ts'
import { bytesOf, type Wire } from './wire.ts'

/** A page of a thousand of the longest names, all of them escaped, is a sixth of it. */
const listBytesMax = 32 * 1024 ** 2
const metadataLead = 'x-amz-meta-'

export class WireCalls implements ObjectCalls {
  readonly #wire: Wire

  constructor(wire: Wire) {
    this.#wire = wire
  }

  async put(call: PutCall, signal: AbortSignal): Promise<PutAnswer> {
    const answer = await this.#wire.send(
      {
        method: 'PUT',
        name: call.Key,
        headers: putHeaders(call),
        body: call.Body,
        length: call.ContentLength,
      },
      signal,
    )
    answer.resume()
    return { ETag: answer.headers.etag, Date: dateOf(answer.headers.date) }
  }

  async get(call: ReadCall, signal: AbortSignal): Promise<GetAnswer> {
    const answer = await this.#wire.send({ method: 'GET', ...readRequest(call) }, signal)
    return { ...headOf(answer.headers), Body: answer }
  }

  async head(call: ReadCall, signal: AbortSignal): Promise<HeadAnswer> {
    const answer = await this.#wire.send({ method: 'HEAD', ...readRequest(call) }, signal)
    answer.resume()
    return headOf(answer.headers)
  }

  async delete(
    call: { readonly Key: string; readonly IfMatch?: string | undefined },
    signal: AbortSignal,
  ): Promise<void> {
    const headers = { 'if-match': call.IfMatch }
    const answer = await this.#wire.send({ method: 'DELETE', name: call.Key, headers }, signal)
    answer.resume()
  }

  async uploadPart(
    call: {
      readonly Key: string
      readonly UploadId: string
      readonly PartNumber: number
      readonly Body: Uint8Array
    },
    signal: AbortSignal,
  ): Promise<PartAnswer> {
    const parameters = [
      ['partNumber', String(call.PartNumber)],
      ['uploadId', call.UploadId],
    ] as const
    const request = {
      method: 'PUT',
      name: call.Key,
      parameters,
      headers: {},
      body: call.Body,
    } as const
    const answer: IncomingMessage = await this.#wire.send(request, signal)
    answer.resume()
    return { ETag: answer.headers.etag ?? '' }
  }

  async list(call: ListCall, signal: AbortSignal): Promise<ListAnswer> {
    const { Prefix, MaxKeys, Delimiter, ContinuationToken, StartAfter } = call
    // In the order of their names.
    const parameters: readonly (readonly [string, string | undefined])[] = [
      ['continuation-token', ContinuationToken],
      ['delimiter', Delimiter],
      ['encoding-type', 'url'],
      ['list-type', '2'],
      ['max-keys', String(MaxKeys)],
      ['prefix', Prefix],
      ['start-after', StartAfter],
    ]
    const answer = await this.#wire.send(
      { method: 'GET', name: '', parameters, headers: {} },
      signal,
    )
    return listAnswerOf(await bytesOf(answer, listBytesMax))
  }
}

function putHeaders(call: PutCall): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {
    'content-type': call.ContentType,
    'if-match': call.IfMatch,
    'if-none-match': call.IfNoneMatch,
    'cache-control': call.CacheControl,
    'content-disposition': call.ContentDisposition,
    'content-encoding': call.ContentEncoding,
    'content-language': call.ContentLanguage,
    expires: call.Expires?.toUTCString(),
    'x-amz-storage-class': call.StorageClass,
    'x-amz-server-side-encryption': call.ServerSideEncryption,
    'x-amz-server-side-encryption-aws-kms-key-id': call.SSEKMSKeyId,
    'x-amz-server-side-encryption-bucket-key-enabled': call.BucketKeyEnabled?.toString(),
  }
  for (const name in call.Metadata) headers[metadataLead + name] = call.Metadata[name]
  return headers
}

function readRequest(call: ReadCall): {
  readonly name: string
  readonly parameters: readonly (readonly [string, string])[]
  readonly headers: Readonly<Record<string, string | undefined>>
} {
  const { Key: name, VersionId, Range, IfMatch, IfNoneMatch } = call
  return {
    name,
    parameters: VersionId === undefined ? [] : [['versionId', VersionId]],
    headers: { range: Range, 'if-match': IfMatch, 'if-none-match': IfNoneMatch },
  }
}

function headOf(headers: IncomingHttpHeaders): HeadAnswer {
  const text = (name: string): string | undefined => headers[name] as string | undefined
  const length = headers['content-length']
  return {
    ETag: headers.etag,
    LastModified: dateOf(headers['last-modified']),
    ContentLength: length === undefined ? undefined : Number(length),
    ContentRange: headers['content-range'],
    ContentType: headers['content-type'],
    CacheControl: headers['cache-control'],
    ContentDisposition: headers['content-disposition'],
    ContentEncoding: headers['content-encoding'],
    ContentLanguage: headers['content-language'],
    Expires: dateOf(headers.expires),
    StorageClass: text('x-amz-storage-class') as HeadAnswer['StorageClass'],
    VersionId: text('x-amz-version-id'),
    Restore: text('x-amz-restore'),
    ArchiveStatus: text('x-amz-archive-status'),
    Metadata: metadataOf(headers),
  }
}

function metadataOf(headers: IncomingHttpHeaders): S3Metadata {
  const metadata: S3Metadata = {}
  for (const name in headers) {
    if (!name.startsWith(metadataLead)) continue
    Object.defineProperty(metadata, name.slice(metadataLead.length), {
      ...{ value: headers[name], enumerable: true, writable: true, configurable: true },
    })
  }
  return metadata
}

function dateOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? undefined : date
}
