/**
 * Writing: a short body by one Put Blob, a long one as blocks with a commit.
 *
 * ```
 * bytes, or a stream that ends soon --> Put Blob ---------------.
 * longer ---------------------------> Put Block ... Put Block List --> the object, at once
 * ```
 *
 * Conditions go with the request that makes the object visible. Such a write carries an id, the
 * caller's or a hidden one: refused after an answer was lost, it finds out by its id whether it
 * refused itself.
 */
import {
  type Metadata,
  isStorageError,
  type ObjectInfo,
  type Random,
  type StorageError,
  type WriteBody,
  type WriteOptions,
} from '@aos-storage/core'
import {
  assertBodySize,
  guardSource,
  isConditional,
  openOutcome,
  throwIfAborted,
  writeIdMetadata,
} from '@aos-storage/core/backend'
import {
  closedError,
  continued,
  type PartUpload,
  takeStart,
  type UploadedParts,
} from '@aos-storage/core/remote'
import { azureFailures, failureOf } from '../errors.ts'
import { blockUpload } from './block-upload.ts'
import type { BlobPlace } from './container.ts'
import { conditionsOf } from './etag.ts'
import { type BlobHeaders, infoOf } from './info.ts'
import { encodeMetadata, hiddenWriteId } from './metadata.ts'
import type { BlobNames } from './names.ts'
import { conditionError, refusalOf } from './refusal.ts'

/**
 * How often bytes are staged again because another upload discarded their blocks. Of several at
 * once one always gets through.
 */
const restagesMax = 20

export interface BlobWriterOptions {
  readonly container: BlobPlace
  readonly names: Pick<BlobNames, 'nameOf'>
  readonly random: Random
  readonly singleWriteBytesMax: number
  readonly blockBytes: number
  readonly blockConcurrency: number
  readonly objectBytesMax: number
}

/** A write under way. */
interface Writing {
  readonly key: string
  readonly options: WriteOptions
  readonly contentType: string
  readonly metadata: Metadata
  /** Under which the object knows that this write made it; undefined without conditions. */
  readonly writeId: string | undefined
  readonly azureMetadata: Record<string, string>
}

export class BlobWriter {
  readonly #options: BlobWriterOptions
  readonly #closing: AbortController

  constructor(options: BlobWriterOptions, closing: AbortController = new AbortController()) {
    this.#options = options
    this.#closing = closing
  }

  /** Writes to another container, or under other names. Closes with this one. */
  into(place: Pick<BlobWriterOptions, 'container' | 'names'>): BlobWriter {
    return new BlobWriter({ ...this.#options, ...place }, this.#closing)
  }

  async write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    const writing = this.#begin(key, options)
    if (body instanceof Uint8Array) {
      assertBodySize(body.byteLength, this.#options.objectBytesMax)
      await this.#assertPossible(writing)
      return body.byteLength <= this.#options.singleWriteBytesMax
        ? this.#put(writing, body)
        : this.#putBytes(writing, body)
    }
    try {
      return await this.#putStream(writing, body)
    } catch (error) {
      // A source that was silent as the store closed was aborted: that is told as what it is.
      if (this.#closing.signal.aborted && options.signal?.aborted !== true) {
        throw closedError(azureFailures.service)
      }
      throw error
    }
  }

  /** Ends sources that are silent. */
  close(): void {
    this.#closing.abort()
  }

  #begin(key: string, options: WriteOptions): Writing {
    const { contentType, metadata = {} } = options
    const own = metadata[writeIdMetadata]
    const isHidden = isConditional(options) && own === undefined
    const hiddenId = isHidden ? this.#options.random.id() : undefined
    return {
      key,
      options,
      contentType,
      metadata: { ...metadata },
      writeId: isConditional(options) ? (own ?? hiddenId) : undefined,
      azureMetadata: encodeMetadata(metadata, hiddenId),
    }
  }

  async #putStream(writing: Writing, body: AsyncIterable<Uint8Array>): Promise<ObjectInfo> {
    // Ends a silent source when the store is closed, and when a block fails.
    const ending = new AbortController()
    const end = (): void => ending.abort()
    this.#closing.signal.addEventListener('abort', end, { once: true })
    const source = guardSource(body, writing.options.signal, ending.signal)
    try {
      await this.#assertPossible(writing)
      const start = await takeStart(source, this.#options.singleWriteBytesMax)
      if (start.overflow === undefined) return await this.#put(writing, start.bytes)
      await this.#assertLikely(writing)
      const whole = continued(start, source)
      return await this.#commit(writing, await this.#upload(writing, ending).upload(whole))
    } finally {
      // Not awaited by the generator either; a source that was read to its end ignores it.
      await source.return(undefined)
      this.#closing.signal.removeEventListener('abort', end)
    }
  }

  async #putBytes(writing: Writing, body: Uint8Array): Promise<ObjectInfo> {
    await this.#assertLikely(writing)
    for (let restages = 0; ; restages++) {
      try {
        return await this.#commit(writing, await this.#upload(writing).upload(body))
      } catch (error) {
        if (!isDiscarded(error) || restages >= restagesMaxOf(error)) throw error
        await this.#options.container.requests.rest(restages + 1, writing.options)
      }
    }
  }

