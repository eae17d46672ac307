/**
 * Copies: by the service where it can be held to what was asked, else through this process.
 *
 * ```
 * no condition on the target, or one that the server honours
 *   source held to its version (x-amz-copy-source-if-match) --> by the service, with an own id
 *   not held: all of the source as it is, unless larger than one request copies, copied onto
 *   itself, or asked for by its version ------------------------> by the service
 * all else -----------------------------------------------------> read, and written with conditions
 * ```
 *
 * A missing source is found by a HEAD first: it crashes some servers. What a copy in one request
 * keeps by itself (cache headers) is kept always; access lists are not copied by any.
 */
import { type CopyOptions, isStorageError, type ObjectInfo, StorageError } from '@aos-storage/core'
import { checkMatch, isConditional, openOutcome } from '@aos-storage/core/backend'
import type { Bucket } from './bucket.ts'
import type { HeadAnswer, StoredHeaders } from './calls.ts'
import { conditionError, conditionsOf, isConflict, refusalOf, unsupported } from './conditions.ts'
import { etagOf, tokenOf } from './etag.ts'
import { infoOf } from './info.ts'
import { asHeaders, hiddenSha256, hiddenWriteId } from './metadata.ts'
import type { NewUpload } from './multipart.ts'
import type { S3Names } from './names.ts'
import type { S3Reader } from './reader.ts'
import { holdsWrites, type S3Server } from './server.ts'
import type { CopyOfNames, ServerCopy } from './server-copy.ts'
import type { S3Writer } from './writer.ts'

/** How often a copy begins again because its source was overwritten meanwhile, or writers met. */
const changesMax = 5

export interface CopierOptions {
  readonly bucket: Bucket
  readonly names: S3Names
  readonly server: S3Server
  readonly reader: S3Reader
  readonly writer: S3Writer
  readonly serverCopy: ServerCopy
  /** Of all that is written. */
  readonly headers: StoredHeaders
}

interface Copying {
  readonly from: string
  readonly to: string
  readonly options: CopyOptions
  /** The source as it was found. */
  readonly info: ObjectInfo
  readonly head: HeadAnswer
}

export class S3Copier {
  readonly #options: CopierOptions

  constructor(options: CopierOptions) {
    this.#options = options
  }

  copy(from: string, to: string, options: CopyOptions): Promise<ObjectInfo> {
    return this.#options.bucket.hold(this.#copyAgain(from, to, options))
  }

  async #copyAgain(from: string, to: string, options: CopyOptions): Promise<ObjectInfo> {
    const { server, reader, bucket } = this.#options
    const hasConditions = isConditional(options) || options.sourceIfMatch !== undefined
    if (hasConditions && !holdsWrites(server)) {
      throw unsupported('conditions of copies', 'copy', isConditional(options) ? to : from)
    }
    for (let changes = 0; ; changes++) {
      const head = await reader.head(from, { signal: options.signal }, 'copy')
      const info = infoOf(from, head)
      checkMatch(from, info.etag, options.sourceIfMatch)
      await this.#assertPossible(to, options)
      try {
        return await this.#copy({ from, to, options, info, head })
      } catch (error) {
        const isMet = isConflict(error)
        // Found again, or missing by now; a caller that named a version is told as we look.
        if (!isMet && !(await this.#hasChanged(info, error, options.signal))) throw error
        if (changes >= changesMax) throw isMet ? error : changedError(from)
        if (isMet) await bucket.requests.rest(changes + 1, options)
      }
    }
  }

  #copy(copying: Copying): Promise<ObjectInfo> {
    const { from, to, options, info } = copying
    const { server, serverCopy } = this.#options
    const isHeld = !isConditional(options) || serverCopy.isHeld(info.size, server)
    if (!isHeld) return this.#copyThrough(copying)
    if (server.copySourceMatch) {
      return isAscii(copying.head) ? this.#copyHeld(copying) : this.#copyThrough(copying)
    }
    const isPlain = options.sourceIfMatch === undefined && from !== to
    return isPlain && serverCopy.isSingle(info.size)
      ? this.#copyAsItIs(copying)
      : this.#copyThrough(copying)
  }

