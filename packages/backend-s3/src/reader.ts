/** Reading: small bodies whole, large ones as a stream or in parts, ranges, conditions, facts. */
import type { Readable } from 'node:stream'
import {
  type BodyStream,
  type ByteRange,
  isStorageError,
  type ObjectInfo,
  type ReadOptions,
  type ReadResult,
  type StatOptions,
  StorageError,
} from '@aos-storage/core'
import { checkReadConditions, resolveRange } from '@aos-storage/core/backend'
import { collectWhole, RemoteBody } from '@aos-storage/core/remote'
import type { Bucket } from './bucket.ts'
import type { CallConditions, GetAnswer, HeadAnswer, ObjectCalls } from './calls.ts'
import { conditionsOf } from './conditions.ts'
import { s3Failures } from './errors.ts'
import { infoOf } from './info.ts'
import type { S3Names } from './names.ts'
import { PartsBody } from './parts-body.ts'
import { checkedBody, checkWhole } from './checksum.ts'

/** Parts at once of an object whose version is kept, unless the options say otherwise. */
const concurrencyOfVersions = 4
/** How often a read begins again because the object changed between two requests. */
const changesMax = 5

export interface ReaderOptions {
  readonly bucket: Bucket
  readonly calls: ObjectCalls
  readonly names: S3Names
  readonly smallReadBytesMax: number
  readonly partBytes: number
  /** Parts at once; undefined where that is one, or several of a version that is kept. */
  readonly concurrency: number | undefined
  readonly bodyIdleMsMax: number
}

/** A body that ends when the store is closed. */
type OpenBody = BodyStream & { closeStore(): void }

export class S3Reader {
  readonly #options: ReaderOptions
  readonly #open: Set<OpenBody>
  readonly #versionId: string | undefined
  /** True once the bucket was seen to keep versions: parts can be read of one that is replaced. */
  #keepsVersions = false
  /** False once it was seen that we may not read versions by their ids. */
  #mayReadVersions = true

  constructor(options: ReaderOptions, open: Set<OpenBody> = new Set(), versionId?: string) {
    this.#options = options
    this.#open = open
    this.#versionId = versionId
  }

  /** Reads a version that the service keeps. Closes with this one. */
  ofVersion(versionId: string): S3Reader {
    return new S3Reader(this.#options, this.#open, versionId)
  }

  async stat(key: string, options: StatOptions, operation: string = 'stat'): Promise<ObjectInfo> {
    const info = infoOf(key, await this.head(key, options, operation))
    checkReadConditions(key, info.etag, options)
    return info
  }

  /** All that the service tells of an object. @throws as {@link stat}; `NOT_FOUND`. */
  async head(key: string, options: StatOptions, operation: string): Promise<HeadAnswer> {
    const { bucket, calls, names } = this.#options
    const { signal } = options
    const call = { Key: names.nameOf(key), ...this.#version(), ...sentConditions(options) }
    return bucket.send<HeadAnswer>({
      operation,
      key,
      signal,
      send: (abortSignal) => calls.head(call, abortSignal),
      onRefused: async (error) => {
        // HEAD has no body that would say which of both is missing.
        if (error.code === 'NOT_FOUND') await bucket.assertThere(operation, signal)
        return this.#refused(key, error, options)
      },
    })
  }

  async read(key: string, options: ReadOptions): Promise<ReadResult> {
    for (let changes = 0; ; changes++) {
      try {
        return await this.#read(key, options)
      } catch (error) {
        // Between asking for the size and reading, the object was overwritten.
        const isOurs = options.ifMatch === undefined && isStorageError(error, 'PRECONDITION_FAILED')
        if (!isOurs || changes >= changesMax) throw error
      }
    }
  }

  /**
   * Opens one version from a position to an end, as the service streams it.
   *
   * @param versionId Of a version that the bucket keeps: it is found also when it was replaced.
   */
  async open(
    key: string,
    etag: string,
    start: number,
    end: number,
    signal: AbortSignal | undefined,
    versionId: string | undefined = this.#versionId,
  ): Promise<Readable> {
    const { bucket, calls, names } = this.#options
    const call = {
      Key: names.nameOf(key),
      ...(versionId === undefined ? {} : { VersionId: versionId }),
      Range: `bytes=${start}-${end - 1}`,
      ...conditionsOf({ ifMatch: etag }),
    }
    const answer = await bucket.send({
      ...{ operation: 'read', key, signal },
      send: (abortSignal) => calls.get(call, abortSignal),
    })
    const isRange = startOf(answer) === start && start + (answer.ContentLength ?? 0) === end
    // Also of a server that knows no conditions.
    const isSame = infoOf(key, answer).etag === etag
    if (isSame && isRange) return answer.Body
    answer.Body.destroy()
    throw isSame ? noRanges(key) : changed(key)
  }

  /** By its id, or, where we may read no versions by their ids, while it is the current one. */
  async #openKept(
    key: string,
    etag: string,
    start: number,
    end: number,
    signal: AbortSignal | undefined,
    versionId: string | undefined,
  ): Promise<Readable> {
    if (versionId === undefined || versionId === this.#versionId || this.#mayReadVersions) {
      try {
        return await this.open(key, etag, start, end, signal, versionId)
      } catch (error) {
        const isOurs = versionId !== undefined && versionId !== this.#versionId
        if (!isOurs || !isStorageError(error, 'PERMISSION_DENIED')) throw error
        // It takes s3:GetObjectVersion.
        this.#mayReadVersions = false
        this.#keepsVersions = false
      }
    }
    return this.open(key, etag, start, end, signal)
  }

  /** Ends open bodies with `CLOSED`. */
  close(): void {
    for (const body of this.#open) body.closeStore()
  }

  async #read(key: string, options: ReadOptions): Promise<ReadResult> {
    const { range } = options
    if (range !== undefined && isEmpty(range)) return this.#readBySize(key, options)
    try {
      return await this.#get(key, this.#headerOf(range), options)
    } catch (error) {
      // At or behind the end, which of both only the size tells; or it is empty.
      if (!isStorageError(error) || error.status !== 416) throw error
      return this.#readBySize(key, options)
    }
  }

  /** Of a whole body, all of it, or the first part: what follows is read beside it. */
  #headerOf(range: ByteRange | undefined): string | undefined {
    const { partBytes } = this.#options
    if (range === undefined) return this.#concurrency === 1 ? undefined : `bytes=0-${partBytes - 1}`
    if ('suffix' in range) return `bytes=-${range.suffix}`
    const { offset, length } = range
    const isToEnd = length === undefined || offset + length > Number.MAX_SAFE_INTEGER
    return isToEnd ? `bytes=${offset}-` : `bytes=${offset}-${offset + length - 1}`
  }

