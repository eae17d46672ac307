/** Reading: small bodies whole, large ones as a stream, ranges, conditions, facts. */
import type { BlobClient, BlobDownloadResponseParsed } from '@azure/storage-blob'
import type { Readable } from 'node:stream'
import {
  type ByteRange,
  type Clock,
  isStorageError,
  type ObjectInfo,
  type ReadOptions,
  type ReadResult,
  type StatOptions,
  type StorageError,
} from '@aos-storage/core'
import { checkReadConditions, resolveRange } from '@aos-storage/core/backend'
import { collectWhole, type Place, RemoteBody } from '@aos-storage/core/remote'
import { azureFailures } from '../errors.ts'
import type { BlobPlace } from './container.ts'
import { conditionsOf } from './etag.ts'
import { infoOf } from './info.ts'
import type { BlobNames } from './names.ts'

/** How often a read begins again because the blob changed between two requests. */
const changesMax = 5

export interface BlobReaderOptions {
  readonly container: BlobPlace
  readonly names: BlobNames
  readonly clock: Clock
  readonly smallReadBytesMax: number
  readonly bodyIdleMsMax: number
}

/** Where to read, when the service can be told without asking for the size first. */
interface Span {
  readonly offset: number
  readonly count: number | undefined
}

export class BlobReader {
  readonly #options: BlobReaderOptions
  readonly #blobOf: (key: string) => BlobClient
  readonly #open: Set<RemoteBody>

  constructor(
    options: BlobReaderOptions,
    blobOf: (key: string) => BlobClient = (key) =>
      options.container.blob(options.names.nameOf(key)),
    open: Set<RemoteBody> = new Set(),
  ) {
    this.#options = options
    this.#blobOf = blobOf
    this.#open = open
  }

  /** Reads other blobs than those of keys: snapshots, versions. Closes with this one. */
  ofBlobs(blobOf: (key: string) => BlobClient): BlobReader {
    return new BlobReader(this.#options, blobOf, this.#open)
  }

  async stat(key: string, options: StatOptions, operation: string = 'stat'): Promise<ObjectInfo> {
    const { container } = this.#options
    const { signal } = options
    const { ifMatch, ifNoneMatch } = sentConditions(options)
    const conditions = conditionsOf({ ifMatch, ifNoneMatch })
    const headers = await container.requests.send({
      ...placeOf(operation, key),
      signal,
      send: (abortSignal) => this.#blobOf(key).getProperties({ abortSignal, conditions }),
      onRefused: (error) => this.#refused(key, error, options),
    })
    const info = infoOf(key, headers)
    checkReadConditions(key, info.etag, options)
    return info
  }

  async read(key: string, options: ReadOptions): Promise<ReadResult> {
    for (let changes = 0; ; changes++) {
      try {
        return await this.#read(key, options)
      } catch (error) {
        // Between asking for the size and reading, the blob was overwritten.
        const isOurs = options.ifMatch === undefined && isStorageError(error, 'PRECONDITION_FAILED')
        if (!isOurs || changes >= changesMax) throw error
      }
    }
  }

  /** Ends open bodies with `CLOSED`. */
  close(): void {
    for (const body of this.#open) body.closeStore()
  }

  async #read(key: string, options: ReadOptions): Promise<ReadResult> {
    const span = spanOf(options.range)
    if (span === undefined) return this.#readBySize(key, options)
    try {
      return await this.#get(key, span, options)
    } catch (error) {
      // At or behind the end, which of both only the size tells.
      if (!isStorageError(error) || error.status !== 416) throw error
      return this.#readBySize(key, options)
    }
  }

  /** Asks for the size first: for suffixes, empty ranges, and those at the end. */
  async #readBySize(key: string, options: ReadOptions): Promise<ReadResult> {
    const info = await this.stat(key, options, 'read')
    const { start, end } = resolveRange(options.range, info.size)
    if (start >= end) return { info, start, end, body: new Uint8Array() }
    const span = { offset: start, count: end - start }
    return this.#get(key, span, { ifMatch: info.etag, signal: options.signal })
  }

