/**
 * Brings one object over: compares, copies, verifies.
 *
 * Invariant: an object of the destination is replaced only in the version that it was compared in,
 * where the destination has conditions; what another writer did meanwhile is never lost.
 *
 * ```
 * nothing stands there -> create only -> refused: somebody did meanwhile, or our lost answer did
 *                                        -> compare, as below
 * something stands     -> compare -> same -> unchanged
 *                                 -> other -> existing: fail | skip | replace in this version
 * ```
 */
import type {
  ListedObject,
  ObjectInfo,
  ReadResult,
  StorageBackend,
  WriteOptions,
} from '../backend.ts'
import { isStorageError, StorageError } from '../errors.ts'
import { quoteKey } from '../keys.ts'
import {
  assertTaken,
  carriageOf,
  type CarriageOptions,
  type Loss,
  timeInMetadata,
} from './carriage.ts'
import { compareObjects, type Comparison, standingAt } from './comparing.ts'
import { type DigestedBody, digestedBody, digestOf, hasBytes } from './digest.ts'
import { pairOf } from './known-pairs.ts'
import type { Settled } from './options.ts'
import { copyMark, sourceVersion } from './origin.ts'
import type { PlannedObject } from './planning.ts'
import { refusalOf } from './refusal.ts'
import type { Retry } from './retry.ts'

/** What became of an object. */
export type Carried =
  | {
      readonly did: 'copied'
      /** The version of the source that was copied. */
      readonly etag: string
      readonly toEtag: string
      readonly bytes: number
      readonly sha256: string | undefined
      /** Another object stood there before the first try. */
      readonly replaced: true | undefined
      readonly losses: readonly Loss[]
      /** The source as it was read. */
      readonly info?: ObjectInfo | undefined
    }
  | {
      readonly did: 'unchanged' | 'skipped' | 'vanished'
      readonly etag: string
      readonly info?: ObjectInfo | undefined
    }

export interface CarrierOptions {
  readonly source: StorageBackend
  readonly destination: StorageBackend
  readonly options: Settled & CarriageOptions
  readonly retry: Retry
  /** The caller's own: a signal that nobody has costs each call its listeners. */
  readonly signal: AbortSignal | undefined
  /** True when a run before was cut: its last copies may stand there, and nobody knows. */
  readonly isResumed: boolean
  readonly onBytes: (bytes: number) => void
}

/** What earlier tries of an object have left. */
interface Trace {
  readonly mayBeOwn: boolean
  /** What stood there before the first one. */
  readonly before: ListedObject | null
  /** The version of a copy that was found to be wrong. */
  badEtag: string | undefined
}

export class Carrier {
  readonly #ends: CarrierOptions
  readonly #canCreateOnly: boolean
  /** Sources are deleted: whatever counts as the same must have been read. */
  readonly #isSure: boolean

  constructor(ends: CarrierOptions) {
    this.#ends = ends
    this.#canCreateOnly = ends.destination.capabilities.conditionalWrite !== 'none'
    this.#isSure = ends.options.deleteSource !== 'never'
  }

