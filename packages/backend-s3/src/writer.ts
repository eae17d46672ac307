/**
 * Writing: a short body by one PUT, a long one as parts with a completion.
 *
 * ```
 * bytes, or a stream that ends soon --> PUT ------------------------------------.
 * longer ---------------------------> parts ... CompleteMultipartUpload --------- the object,
 * longer, with a condition that the                                             | at once
 * server ignores on a completion ----> parts of a scratch object, and that PUT -'
 * ```
 *
 * Conditions go with the request that makes the object visible. A write that could be taken for
 * somebody else's carries an id, the caller's or a hidden one: refused after an answer was lost, it
 * finds out by its id whether it refused itself.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Readable } from 'node:stream'
import {
  type Metadata,
  isStorageError,
  type ObjectInfo,
  StorageError,
  type WriteBody,
  type WriteOptions,
} from '@aos-storage/core'
import {
  assertBodySize,
  discardSource,
  guardSource,
  isConditional,
  openOutcome,
  throwIfAborted,
  writeIdMetadata,
} from '@aos-storage/core/backend'
import { closedError, continued, takeStart } from '@aos-storage/core/remote'
import type { Bucket } from './bucket.ts'
import type { CallConditions, HeadAnswer, ObjectCalls, PutAnswer, StoredHeaders } from './calls.ts'
import { sha256Of } from './checksum.ts'
import {
  conditionError,
  conditionsOf,
  isConflict,
  isRaceOfCeph,
  isRefusal,
  refusalOf,
  unsupported,
} from './conditions.ts'
import { tokenOf } from './etag.ts'
import { infoOf } from './info.ts'
import { encodeMetadata, hiddenWriteId, type S3Metadata } from './metadata.ts'
import { etagOfParts, type Filled, Multipart, type NewUpload } from './multipart.ts'
import type { S3Names } from './names.ts'
import { partBytesAt, partBytesFor, partBytesMax } from './part-sizes.ts'
import type { S3Reader } from './reader.ts'
import { holdsWrites, type S3Server } from './server.ts'
import { type Staged, Staging } from './staging.ts'

/** How often a change is made again because others changed the same key at that moment. */
const conflictsMax = 10
/** An answer that took longer may be told much later than the object was made. */
const nearMs = 1000

export interface WriterOptions {
  readonly bucket: Bucket
  readonly calls: ObjectCalls
  readonly names: S3Names
  readonly server: S3Server
  readonly reader: S3Reader
  readonly singleWriteBytesMax: number
  readonly partBytes: number
  readonly partConcurrency: number
  readonly objectBytesMax: number
  /** Of all that is written. */
  readonly headers: StoredHeaders
  readonly hasChecksum: boolean
}

/** A write under way. */
interface Writing {
  readonly operation: string
  readonly key: string
  readonly options: WriteOptions
  readonly metadata: Metadata
  /** Under which the object knows that this write made it. */
  readonly writeId: string
  /** True when the metadata has the id, and not only for parts. */
  readonly isKnown: boolean
  readonly headers: StoredHeaders
  readonly conditions: CallConditions
  readonly sha256: string | undefined
}

/** What a copy through this process keeps beside what the contract knows. */
export interface WriteExtras {
  readonly operation?: string | undefined
  readonly headers?: StoredHeaders | undefined
  /** Of the body, where it is known: kept whether the store keeps checksums or not. */
  readonly sha256?: string | undefined
  /** True for a swap that nobody asked for: it takes no server that honours creates, too. */
  readonly isHeldToSelf?: boolean | undefined
}

export class S3Writer {
  readonly #options: WriterOptions
  readonly #staging: Staging
  readonly #closing = new AbortController()

  constructor(options: WriterOptions) {
    this.#options = options
    this.#staging = new Staging(options)
  }