  /** Asks for the size first: for empty ranges, and those at the end. */
  async #readBySize(key: string, options: ReadOptions): Promise<ReadResult> {
    const head = await this.head(key, options, 'read')
    const info = infoOf(key, head)
    checkReadConditions(key, info.etag, options)
    const { start, end } = resolveRange(options.range, info.size)
    if (start >= end) {
      const body = new Uint8Array()
      if (info.size === 0) checkWhole(key, body, head.Metadata)
      return { info, start, end, body }
    }
    const { etag } = info
    const { signal } = options
    return this.#get(key, `bytes=${start}-${end - 1}`, { ifMatch: etag, signal }, options.range)
  }

  async #get(
    key: string,
    Range: string | undefined,
    options: ReadOptions,
    range: ByteRange | undefined = options.range,
  ): Promise<ReadResult> {
    const { bucket, calls, names, smallReadBytesMax } = this.#options
    const { signal } = options
    const call = {
      ...{ Key: names.nameOf(key), ...this.#version(), ...sentConditions(options) },
      ...(Range === undefined ? {} : { Range }),
    }
    const { answer, whole } = await bucket.send({
      ...{ operation: 'read', key, signal, bytes: smallReadBytesMax },
      send: async (abortSignal) => {
        const found = await calls.get(call, abortSignal)
        const bytes = bytesOf(found)
        const isSmall = bytes <= smallReadBytesMax
        return {
          answer: found,
          whole: isSmall ? await collectWhole(found.Body, bytes, key) : undefined,
        }
      },
      onRefused: (error) => this.#refused(key, error, options),
    })
    const info = infoOf(key, answer)
    if (range !== undefined && answer.ContentRange === undefined) {
      answer.Body.destroy()
      throw noRanges(key)
    }
    this.#keepsVersions = this.#mayReadVersions && keptId(answer) !== undefined
    try {
      checkReadConditions(key, info.etag, options)
      return this.#result(info, answer, whole, range, signal)
    } catch (error) {
      answer.Body.destroy()
      throw error
    }
  }

  #result(
    info: ObjectInfo,
    answer: GetAnswer,
    whole: Uint8Array | undefined,
    range: ByteRange | undefined,
    signal: AbortSignal | undefined,
  ): ReadResult {
    const start = startOf(answer)
    const given = start + bytesOf(answer)
    // Of a whole body only the first part was asked for.
    const end = range === undefined ? info.size : given
    const isAll = start === 0 && end === info.size
    if (whole !== undefined && given === end) {
      if (isAll) checkWhole(info.key, whole, answer.Metadata)
      return { info, start, end, body: whole }
    }
    const first = { source: answer.Body, bytes: whole, end: given }
    const keptVersion = this.#mayReadVersions ? keptId(answer) : undefined
    const pinned = { ...info, versionId: this.#versionId ?? keptVersion }
    const body = this.#bodyOf(pinned, start, end, first, signal)
    return { info, start, end, body: isAll ? checkedBody(info.key, body, answer.Metadata) : body }
  }

  #bodyOf(
    { key, etag, versionId }: ObjectInfo & { readonly versionId: string | undefined },
    start: number,
    end: number,
    first: {
      readonly source: Readable
      readonly bytes: Uint8Array | undefined
      readonly end: number
    },
    signal: AbortSignal | undefined,
  ): OpenBody {
    const { bucket, bodyIdleMsMax: idleMsMax, partBytes } = this.#options
    const concurrency = this.#concurrency
    const onEnd = (ended: OpenBody): void => void this.#open.delete(ended)
    const common = { backend: 's3', failures: s3Failures, key, clock: bucket.clock, idleMsMax }
    const part = (
      from: number,
      to: number,
      source: Readable,
      partSignal: AbortSignal | undefined,
      onPartEnd: (body: RemoteBody) => void,
    ): RemoteBody =>
      new RemoteBody({
        ...common,
        start: from,
        end: to,
        source,
        reopen: (position) => this.#openKept(key, etag, position, to, partSignal, versionId),
        signal: partSignal,
        onEnd: onPartEnd,
      })
    const isOne = first.end === end && first.bytes === undefined
    const body: OpenBody = isOne
      ? part(start, end, first.source, signal, onEnd)
      : new PartsBody({
          ...{ key, start, end, partBytes, concurrency, signal, onEnd, first },
          open: (from, to, partSignal) =>
            this.#openKept(key, etag, from, to, partSignal, versionId),
          part: (from, to, source, partSignal) =>
            part(from, to, source, partSignal, () => undefined),
        })
    this.#open.add(body)
    // Closed between the answer and now.
    if (bucket.requests.isClosed) body.closeStore()
    return body
  }

  get #concurrency(): number {
    return this.#options.concurrency ?? (this.#keepsVersions ? concurrencyOfVersions : 1)
  }

  #version(): { readonly VersionId?: string } {
    return this.#versionId === undefined ? {} : { VersionId: this.#versionId }
  }

  /** An object that is missing has no other version either, and some servers say only that. */
  async #refused(key: string, error: StorageError, options: StatOptions): Promise<never> {
    if (options.ifMatch !== undefined && isStorageError(error, 'PRECONDITION_FAILED')) {
      await this.stat(key, { signal: options.signal }, error.operation)
    }
    throw error
  }
}