  async #get(key: string, span: Span, options: ReadOptions): Promise<ReadResult> {
    const { container, smallReadBytesMax } = this.#options
    const { signal } = options
    const conditions = sentConditions(options)
    const opened = await container.requests.send({
      ...placeOf('read', key),
      signal,
      bytes: smallReadBytesMax,
      send: async (abortSignal) => {
        const answer = await this.#download(key, span, conditions, abortSignal)
        const source = answer.readableStreamBody as Readable
        const bytes = answer.contentLength ?? 0
        const isSmall = bytes <= smallReadBytesMax
        const whole = isSmall ? await collectWhole(source, bytes, key) : undefined
        return { answer, source, whole }
      },
      onRefused: (error) => this.#refused(key, error, options),
    })
    const { answer, source, whole } = opened
    const info = infoOf(key, answer, sizeOf(answer))
    try {
      checkReadConditions(key, info.etag, options)
    } catch (error) {
      source.destroy()
      throw error
    }
    const end = span.offset + (answer.contentLength ?? 0)
    const body = whole ?? this.#bodyOf(info, span.offset, end, source, signal)
    return { info, start: span.offset, end, body }
  }

  /** A blob that is missing has no other version either, and some services say only that. */
  async #refused(key: string, error: StorageError, options: StatOptions): Promise<never> {
    if (options.ifMatch !== undefined && isStorageError(error, 'PRECONDITION_FAILED')) {
      await this.stat(key, { signal: options.signal }, error.operation)
    }
    throw error
  }

  #bodyOf(
    info: ObjectInfo,
    start: number,
    end: number,
    source: Readable,
    signal: AbortSignal | undefined,
  ): RemoteBody {
    const { container, clock, bodyIdleMsMax: idleMsMax } = this.#options
    const { key, etag } = info
    const reopen = async (position: number): Promise<Readable> => {
      const span = { offset: position, count: end - position }
      const answer = await container.requests.send({
        ...placeOf('read', key),
        signal,
        send: (abortSignal) => this.#download(key, span, { ifMatch: etag }, abortSignal),
      })
      return answer.readableStreamBody as Readable
    }
    const onEnd = (ended: RemoteBody): void => void this.#open.delete(ended)
    const body = new RemoteBody({
      backend: 'azblob',
      failures: azureFailures,
      ...{ key, start, end, source, reopen, clock, idleMsMax, signal, onEnd },
    })
    this.#open.add(body)
    return body
  }

  #download(
    key: string,
    { offset, count }: Span,
    conditions: {
      readonly ifMatch?: string | undefined
      readonly ifNoneMatch?: string | undefined
    },
    abortSignal: AbortSignal,
  ): Promise<BlobDownloadResponseParsed> {
    return this.#blobOf(key).download(offset, count, {
      abortSignal,
      conditions: conditionsOf(conditions),
      // Bodies are read on by ourselves.
      maxRetryRequests: 0,
    })
  }
}

/** One condition at a time, and no `*`: Azure refuses what it calls unsatisfiable. */
function sentConditions({ ifMatch, ifNoneMatch }: StatOptions): {
  ifMatch: string | undefined
  ifNoneMatch: string | undefined
} {
  const isSent = ifMatch === undefined && ifNoneMatch !== '*'
  return { ifMatch, ifNoneMatch: isSent ? ifNoneMatch : undefined }
}

/** Undefined for a range that Azure has no words for. */
function spanOf(range: ByteRange | undefined): Span | undefined {
  if (range === undefined) return { offset: 0, count: undefined }
  if ('suffix' in range || range.length === 0) return undefined
  const { offset, length } = range
  const isToEnd = length === undefined || offset + length > Number.MAX_SAFE_INTEGER
  return { offset, count: isToEnd ? undefined : length }
}

/** Of the whole blob: an answer with a range has it behind the slash of `bytes 0-4/10`. */
function sizeOf({ contentRange, contentLength }: BlobDownloadResponseParsed): number {
  const total = contentRange?.slice(contentRange.lastIndexOf('/') + 1)
  return total === undefined || !/^\d+$/.test(total) ? (contentLength ?? 0) : Number(total)
}

function placeOf(operation: string, key: string): Place {
  return { backend: 'azblob', operation, key }
}