  /** @throws StorageError of the last try. */
  async carry(planned: PlannedObject): Promise<Carried> {
    const { source, to, isTaken } = planned
    assertTaken(this.#ends, source, to)
    if (isTaken) throw takenError(to)
    const { retry, destination, signal, isResumed } = this.#ends
    let badEtag: string | undefined
    let before = planned.standing
    return retry.run(async (attempt) => {
      // What was listed may have changed since the last try: by us, if its answer was lost.
      const isKnown = attempt === 1 && planned.standing !== undefined
      const standing = isKnown ? planned.standing! : await standingAt(destination, to, signal)
      if (before === undefined) before = standing
      const trace: Trace = { mayBeOwn: isResumed || attempt > 1, before, badEtag }
      try {
        return await this.#carryOver(planned, standing, trace)
      } catch (error) {
        if (!isStorageError(error, 'ALREADY_EXISTS') || standing !== null) throw error
        const meanwhile = await standingAt(destination, to, signal)
        before ??= meanwhile
        return await this.#carryOver(planned, meanwhile, { ...trace, before, mayBeOwn: true })
      } finally {
        badEtag = trace.badEtag
      }
    })
  }

  async #carryOver(
    planned: PlannedObject,
    standing: ListedObject | null,
    trace: Trace,
  ): Promise<Carried> {
    const settled = standing === null ? undefined : await this.#settled(planned, standing, trace)
    if (settled !== undefined) return settled
    if (this.#ends.options.dryRun) return this.#examine(planned, standing)
    return this.#copy(planned, standing, trace)
  }

  /** What becomes of an object where one stands already; undefined: it is replaced. */
  async #settled(
    { source }: PlannedObject,
    standing: ListedObject,
    { mayBeOwn, before, badEtag }: Trace,
  ): Promise<Carried | undefined> {
    const { existing } = this.#ends.options
    const { etag } = source
    if (standing.etag === badEtag) return undefined
    if (existing === 'skip' && !mayBeOwn) return { did: 'skipped', etag }
    if (existing === 'replace' && !mayBeOwn && !this.#isSure) return undefined
    const found = await this.#compared(source, standing, mayBeOwn)
    if (found?.isOwn === true) {
      return found.isSame ? asCopied(found, source, standing, before) : undefined
    }
    if (existing === 'skip') return { did: 'skipped', etag }
    if (existing === 'replace') return undefined
    if (found?.isSame === true) return { did: 'unchanged', etag: found.etag, info: found.info }
    if (existing === 'fail') throw standsThereError(standing.key)
    return undefined
  }

  async #compared(
    source: ListedObject,
    standing: ListedObject,
    mayBeOwn: boolean,
  ): Promise<Comparison | undefined> {
    try {
      const isSure = this.#isSure
      return await compareObjects(this.#ends, source, standing, { isSure, mayBeOwn })
    } catch (error) {
      // The one or the other is gone; copying tells which.
      if (isStorageError(error, 'NOT_FOUND')) return undefined
      throw error
    }
  }

  /** What would be copied, and what it would lose. */
  async #examine({ source }: PlannedObject, standing: ListedObject | null): Promise<Carried> {
    const { destination, options, signal } = this.#ends
    const { contentType, metadata } = source
    const info =
      contentType !== undefined && metadata !== undefined
        ? { ...source, contentType, metadata }
        : await orVanished(this.#ends.source.stat(source.key, { signal }))
    if (info === undefined) return { did: 'vanished', etag: source.etag }
    const { losses } = carriageOf(destination, source, info, options)
    const { etag, size: bytes } = info
    const replaced = standing === null ? undefined : true
    return { did: 'copied', etag, toEtag: '', bytes, sha256: undefined, replaced, losses }
  }

  async #copy(
    { source, to }: PlannedObject,
    standing: ListedObject | null,
    trace: Trace,
  ): Promise<Carried> {
    const { destination, options, signal, onBytes } = this.#ends
    const opened = await orVanished(this.#ends.source.read(source.key, { signal }))
    if (opened === undefined) return { did: 'vanished', etag: source.etag }
    const { info } = opened
    let movedBytes = 0
    const moved = digestedBody(opened, this.#isHashed(opened), (bytes) => {
      movedBytes += bytes
      onBytes(bytes)
    })
    try {
      // It may have been written anew since it was listed: then that version is copied.
      const version = info.etag === source.etag ? source : info
      const { contentType, metadata, losses } = carriageOf(destination, version, info, options)
      const writing: WriteOptions = { contentType, metadata, signal, ...this.#condition(standing) }
      const written = await destination.write(to, moved.body, writing)
      // Its metadata may be another one's by now, under an etag that is made of the bytes.
      const standsThere = await this.#verify(opened, moved, written, trace)
      this.#remember(version, standsThere)
      const bytes = info.size
      const [etag, toEtag, sha256] = [info.etag, written.etag, moved.digest()]
      const replaced = standing === null || trace.before === null ? undefined : true
      return { did: 'copied', etag, toEtag, bytes, sha256, replaced, losses, info }
    } catch (error) {
      // Moved again by the next try, or not at all.
      onBytes(-movedBytes)
      throw sourceFailure(error, signal)
    } finally {
      await moved.cancel()
    }
  }

  #remember(from: ListedObject, copy: ObjectInfo): void {
    const { known } = this.#ends.options
    if (known === undefined || copyMark(copy.metadata)?.version !== sourceVersion(from)) return
    known.add(pairOf(from, copy))
  }

