/**
 * Reads of framed objects: whole bodies, ranges, and sizes that only the index tells.
 *
 * ```
 * whole  read ----> no mark: as it is
 *             ----> mark: decoded as it comes
 * range  read ----> no mark: as it is
 *             ----> mark: given up; [index] -> the frames that hold the range
 * known  the frames that hold the range, If-Match
 * ```
 *
 * Invariant: mark, index and frames are of one version. When the object is replaced between two
 * requests it is begun anew.
 */
import type {
  BodyStream,
  ByteRange,
  Metadata,
  ObjectInfo,
  OperationOptions,
  ReadOptions,
  ReadResult,
  StatOptions,
  StorageBackend,
} from '../../backend.ts'
import { isStorageError, StorageError } from '../../errors.ts'
import { quoteKey } from '../../keys.ts'
import { throwIfAborted } from '../../options.ts'
import { resolveRange } from '../../range.ts'
import { corrupt, ofObject, unmarked } from './faults.ts'
import { type FrameForm, type FrameIndex, framesIn, framesMax, type FrameShape } from './form.ts'
import { assertIndexOf, decodeWhole, FrameBody, type FramePlan } from './frame-body.ts'
import { KnownIndexes } from './known-indexes.ts'
import { StoredBytes } from './stored-bytes.ts'

/** How often it is begun anew before it is told as a conflict. */
const attemptsMax = 5

/** Read from the end of an object, of which only the index tells how long it is. */
const tailBytes = 16 * 1024

/** Bodies up to this size are given whole, where the backend inside gave what is stored whole. */
const wholeBytesMax = 1024 ** 2

/** What came in between: begin anew. */
const replaced = Symbol('replaced')
type Replaced = typeof replaced

/** A version that was met, and how it is stored. */
interface Met {
  readonly info: ObjectInfo
  readonly mark: string
  readonly shape: FrameShape
}

/** The bytes of a body that are asked for. */
interface Part {
  readonly start: number
  readonly end: number
}

/** One store's reads. */
export class FramedReads {
  readonly known: KnownIndexes = new KnownIndexes()
  readonly #inner: StorageBackend
  readonly #form: FrameForm
  readonly #assertOpen: () => void

  constructor(inner: StorageBackend, form: FrameForm, assertOpen: () => void) {
    this.#inner = inner
    this.#form = form
    this.#assertOpen = assertOpen
  }