  /** Pinned to the version that was found, so that its metadata can be given beside it. */
  async #copyHeld(copying: Copying): Promise<ObjectInfo> {
    const { options, info, head } = copying
    const { bucket, server } = this.#options
    const writeId = bucket.random.id()
    const { [hiddenWriteId]: _, ...stored } = head.Metadata ?? {}
    const upload: NewUpload = {
      ...this.#options.headers,
      ...keptHeaders(head),
      ContentType: info.contentType,
      Metadata: { ...asHeaders(stored), [hiddenWriteId]: writeId },
    }
    const sourceEtag = etagOf(info.etag, server.swap !== 'unquoted')
    const etag = await this.#send(copying, { upload, sourceEtag }, async (error, lost) => {
      // A client that was given may have sent it before.
      if (lost === undefined && !bucket.isForeignClient) throw refusalOf(error, options)
      const found = await this.#targetHead(copying)
      if (found?.Metadata?.[hiddenWriteId] === writeId) return tokenOf(found.ETag)
      if (lost === undefined) throw refusalOf(error, options)
      throw isConditional(options) ? openOutcome(lost, copying.to) : error
    })
    return this.#told(copying, etag)
  }

  /** All that the source has, whichever version it is by then; kept as this store keeps. */
  async #copyAsItIs(copying: Copying): Promise<ObjectInfo> {
    const how = { upload: undefined, sourceEtag: undefined, changes: this.#options.headers }
    const { options, to } = copying
    const etag = await this.#send(copying, how, async (error, lost) => {
      // It has no id by which it would be known again.
      if (lost !== undefined && isConditional(options)) throw openOutcome(lost, to)
      throw refusalOf(error, options)
    })
    return this.#told(copying, etag)
  }

  #send(
    { from, to, options, info }: Copying,
    how: Pick<CopyOfNames, 'upload' | 'sourceEtag' | 'changes'>,
    onRefused: CopyOfNames['onRefused'],
  ): Promise<string> {
    const { names, server, serverCopy } = this.#options
    return serverCopy.copy({
      ...how,
      ...{ operation: 'copy', key: to, size: info.size, signal: options.signal, onRefused },
      from: names.nameOf(from),
      to: names.nameOf(to),
      conditions: conditionsOf(options, server.swap),
    })
  }

  /** What stands there now: its time, and what a source that changed meanwhile brought along. */
  async #told(copying: Copying, etag: string): Promise<ObjectInfo> {
    const { to, info } = copying
    const head = await this.#targetHead(copying).catch((error: unknown) => {
      // It was copied all the same, though we cannot look.
      if (isStorageError(error, 'ABORTED', 'CLOSED')) throw error
      return undefined
    })
    const there = head === undefined ? undefined : infoOf(to, head)
    if (there !== undefined && (etag === '' || there.etag === etag)) return there
    // Overwritten or deleted since.
    const modifiedAt = new Date(Math.floor(this.#options.bucket.clock.now() / 1000) * 1000)
    return { ...info, key: to, etag: etag || info.etag, modifiedAt }
  }

  async #targetHead({ to, options }: Copying): Promise<HeadAnswer | undefined> {
    try {
      return await this.#options.reader.head(to, { signal: options.signal }, 'copy')
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) return undefined
      throw error
    }
  }

  /** Read from its version, and written with the conditions of a write. */
  async #copyThrough({ from, to, options, info, head }: Copying): Promise<ObjectInfo> {
    const { reader, writer, server, serverCopy } = this.#options
    const { ifNoneMatch, signal } = options
    // Onto itself: what others wrote there meanwhile is not replaced by what was there before.
    const isHeldToSelf = from === to && !isConditional(options) && server.swap !== 'none'
    const ifMatch = isHeldToSelf ? info.etag : options.ifMatch
    const settings = {
      ...{ contentType: info.contentType, metadata: info.metadata, signal },
      ...(ifMatch === undefined ? {} : { ifMatch }),
      ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
    }
    const sha256 = head.Metadata?.[hiddenSha256]
    const extras = { operation: 'copy', headers: keptHeaders(head), sha256, isHeldToSelf }
    if (!serverCopy.isSingle(info.size)) {
      if (isConditional(settings) && !server.conditionalComplete) throw tooLong(to)
      const { body } = await reader.read(from, { ifMatch: info.etag, signal })
      return writer.write(to, body, settings, extras)
    }
    const known = {
      bytes: info.size,
      body: (abortSignal: AbortSignal) =>
        info.size === 0
          ? Promise.resolve(new Uint8Array())
          : reader.open(from, info.etag, 0, info.size, abortSignal),
    }
    return writer.writeKnown(to, known, settings, extras)
  }

  /** Both at once can never be met, and only say why differently. */
  async #assertPossible(to: string, { ifMatch, ifNoneMatch, signal }: CopyOptions): Promise<void> {
    if (ifMatch === undefined || ifNoneMatch === undefined) return
    const isThere = await this.#options.reader.head(to, { signal }, 'copy').then(
      () => true,
      (error: unknown) => {
        if (isStorageError(error, 'NOT_FOUND')) return false
        throw error
      },
    )
    throw conditionError(isThere ? 'ALREADY_EXISTS' : 'PRECONDITION_FAILED', 'copy', to)
  }

  /** Whether a refusal means that the source is no longer the version that was found. */
  async #hasChanged(
    { key, etag }: ObjectInfo,
    error: unknown,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    if (!isStorageError(error, 'PRECONDITION_FAILED', 'ALREADY_EXISTS', 'NOT_FOUND')) return false
    // At worst NOT_FOUND, which is what to tell then.
    const { etag: now } = await this.#options.reader.stat(key, { signal }, 'copy')
    return now !== etag
  }
}

/** False for headers that others wrote in UTF-8: the SDK signs them wrongly. */
function isAscii(head: HeadAnswer): boolean {
  const values = [...Object.values(keptHeaders(head)), ...Object.values(head.Metadata ?? {})]
  return values.every((value) => typeof value !== 'string' || /^[\t -~]*$/.test(value))
}

/** What a copy keeps beside what the contract knows. */
export function keptHeaders(head: HeadAnswer): StoredHeaders {
  const { CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, Expires } = head
  return {
    ...(CacheControl === undefined ? {} : { CacheControl }),
    ...(ContentDisposition === undefined ? {} : { ContentDisposition }),
    ...(ContentEncoding === undefined ? {} : { ContentEncoding }),
    ...(ContentLanguage === undefined ? {} : { ContentLanguage }),
    ...(Expires === undefined ? {} : { Expires }),
  }
}

function tooLong(key: string): StorageError {
  const message =
    'A copy with a condition, or onto itself, has 5 GiB here at most: the server ignores ' +
    'conditions on longer uploads'
  return new StorageError('QUOTA_EXCEEDED', message, { backend: 's3', operation: 'copy', key })
}

function changedError(key: string): StorageError {
  const message = 'The source is overwritten again and again; copy it when it rests'
  return new StorageError('CONFLICT', message, { backend: 's3', operation: 'copy', key })
}