  #upload({ key, options }: Writing, failed?: AbortController): PartUpload<string> {
    const { container, names, random, blockBytes, blockConcurrency } = this.#options
    return blockUpload({
      blob: container.blob(names.nameOf(key)),
      requests: container.requests,
      key,
      uploadId: random.id(),
      firstBytes: blockBytes,
      concurrency: blockConcurrency,
      bodyBytesMax: this.#options.objectBytesMax,
      signal: options.signal,
      failed,
    })
  }

  #put(writing: Writing, body: Uint8Array): Promise<ObjectInfo> {
    const blob = this.#options.container.blob(this.#options.names.nameOf(writing.key))
    return this.#make(writing, body.byteLength, body.byteLength, (settings) =>
      blob.upload(body, body.byteLength, settings),
    )
  }

  #commit(writing: Writing, { parts: ids, bytes }: UploadedParts<string>): Promise<ObjectInfo> {
    const blob = this.#options.container.blob(this.#options.names.nameOf(writing.key))
    // Each id takes about 90 bytes of the list.
    return this.#make(writing, bytes, ids.length * 90, (settings) =>
      blob.commitBlockList([...ids], settings),
    )
  }

  /** Sends the request that makes the object visible. */
  async #make(
    writing: Writing,
    size: number,
    sentBytes: number,
    send: (settings: MakeSettings) => Promise<BlobHeaders>,
  ): Promise<ObjectInfo> {
    const { key, options, contentType, azureMetadata } = writing
    const { signal } = options
    throwIfAborted(signal)
    return this.#options.container.requests.send({
      backend: 'azblob',
      operation: 'write',
      key,
      signal,
      bytes: sentBytes,
      conditions: options,
      send: async (abortSignal) => {
        const headers = await send({
          abortSignal,
          blobHTTPHeaders: { blobContentType: contentType },
          metadata: azureMetadata,
          conditions: conditionsOf(options),
        })
        const info = infoOf(key, { ...headers, contentType }, size)
        return { ...info, metadata: { ...writing.metadata } }
      },
      onRefused: (error, lost) => this.#refused(writing, error, lost),
    })
  }

  /** The object after all, when this very write made it; else the refusal, or an open outcome. */
  async #refused(
    writing: Writing,
    error: StorageError,
    lost: StorageError | undefined,
  ): Promise<ObjectInfo> {
    const refusal = refusalOf(error, writing.options)
    const isRefused = isStorageError(refusal, 'ALREADY_EXISTS', 'PRECONDITION_FAILED')
    const mayBeOurs = lost !== undefined || this.#options.container.hasOwnRetries
    if (writing.writeId !== undefined && mayBeOurs && (isRefused || lost !== undefined)) {
      const ours = await this.#own(writing).catch((thrown: unknown) => {
        // Who cannot look cannot tell, either.
        if (lost === undefined || isStorageError(thrown, 'ABORTED', 'CLOSED')) throw thrown
        throw openOutcome(lost, writing.key)
      })
      if (ours !== undefined) return ours
    }
    if (writing.writeId !== undefined && lost !== undefined) throw openOutcome(lost, writing.key)
    if (isDiscarded(error)) await this.#assertLikely(writing)
    throw refusal
  }

  async #own({ key, writeId, options }: Writing): Promise<ObjectInfo | undefined> {
    const headers = await this.#headers(key, options.signal)
    if (headers === undefined) return undefined
    const info = infoOf(key, headers)
    const stored = info.metadata[writeIdMetadata] ?? headers.metadata?.[hiddenWriteId]
    return stored === writeId ? info : undefined
  }

  async #headers(key: string, signal: AbortSignal | undefined): Promise<BlobHeaders | undefined> {
    const { container, names } = this.#options
    return container.requests.send<BlobHeaders | undefined>({
      backend: 'azblob',
      operation: 'write',
      key,
      signal,
      send: (abortSignal) => container.blob(names.nameOf(key)).getProperties({ abortSignal }),
      onRefused: async (error) => {
        if (error.code === 'NOT_FOUND') return undefined
        throw error
      },
    })
  }

  /** Azure takes one condition; both at once can never be met, and only say why differently. */
  async #assertPossible(writing: Writing): Promise<void> {
    const { ifMatch, ifNoneMatch } = writing.options
    if (ifMatch === undefined || ifNoneMatch === undefined) return
    const headers = await this.#headers(writing.key, writing.options.signal)
    throw conditionError(
      headers === undefined ? 'PRECONDITION_FAILED' : 'ALREADY_EXISTS',
      'write',
      writing.key,
    )
  }

  /** Refuses a long body before it is sent, where its condition cannot be met as things stand. */
  async #assertLikely(writing: Writing): Promise<void> {
    const { ifMatch, ifNoneMatch, signal } = writing.options
    if (!isConditional(writing.options)) return
    let headers: BlobHeaders | undefined
    try {
      headers = await this.#headers(writing.key, signal)
    } catch (error) {
      // Some may write, and not read; then the service says it in the end.
      if (isStorageError(error, 'PERMISSION_DENIED')) return
      throw error
    }
    if (ifNoneMatch !== undefined && headers !== undefined) {
      throw conditionError('ALREADY_EXISTS', 'write', writing.key)
    }
    if (ifMatch !== undefined && (headers === undefined || infoOf('', headers).etag !== ifMatch)) {
      throw conditionError('PRECONDITION_FAILED', 'write', writing.key)
    }
  }
}

interface MakeSettings {
  readonly abortSignal: AbortSignal
  readonly blobHTTPHeaders: { readonly blobContentType: string }
  readonly metadata: Record<string, string>
  readonly conditions: { readonly ifMatch?: string; readonly ifNoneMatch?: string }
}

/** True when blocks that were staged are gone: another writer of the blob was faster. */
function isDiscarded(error: unknown): error is StorageError {
  return isStorageError(error, 'CONFLICT') && error.retryable === 'yes'
}

/** Foreign blocks under other ids may stay for a week, so that patience helps little. */
function restagesMaxOf({ cause }: StorageError): number {
  return failureOf(cause).code === 'InvalidBlobOrBlock' ? 2 : restagesMax
}