  #condition(standing: ListedObject | null): Partial<WriteOptions> {
    if (!this.#canCreateOnly) return {}
    return standing === null ? { ifNoneMatch: '*' } : { ifMatch: standing.etag }
  }

  /** Bytes are compared as they are; a stream is gone by then, and known by its digest. */
  #isHashed({ body }: ReadResult): boolean {
    const { verify, journal } = this.#ends.options
    if (verify === 'none') return false
    return journal !== undefined || (verify === 'read-back' && !(body instanceof Uint8Array))
  }

  /**
   * The copy, as it was read back where it was.
   *
   * @throws StorageError `CORRUPT`, to be tried again, unless it is what was read.
   */
  async #verify(
    opened: ReadResult,
    { digest }: DigestedBody,
    written: ObjectInfo,
    trace: Trace,
  ): Promise<ObjectInfo> {
    const { destination, options, signal } = this.#ends
    const { size } = opened.info
    if (options.verify === 'none') return written
    trace.badEtag = written.etag
    if (written.size !== size) throw corruptCopy(`has ${written.size} of ${size} bytes`)
    trace.badEtag = undefined
    if (options.verify === 'write') return written
    const pin = destination.capabilities.conditionalRead ? { ifMatch: written.etag } : {}
    const copy = await destination.read(written.key, { ...pin, signal })
    const { body } = opened
    const isSame =
      body instanceof Uint8Array ? await hasBytes(copy, body) : (await digestOf(copy)) === digest()
    if (isSame) return copy.info
    trace.badEtag = written.etag
    throw corruptCopy('has other bytes')
  }
}

/** A copy of this run that was not known to be one. */
function asCopied(
  found: Comparison,
  source: ListedObject,
  standing: ListedObject,
  before: ListedObject | null,
): Carried {
  const { etag, sha256, info } = found
  const losses = [timeInMetadata]
  const [toEtag, bytes] = [standing.etag, source.size]
  const replaced = before === null || before.etag === toEtag ? undefined : true
  return { did: 'copied', etag, toEtag, bytes, sha256, replaced, losses, info }
}

/** Undefined for an object that is gone since it was listed. */
async function orVanished<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (isStorageError(error, 'NOT_FOUND')) return undefined
    throw error
  }
}

/** When the body broke off, the error is the source's, and not the destination's. */
function sourceFailure(error: unknown, signal: AbortSignal | undefined): unknown {
  const isSource =
    signal?.aborted !== true && isStorageError(error, 'ABORTED') && isStorageError(error.cause)
  return isSource ? error.cause : error
}

function corruptCopy(what: string): StorageError {
  const message =
    `The copy ${what} where the source has not, also after it was made again; look at the disk ` +
    'or the service, then delete the copy and migrate again'
  return new StorageError('CORRUPT', message, { retryable: 'yes' })
}

function standsThereError(to: string): StorageError {
  return refusalOf(
    'ALREADY_EXISTS',
    `Another object is at ${quoteKey(to)} in the destination, and stays; with existing: 'update' ` +
      "it is replaced, with 'skip' passed over",
  )
}

function takenError(to: string): StorageError {
  return refusalOf(
    'CONFLICT',
    `mapKeys gives the key ${quoteKey(to)} to more than one object; the first one has it, and ` +
      'this one was not copied',
  )
}