/** One condition at a time, and no `*`: servers differ on what both mean. */
function sentConditions({ ifMatch, ifNoneMatch }: StatOptions): CallConditions {
  if (ifMatch !== undefined) return conditionsOf({ ifMatch })
  return ifNoneMatch === undefined || ifNoneMatch === '*' ? {} : conditionsOf({ ifNoneMatch })
}

function isEmpty(range: ByteRange): boolean {
  return 'suffix' in range ? range.suffix === 0 : range.length === 0
}

/** Of a version that the bucket keeps when it is replaced. */
function keptId({ VersionId }: GetAnswer): string | undefined {
  return VersionId === undefined || VersionId === 'null' ? undefined : VersionId
}

/** Where the bytes of an answer begin: `bytes 5-9/10`. */
function startOf({ ContentRange }: GetAnswer): number {
  const start = /^bytes (\d+)-/.exec(ContentRange ?? '')?.[1]
  return start === undefined ? 0 : Number(start)
}

/** How many bytes an answer has: those of its range, also where a proxy cut it and says so. */
function bytesOf(answer: GetAnswer): number {
  const last = /^bytes \d+-(\d+)/.exec(answer.ContentRange ?? '')?.[1]
  return last === undefined ? (answer.ContentLength ?? 0) : Number(last) + 1 - startOf(answer)
}

/** What stands between us and the server takes `Range` out of requests. */
function noRanges(key: string): StorageError {
  const message = 'This server, or a proxy before it, ignores ranges; nothing can be read in parts'
  return new StorageError('UNSUPPORTED', message, { backend: 's3', operation: 'read', key })
}

function changed(key: string): StorageError {
  const message = 'The object was overwritten while it was read; read it again'
  return new StorageError('PRECONDITION_FAILED', message, {
    ...{ backend: 's3', operation: 'read', key },
  })
}