  write(
    key: string,
    body: WriteBody,
    options: WriteOptions,
    extras: WriteExtras = {},
  ): Promise<ObjectInfo> {
    return this.#options.bucket.hold(this.#write(key, body, options, extras))
  }

  async #write(
    key: string,
    body: WriteBody,
    options: WriteOptions,
    extras: WriteExtras,
  ): Promise<ObjectInfo> {
    let writing: Writing
    try {
      writing = this.#begin(key, options, extras)
      await this.#assertPossible(writing)
    } catch (error) {
      discardSource(body)
      throw error
    }
    if (body instanceof Uint8Array) return this.#writeBytes(writing, body)
    try {
      return await this.#writeStream(writing, body)
    } catch (error) {
      // A source that was silent as the store closed was aborted: that is told as what it is.
      if (this.#closing.signal.aborted && options.signal?.aborted !== true) throw closedError('S3')
      throw error
    }
  }

  /** Writes a body of known length that can be opened again, in one PUT. */
  writeKnown(
    key: string,
    body: KnownBody,
    options: WriteOptions,
    extras: WriteExtras,
  ): Promise<ObjectInfo> {
    const writing = this.#begin(key, options, extras)
    return this.#put(writing, body)
  }

  /** Ends sources that are silent. */
  close(): void {
    this.#closing.abort()
  }

  /** @throws StorageError `UNSUPPORTED` before anything moves. */
  #begin(key: string, options: WriteOptions, extras: WriteExtras): Writing {
    const { server, headers, bucket } = this.#options
    const { operation = 'write', isHeldToSelf = false } = extras
    if (isConditional(options) && !holdsWrites(server) && !isHeldToSelf) {
      throw unsupported('conditions of writes', operation, key)
    }
    const { metadata = {} } = options
    const own = metadata[writeIdMetadata]
    return {
      ...{ operation, key, options, metadata: { ...metadata } },
      writeId: own ?? bucket.random.id(),
      isKnown: own !== undefined,
      headers: { ...headers, ...extras.headers },
      sha256: extras.sha256,
      conditions: conditionsOf(options, server.swap),
    }
  }

  async #writeBytes(writing: Writing, body: Uint8Array): Promise<ObjectInfo> {
    const { singleWriteBytesMax, objectBytesMax, server } = this.#options
    const bytes = body.byteLength
    assertBodySize(bytes, objectBytesMax)
    if (bytes <= singleWriteBytesMax) return this.#put(writing, bytesBody(body))
    await this.#assertLikely(writing)
    // A completion would not be held to the condition, and the bytes are here anyway.
    const mustBeOne = isConditional(writing.options) && !server.conditionalComplete
    if (mustBeOne && bytes <= partBytesMax) return this.#put(writing, bytesBody(body))
    if (mustBeOne)
      throw unsupported('conditions of multipart uploads', writing.operation, writing.key)
    for (let conflicts = 0; ; conflicts++) {
      try {
        return await this.#putParts(writing, body, bytes, undefined)
      } catch (error) {
        if (!isConflict(error) || conflicts >= conflictsMax) throw error
        await this.#options.bucket.requests.rest(conflicts + 1, writing.options)
      }
    }
  }

  async #writeStream(writing: Writing, body: AsyncIterable<Uint8Array>): Promise<ObjectInfo> {
    const { singleWriteBytesMax, server, hasChecksum } = this.#options
    // Ends a silent source when the store is closed, and when a part fails.
    const ending = new AbortController()
    const end = (): void => ending.abort()
    this.#closing.signal.addEventListener('abort', end, { once: true })
    const source = guardSource(body, writing.options.signal, ending.signal)
    try {
      const start = await takeStart(source, singleWriteBytesMax)
      if (start.overflow === undefined) return await this.#put(writing, bytesBody(start.bytes))
      await this.#assertLikely(writing)
      const whole = continued(start, source)
      const isUnheld = isConditional(writing.options) && !server.conditionalComplete
      // What is summed up as it passes is known too late for an upload.
      const isSummedUp = hasChecksum && writing.sha256 === undefined
      return isUnheld || isSummedUp
        ? await this.#putStaged(writing, whole, ending)
        : await this.#putParts(writing, whole, undefined, ending)
    } finally {
      // Not awaited by the generator either; a source that was read to its end ignores it.
      await source.return(undefined)
      this.#closing.signal.removeEventListener('abort', end)
    }
  }

  async #putParts(
    writing: Writing,
    body: WriteBody,
    length: number | undefined,
    failed: AbortController | undefined,
  ): Promise<ObjectInfo> {
    const { bucket, calls, names, partBytes } = this.#options
    const { operation, key, options } = writing
    const sha256 =
      this.#options.hasChecksum && body instanceof Uint8Array ? sha256Of(body) : undefined
    const name = names.nameOf(key)
    const common = { bucket, calls, operation, key, name, signal: options.signal }
    const multipart = await Multipart.begin(common, this.#upload(writing, true, sha256))
    try {
      const { parts, bytes } = await multipart.fill(body, {
        partBytesAt:
          length === undefined
            ? (place) => partBytesAt(place, partBytes)
            : () => partBytesFor(length, partBytes),
        concurrency: this.#options.partConcurrency,
        bodyBytesMax: this.#options.objectBytesMax,
        failed,
      })
      throwIfAborted(options.signal)
      return await this.#complete(writing, multipart, { parts, bytes })
    } catch (error) {
      await multipart.abort()
      throw error
    }
  }

  async #complete(writing: Writing, multipart: Multipart, filled: Filled): Promise<ObjectInfo> {
    const { conditions } = writing
    const { parts, bytes } = filled
    const etag = await multipart.complete(filled, conditions, async (error, lost) => {
      const ours = await this.#refused(writing, true, error, lost)
      return ours.etag
    })
    return this.#told(writing, bytes, etag, etagOfParts(parts))
  }

  /** By way of a scratch object, whose length is known, and which can be read again. */
  async #putStaged(
    writing: Writing,
    body: AsyncIterable<Uint8Array>,
    failed: AbortController,
  ): Promise<ObjectInfo> {
    const { server } = this.#options
    const { operation, key, options } = writing
    const staged = await this.#staging.stage({
      operation,
      key,
      body,
      failed,
      signal: options.signal,
    })
    try {
      const sha256 = this.#options.hasChecksum ? staged.sha256 : undefined
      if (!isConditional(options) || staged.isHeld(server)) {
        return await this.#copyStaged(writing, staged, sha256)
      }
      if (staged.bytes > partBytesMax) {
        throw new StorageError(
          'QUOTA_EXCEEDED',
          'A conditional write takes 5 GiB here at most: the server ignores conditions on longer ' +
            'uploads; write it without one, or in pieces',
        )
      }
      const open = (signal: AbortSignal): Promise<Readable> => staged.open(signal)
      return await this.#put(writing, { bytes: staged.bytes, body: open, sha256 })
    } finally {
      await staged.remove()
    }
  }

  async #copyStaged(
    writing: Writing,
    staged: Staged,
    sha256: string | undefined,
  ): Promise<ObjectInfo> {
    const { operation, key, conditions, options } = writing
    const etag = await staged.copyTo(this.#options.names.nameOf(key), {
      ...{ operation, key, conditions, signal: options.signal },
      upload: this.#upload(writing, true, sha256),
      onRefused: async (error, lost) => (await this.#refused(writing, true, error, lost)).etag,
    })
    return this.#told(writing, staged.bytes, etag)
  }

  /** In one request, which is made again where writers met. */
  async #put(writing: Writing, body: KnownBody): Promise<ObjectInfo> {
    for (let conflicts = 0; ; conflicts++) {
      try {
        return await this.#putOnce(writing, body)
      } catch (error) {
        if (!isConflict(error) || conflicts >= conflictsMax) throw error
        await this.#options.bucket.requests.rest(conflicts + 1, writing.options)
      }
    }
  }

  async #putOnce(writing: Writing, body: KnownBody): Promise<ObjectInfo> {
    const { bucket, calls, names, hasChecksum } = this.#options
    const { operation, key, options, conditions } = writing
    const isHeld = isConditional(options)
    const sha256 = hasChecksum ? body.sha256 : undefined
    const call = {
      Key: names.nameOf(key),
      ContentLength: body.bytes,
      ...this.#upload(writing, isHeld, sha256),
      ...conditions,
    }
    const startedMs = bucket.clock.monotonicMs()
    let isOpen = false
    const isLost = (lost: StorageError | undefined): boolean => {
      isOpen ||= lost !== undefined && !isRaceOfCeph(lost)
      return isOpen
    }
    const answer = await bucket.send<PutAnswer | ObjectInfo>({
      ...{ operation, key, signal: options.signal, bytes: body.bytes, conditions: options },
      send: async (abortSignal, lost) => {
        isLost(lost)
        const source = await body.body(abortSignal)
        try {
          return await calls.put({ ...call, Body: source }, abortSignal)
        } finally {
          // Else one that nobody took would keep its connection.
          if (!(source instanceof Uint8Array)) source.destroy()
        }
      },
      onRefused: (error, lost) => this.#refused(writing, isHeld, error, lost, isLost(lost)),
    })
    if ('etag' in answer) return answer
    const etag = tokenOf(answer.ETag)
    const isNear = bucket.clock.monotonicMs() - startedMs < nearMs
    if (etag === '' || answer.Date === undefined || !isNear)
      return this.#told(writing, body.bytes, etag)
    return this.#info(writing, body.bytes, etag, answer.Date)
  }

  /** What the object is made with. */
  #upload(writing: Writing, hasId: boolean, sha256: string | undefined): NewUpload {
    const { options, metadata, writeId, isKnown, headers } = writing
    const hidden = {
      writeId: hasId && !isKnown ? writeId : undefined,
      sha256: writing.sha256 ?? sha256,
    }
    return {
      ...headers,
      ContentType: options.contentType,
      Metadata: encodeMetadata(metadata, hidden),
    }
  }

  /**
   * What was written, with the time that the service gave it.
   *
   * @param etag Empty where the service did not tell it.
   * @param probable The etag that it has then, if nobody can look.
   */
  async #told(
    writing: Writing,
    bytes: number,
    etag: string,
    probable: string = '',
  ): Promise<ObjectInfo> {
    const { key, operation, options } = writing
    const nowMs = this.#options.bucket.clock.now()
    let head: HeadAnswer | undefined
    try {
      head = await this.#options.reader.head(key, { signal: options.signal }, operation)
    } catch (error) {
      // It was written all the same: somebody deleted it since, or we may not look.
      if (isStorageError(error, 'ABORTED', 'CLOSED')) throw error
    }
    const found = head === undefined ? undefined : infoOf(key, head)
    // An etag of the bytes is also that of another one with other metadata, and another time.
    const isOurs =
      found !== undefined &&
      (etag === ''
        ? this.#isOwn(writing, head!)
        : found.etag === etag && isDeepStrictEqual({ ...found.metadata }, { ...writing.metadata }))
    if (isOurs) return this.#info(writing, bytes, found.etag, found.modifiedAt)
    const modifiedAt = new Date(Math.floor(nowMs / 1000) * 1000)
    return this.#info(writing, bytes, etag || probable, modifiedAt)
  }

  #info(writing: Writing, size: number, etag: string, modifiedAt: Date): ObjectInfo {
    const { key, options, metadata } = writing
    return {
      key,
      size,
      etag,
      modifiedAt,
      contentType: options.contentType,
      metadata: { ...metadata },
    }
  }

  /**
   * The object after all, when this very write made it; else the refusal, or an open outcome.
   *
   * @param isOpen True when a try may have been carried out.
   */
  async #refused(
    writing: Writing,
    hasId: boolean,
    error: StorageError,
    lost: StorageError | undefined,
    isOpen: boolean = lost !== undefined,
  ): Promise<ObjectInfo> {
    const refusal = refusalOf(error, writing.options)
    // A client that was given may have sent it before; an upload is gone once it was completed.
    const isSettled = isRefusal(refusal) || isStorageError(refusal, 'CONFLICT')
    const mayBeOurs = lost !== undefined || (this.#options.bucket.isForeignClient && isSettled)
    if (!mayBeOurs || !hasId) throw refusal
    const ours = await this.#own(writing).catch((thrown: unknown) => {
      // Who cannot look cannot tell, either.
      if (lost === undefined && isStorageError(thrown, 'PERMISSION_DENIED')) throw refusal
      if (lost === undefined || isStorageError(thrown, 'ABORTED', 'CLOSED')) throw thrown
      throw openOutcome(lost, writing.key)
    })
    if (ours !== undefined) return ours
    throw isOpen ? openOutcome(lost!, writing.key) : refusal
  }

  async #own(writing: Writing): Promise<ObjectInfo | undefined> {
    const head = await this.#head(writing)
    if (head === undefined || !this.#isOwn(writing, head)) return undefined
    const info = infoOf(writing.key, head)
    return { ...info, metadata: { ...writing.metadata } }
  }

  #isOwn({ writeId, isKnown }: Writing, { Metadata: stored = {} }: HeadAnswer): boolean {
    const id = isKnown ? decodedId(stored) : stored[hiddenWriteId]
    return id === writeId
  }

  async #head({ operation, key, options }: Writing): Promise<HeadAnswer | undefined> {
    try {
      return await this.#options.reader.head(key, { signal: options.signal }, operation)
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) return undefined
      throw error
    }
  }

  /** Servers differ on what both conditions mean: they can never be met, only why is open. */
  async #assertPossible(writing: Writing): Promise<void> {
    const { ifMatch, ifNoneMatch } = writing.options
    if (ifMatch === undefined || ifNoneMatch === undefined) return
    const head = await this.#head(writing)
    const code = head === undefined ? 'PRECONDITION_FAILED' : 'ALREADY_EXISTS'
    throw conditionError(code, writing.operation, writing.key)
  }

  /** Refuses a long body before it is sent, where its condition cannot be met as things stand. */
  async #assertLikely(writing: Writing): Promise<void> {
    const { operation, key, options } = writing
    const { ifMatch, ifNoneMatch } = options
    if (!isConditional(options)) return
    let head: HeadAnswer | undefined
    try {
      head = await this.#head(writing)
    } catch (error) {
      // Some may write, and not read; then the service says it in the end.
      if (isStorageError(error, 'PERMISSION_DENIED')) return
      throw error
    }
    if (ifNoneMatch !== undefined && head !== undefined) {
      throw conditionError('ALREADY_EXISTS', operation, key)
    }
    if (ifMatch !== undefined && (head === undefined || tokenOf(head.ETag) !== ifMatch)) {
      throw conditionError('PRECONDITION_FAILED', operation, key)
    }
  }
}

/** A body whose length is known, and which can be sent again. */
export interface KnownBody {
  readonly bytes: number
  readonly body: (signal: AbortSignal) => Promise<Uint8Array | Readable>
  readonly sha256?: string | undefined
}

function bytesBody(bytes: Uint8Array): KnownBody {
  return {
    bytes: bytes.byteLength,
    body: async () => bytes,
    get sha256() {
      return sha256Of(bytes)
    },
  }
}

/** The id that the caller gave, which is metadata of its own. */
function decodedId(stored: S3Metadata): string | undefined {
  return infoOf('', { Metadata: stored }).metadata[writeIdMetadata]
}
