/**
 * Copies within the container, made by the service.
 *
 * ```
 * up to 256 MiB --> Copy Blob From URL -------------------------------.
 * larger ---------> Put Block From URL, several at once, and a commit --> the object, at once
 * ```
 *
 * Not by the asynchronous Copy Blob: it shows its target before it is whole, and leaves an empty
 * one when it fails. The source is pinned to the version whose facts were read first.
 *
 * https://learn.microsoft.com/rest/api/storageservices/copy-blob-from-url
 */
import type { BlobHTTPHeaders } from '@azure/storage-blob'
import {
  type Clock,
  type CopyOptions,
  isStorageError,
  type ObjectInfo,
  type Random,
  StorageError,
} from '@aos-storage/core'
import { checkMatch, openOutcome } from '@aos-storage/core/backend'
import { failureOf } from '../errors.ts'
import { type BlockCopyOptions, stageCopy } from './block-copy.ts'
import type { Container, CopySource } from './container.ts'
import { conditionsOf, type EtagConditions, etagOf } from './etag.ts'
import { type BlobHeaders, infoOf } from './info.ts'
import type { BlobNames } from './names.ts'
import { conditionError, refusalOf } from './refusal.ts'

/** What one synchronous request copies at most. */
export const singleCopyBytesMax: number = 256 * 1024 ** 2
/** How often a copy begins again because its source was overwritten meanwhile. */
const changesMax = 5

export interface BlobCopierOptions {
  readonly container: Container
  readonly names: BlobNames
  readonly clock: Clock
  readonly random: Random
  readonly blockConcurrency: number
  /** Longer ones go in blocks of this size at least; smaller for tests only. */
  readonly singleCopyBytesMax: number
}

interface Copying {
  readonly from: string
  readonly to: string
  readonly options: CopyOptions
  /** The source as it was found. */
  readonly info: ObjectInfo
  /** As the service has it. */
  readonly headers: SourceHeaders
}

/** Also what the contract knows nothing of, and other programs set. */
interface SourceHeaders extends BlobHeaders {
  readonly cacheControl?: string | undefined
  readonly contentDisposition?: string | undefined
  readonly contentEncoding?: string | undefined
  readonly contentLanguage?: string | undefined
  readonly contentMD5?: Uint8Array | undefined
}

export class BlobCopier {
  readonly #options: BlobCopierOptions

  constructor(options: BlobCopierOptions) {
    this.#options = options
  }