  read(key: string, options: ReadOptions = {}): Promise<ReadResult> {
    const { range } = options
    return this.#anew(key, options, async (attempt) => {
      if (range === undefined) return this.#readWhole(key, options)
      const known = attempt === 0 ? await this.#readKnown(key, range, options) : undefined
      return known ?? this.#readRange(key, range, options)
    })
  }

  stat(key: string, options: StatOptions = {}): Promise<ObjectInfo> {
    return this.#anew(key, options, async () => {
      const info = await this.#inner.stat(key, options)
      return this.#outward(info, options)
    })
  }

  /** What callers are told of the object that a copy has made. */
  async copied(info: ObjectInfo, options: OperationOptions): Promise<ObjectInfo> {
    const told = await this.#outward(info, options)
    if (told !== replaced) return told
    throw conflict(info.key, 'was written by the copy, and replaced before its size was known')
  }

  async #outward(info: ObjectInfo, options: OperationOptions): Promise<ObjectInfo | Replaced> {
    const met = this.#meet(info)
    if (met === undefined) return info
    const size = met.shape.size ?? (await this.#index(met, options))?.size
    return size === undefined ? replaced : this.#inside(met, size)
  }

  async #readWhole(key: string, options: ReadOptions): Promise<ReadResult | Replaced> {
    const result = await this.#inner.read(key, options)
    const met = await this.#meetOrFree(result)
    if (met === undefined) return result
    const size = met.shape.size ?? this.#knownIndex(met)?.size
    if (size !== undefined) return this.#decoded(met, size, undefined, undefined, result, options)
    // Not beside the open body: who waits for a second connection must not hold a first one.
    await free(result.body)
    const index = await this.#index(met, options)
    if (index === undefined) return replaced
    const range = { offset: 0, length: index.rows.totalBytes }
    const frames = await this.#more(met.info, range, options)
    if (frames === undefined) return replaced
    return this.#decoded(met, index.size, index, undefined, frames, options)
  }

  /** Reads a range of a version whose index is known, if it still stands there. */
  async #readKnown(
    key: string,
    range: ByteRange,
    options: ReadOptions,
  ): Promise<ReadResult | undefined> {
    const known = this.known.get(key)
    const { ifMatch, ifNoneMatch } = options
    const isOther = known === undefined || (ifMatch !== undefined && ifMatch !== known.etag)
    if (isOther || ifNoneMatch !== undefined || !this.#inner.capabilities.conditionalRead) {
      return undefined
    }
    const { index, etag, mark } = known
    const part = partOf(range, index.size)
    if (part === undefined) return undefined
    const stored = storedRange(index, part)
    const result = await this.#more({ key, etag }, stored, options)
    if (result === undefined) {
      this.known.delete(key)
      return undefined
    }
    const met = await this.#meetOrFree(result)
    if (met?.mark === mark) return this.#decoded(met, index.size, index, part, result, options)
    await free(result.body)
    this.known.delete(key)
    return undefined
  }

  async #readRange(
    key: string,
    range: ByteRange,
    options: ReadOptions,
  ): Promise<ReadResult | Replaced> {
    const opened = await this.#openRange(key, options)
    if ('body' in opened) return opened
    const { info, shape } = opened
    let { size } = shape
    let index: FrameIndex | undefined
    // A size that follows from the stored one is believed once the index tells it too.
    if (size === undefined || shape.hasIndex) {
      index = await this.#index(opened, options)
      if (index === undefined) return replaced
      size = index.size
    }
    const part = resolveRange(range, size)
    if (part.start === part.end) {
      return { info: this.#inside(opened, size), ...part, body: new Uint8Array() }
    }
    const stored = index === undefined ? undefined : storedRange(index, part)
    const result = await this.#more(info, stored, options)
    if (result === undefined) return replaced
    return this.#decoded(opened, size, index, part, result, options)
  }

  /** The result, where the object is kept as it is; else what was met. */
  async #openRange(key: string, options: ReadOptions): Promise<ReadResult | Met> {
    try {
      const result = await this.#inner.read(key, options)
      const met = await this.#meetOrFree(result)
      if (met === undefined) return result
      await free(result.body)
      return met
    } catch (error) {
      // Behind the end of what is stored, which may be less than the body.
      if (!isStorageError(error, 'INVALID_ARGUMENT')) throw error
      const { range: _, ...rest } = options
      const met = this.#meet(await this.#inner.stat(key, rest))
      if (met === undefined) throw error
      return met
    }
  }

  /** @param index Undefined: `result` holds the whole object, and the index behind it. */
  async #decoded(
    met: Met,
    size: number,
    index: FrameIndex | undefined,
    wanted: Part | undefined,
    result: ReadResult,
    options: ReadOptions,
  ): Promise<ReadResult> {
    const part = wanted ?? { start: 0, end: size }
    const { shape } = met
    const info = this.#inside(met, size)
    if (part.start === part.end) {
      await free(result.body)
      return { info, ...part, body: new Uint8Array() }
    }
    const isAll = index === undefined
    const plan: FramePlan = {
      key: info.key,
      shape,
      size,
      ...part,
      firstFrame: isAll ? 0 : Math.floor(part.start / shape.frameBytes),
      stored: new StoredBytes(result.body, result.end - result.start),
      rows: index?.rows,
      assertGoingOn: () => {
        this.#assertOpen()
        throwIfAborted(options.signal)
      },
    }
    const isSmall = part.end - part.start <= wholeBytesMax
    const isWhole = result.body instanceof Uint8Array && isSmall
    const body = isWhole || !shape.hasIndex ? await decodeWhole(plan) : new FrameBody(plan)
    return { info, ...part, body }
  }

  /** The index of a version; undefined when another one stands there by now. */
  async #index(met: Met, options: OperationOptions): Promise<FrameIndex | undefined> {
    const { info, mark, shape } = met
    const known = this.#knownIndex(met)
    if (known !== undefined) return known
    const { codec, size } = shape
    let bytes = size === undefined ? tailBytes : this.#indexBytes(met, undefined)
    for (;;) {
      const tail = await this.#tail(info, bytes, options)
      if (tail === undefined) return undefined
      const due = this.#indexBytes(met, tail)
      if (due > tail.byteLength) {
        bytes = due
        continue
      }
      try {
        const index = codec.decodeIndex(tail.subarray(tail.byteLength - due))
        assertIndexOf(shape, size, index)
        if (index.rows.totalBytes + due !== info.size) {
          const { frame, index: table } = codec.words
          throw corrupt(`its ${frame}s are longer or shorter than its ${table} tells`)
        }
        this.known.set(info.key, { etag: info.etag, mark, index })
        return index
      } catch (error) {
        throw ofObject(error, info.key, this.#form.codec.words)
      }
    }
  }

  /** How long the index is, checked before so much is read. @param tail Where no mark tells it. */
  #indexBytes({ info, shape }: Met, tail: Uint8Array | undefined): number {
    const { codec, frameBytes, size } = shape
    try {
      const frames = size === undefined ? codec.framesOf(tail!) : framesIn(size, frameBytes)
      const bytes = codec.indexBytes(frames)
      if (frames <= framesMax && bytes <= info.size) return bytes
      const { frame, index } = codec.words
      throw corrupt(`the ${index} of ${frames} ${frame}s cannot be its own`)
    } catch (error) {
      throw ofObject(error, info.key, this.#form.codec.words)
    }
  }

  #knownIndex({ info, mark }: Met): FrameIndex | undefined {
    const known = this.known.get(info.key)
    return known?.etag === info.etag && known.mark === mark ? known.index : undefined
  }

  async #tail(
    info: ObjectInfo,
    bytes: number,
    options: OperationOptions,
  ): Promise<Uint8Array | undefined> {
    const result = await this.#more(info, { suffix: bytes }, options)
    if (result === undefined) return undefined
    const stored = new StoredBytes(result.body, result.end - result.start)
    try {
      return await stored.ahead(result.end - result.start)
    } finally {
      await stored.cancel().catch(() => undefined)
    }
  }

  /** More of a version that was met; undefined when another one stands there by now. */
  async #more(
    { key, etag }: Pick<ObjectInfo, 'key' | 'etag'>,
    range: ByteRange | undefined,
    { signal }: OperationOptions,
  ): Promise<ReadResult | undefined> {
    const { conditionalRead } = this.#inner.capabilities
    try {
      const result = await this.#inner.read(key, {
        ...(signal !== undefined && { signal }),
        ...(range !== undefined && { range }),
        ...(conditionalRead && { ifMatch: etag }),
      })
      if (result.info.etag === etag) return result
      await free(result.body)
      return undefined
    } catch (error) {
      // The range fitted the version that was met.
      if (isStorageError(error, 'PRECONDITION_FAILED', 'NOT_FOUND', 'INVALID_ARGUMENT')) {
        return undefined
      }
      throw error
    }
  }

  async #anew<T>(
    key: string,
    { signal }: OperationOptions,
    attempt: (at: number) => Promise<T | Replaced>,
  ): Promise<T> {
    for (let at = 0; at < attemptsMax; at++) {
      const outcome = await attempt(at)
      if (outcome !== replaced) return outcome
      throwIfAborted(signal)
    }
    throw conflict(key, `was replaced ${attemptsMax} times while it was read`)
  }

  /** How an object is stored; undefined for one that is kept as it is. */
  #meet(info: ObjectInfo): Met | undefined {
    const mark = markOf(info.metadata, this.#form)
    if (mark === undefined) return undefined
    try {
      return { info, mark, shape: this.#form.shapeOf(mark, info.size) }
    } catch (error) {
      throw ofObject(error, info.key, this.#form.codec.words)
    }
  }

  async #meetOrFree({ info, body }: ReadResult): Promise<Met | undefined> {
    try {
      const met = this.#meet(info)
      if (met === undefined && this.#form.unmarkedFault !== undefined) {
        throw unmarked(this.#form.unmarkedFault, info.key, this.#form.codec.words)
      }
      return met
    } catch (error) {
      await free(body)
      throw error
    }
  }

  #inside({ info }: Met, size: number): ObjectInfo {
    return { ...info, size, metadata: withoutMark(info.metadata, this.#form) }
  }
}

/** The part of an object that a range means; undefined when it is none, or empty. */
function partOf(range: ByteRange, size: number): Part | undefined {
  try {
    const part = resolveRange(range, size)
    return part.start === part.end ? undefined : part
  } catch {
    return undefined
  }
}

/** Where the frames are stored that hold a part. */
function storedRange({ rows, frameBytes }: FrameIndex, { start, end }: Part): ByteRange {
  const offset = rows.offset(Math.floor(start / frameBytes))
  return { offset, length: rows.offset(framesIn(end, frameBytes)) - offset }
}

/** The mark in an object's metadata. */
export function markOf(metadata: Metadata | undefined, form: FrameForm): string | undefined {
  return metadata !== undefined && Object.hasOwn(metadata, form.markName)
    ? metadata[form.markName]
    : undefined
}

/** What remains of an object's metadata for whoever is outside. */
export function withoutMark(metadata: Metadata, { markName }: FrameForm): Metadata {
  if (!Object.hasOwn(metadata, markName)) return metadata
  const { [markName]: _, ...rest } = metadata
  return rest
}

async function free(body: Uint8Array | BodyStream): Promise<void> {
  if (!(body instanceof Uint8Array)) await body.cancel().catch(() => undefined)
}

function conflict(key: string, what: string): StorageError {
  return new StorageError('CONFLICT', `${quoteKey(key)} ${what}; do it again`, { key })
}