  async copy(from: string, to: string, options: CopyOptions): Promise<ObjectInfo> {
    for (let changes = 0; ; changes++) {
      const headers = await this.#headers(from, options.signal)
      const info = infoOf(from, headers)
      checkMatch(from, info.etag, options.sourceIfMatch)
      await this.#assertPossible(to, options)
      try {
        return await this.#copy({ from, to, options, info, headers })
      } catch (error) {
        // Found again, or missing by now; a caller that named a version is told as we look.
        if (!(await this.#hasChanged(info, error, options.signal))) throw error
        if (changes >= changesMax) throw changedError(from)
      }
    }
  }

  async #copy(copying: Copying): Promise<ObjectInfo> {
    const { to, info } = copying
    const isSingle = info.size <= this.#options.singleCopyBytesMax
    const headers = isSingle ? await this.#copyOnce(copying) : await this.#copyBlocks(copying)
    const { etag, lastModified } = headers
    const { contentType, metadata, size } = info
    return { ...infoOf(to, { etag, lastModified, contentType }, size), metadata }
  }

  #copyOnce(copying: Copying): Promise<BlobHeaders> {
    const { from, to, info } = copying
    return this.#make(copying, info.size, async (abortSignal, conditions) => {
      const source = await this.#source(from, abortSignal)
      return this.#blob(to).syncCopyFromURL(source.url, {
        abortSignal,
        conditions,
        sourceConditions: { ifMatch: etagOf(info.etag) },
        ...source.settings,
      })
    })
  }

  async #copyBlocks(copying: Copying): Promise<BlobHeaders> {
    const { from, to, info, options, headers } = copying
    const { container, random, blockConcurrency } = this.#options
    const staging: BlockCopyOptions = {
      requests: container.requests,
      target: this.#blob(to),
      source: (signal) => this.#source(from, signal),
      key: to,
      uploadId: random.id(),
      etag: etagOf(info.etag),
      size: info.size,
      blockBytes: this.#options.singleCopyBytesMax,
      concurrency: blockConcurrency,
      signal: options.signal,
    }
    const ids = await stageCopy(staging)
    // Emulators do not hold each block to the version that was found.
    const { etag } = infoOf(from, await this.#headers(from, options.signal))
    if (etag !== info.etag) throw new SourceChanged()
    return this.#make(copying, 0, (abortSignal, conditions) =>
      this.#blob(to).commitBlockList(ids, {
        abortSignal,
        conditions,
        blobHTTPHeaders: keptHeaders(headers, info),
        metadata: { ...headers.metadata },
      }),
    )
  }

  /** Sends the request that makes the copy visible. */
  #make(
    { to, options }: Copying,
    bytes: number,
    send: (abortSignal: AbortSignal, conditions: EtagConditions) => Promise<BlobHeaders>,
  ): Promise<BlobHeaders> {
    return this.#options.container.requests.send<BlobHeaders>({
      backend: 'azblob',
      operation: 'copy',
      key: to,
      signal: options.signal,
      bytes,
      conditions: options,
      send: (abortSignal) => send(abortSignal, conditionsOf(options)),
      onRefused: async (error, lost) => {
        // A copy carries the metadata of its source, and so no id by which to know it again.
        if (lost !== undefined && error.code !== 'NOT_FOUND') throw openOutcome(lost, to)
        throw isOfSource(error) ? error : refusalOf(error, options)
      },
    })
  }

  #headers(key: string, signal: AbortSignal | undefined): Promise<SourceHeaders> {
    return this.#options.container.requests.send<SourceHeaders>({
      backend: 'azblob',
      operation: 'copy',
      key,
      signal,
      send: (abortSignal) => this.#blob(key).getProperties({ abortSignal }),
    })
  }

  /** Azure takes one condition; both at once can never be met, and only say why differently. */
  async #assertPossible(to: string, { ifMatch, ifNoneMatch, signal }: CopyOptions): Promise<void> {
    if (ifMatch === undefined || ifNoneMatch === undefined) return
    const isThere = await this.#headers(to, signal).then(
      () => true,
      (error: unknown) => {
        if (isStorageError(error, 'NOT_FOUND')) return false
        throw error
      },
    )
    throw conditionError(isThere ? 'ALREADY_EXISTS' : 'PRECONDITION_FAILED', 'copy', to)
  }

  /**
   * Whether a refusal means that the source is no longer the version that was found. The service
   * does not always say which of both blobs it refused.
   */
  async #hasChanged(
    { key, etag }: ObjectInfo,
    error: unknown,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    if (error instanceof SourceChanged) return true
    if (!isStorageError(error, 'PRECONDITION_FAILED', 'ALREADY_EXISTS', 'NOT_FOUND', 'CONFLICT')) {
      return false
    }
    if (isOfSource(error) && error.code !== 'CONFLICT') return true
    // At worst NOT_FOUND, which is what to tell then.
    return infoOf(key, await this.#headers(key, signal)).etag !== etag
  }

  #blob(key: string): ReturnType<Container['blob']> {
    return this.#options.container.blob(this.#options.names.nameOf(key))
  }

  #source(from: string, signal: AbortSignal): Promise<CopySource> {
    const { container, names, clock } = this.#options
    return container.copySource(names.nameOf(from), clock.now(), signal)
  }
}

/** What a copy in one request keeps by itself. */
function keptHeaders(headers: SourceHeaders, { contentType }: ObjectInfo): BlobHTTPHeaders {
  const { cacheControl, contentDisposition, contentEncoding, contentLanguage } = headers
  return {
    blobContentType: contentType,
    ...(cacheControl === undefined ? {} : { blobCacheControl: cacheControl }),
    ...(contentDisposition === undefined ? {} : { blobContentDisposition: contentDisposition }),
    ...(contentEncoding === undefined ? {} : { blobContentEncoding: contentEncoding }),
    ...(contentLanguage === undefined ? {} : { blobContentLanguage: contentLanguage }),
    ...(headers.contentMD5 === undefined ? {} : { blobContentMD5: headers.contentMD5 }),
  }
}

/** The source was overwritten while its blocks were copied. Never leaves this file. */
class SourceChanged extends Error {
  override readonly name: string = 'SourceChanged'
}

/** True when the service says that it is the source that it refused. */
function isOfSource(error: StorageError): boolean {
  return error.cause !== undefined && failureOf(error.cause).isOfSource
}

function changedError(key: string): StorageError {
  const message = 'The source is overwritten again and again; copy it when it rests'
  return new StorageError('CONFLICT', message, { backend: 'azblob', operation: 'copy', key })
}
