/**
 * Objects in this process's memory: the whole contract, for tests and caches, and the reference
 * that other backends are compared with.
 *
 * Invariant: bytes are copied in and out, so that no caller holds what the store holds.
 */
import type {
  CopyOptions,
  DeleteOptions,
  DeleteOutcome,
  Health,
  ListOptions,
  ListPage,
  Metadata,
  ObjectInfo,
  OperationOptions,
  ReadOptions,
  ReadResult,
  StatOptions,
  StorageBackend,
  WriteBody,
  WriteOptions,
} from '../backend.ts'
import { assertBodySize, collect } from '../body.ts'
import { discardSource, guardSource } from '../source.ts'
import type { Capabilities } from '../capabilities.ts'
import { type Clock, systemClock } from '../clock.ts'
import { checkMatch, checkReadConditions, checkWriteConditions, notFound } from '../conditions.ts'
import { StorageError } from '../errors.ts'
import { keyBytesMax, sortKeys } from '../keys.ts'
import { decodeCursor, isPassed, listPageMax, PageBuilder } from '../listing.ts'
import { metadataBytesMax } from '../metadata.ts'
import { assertInteger, assertOptions, throwIfAborted } from '../options.ts'
import { type Random, systemRandom } from '../random.ts'
import { resolveRange } from '../range.ts'
import { awaken, rest, restCopy, type RestingBody } from './resting-body.ts'
import { firstAfter } from './sorted.ts'

/**
 * An {@link ObjectInfo} and its body at rest. Each info that is given out has a date of its own.
 */
interface StoredObject extends Omit<ObjectInfo, 'modifiedAt'> {
  readonly modifiedAtMs: number
  readonly body: RestingBody
}

const noMetadata: Metadata = Object.freeze({})

/** What {@link MemoryStorageBackend} takes. */
export interface MemoryBackendOptions {
  /** Largest object. Default 256 MiB. */
  readonly objectBytesMax?: number | undefined
  /** All objects together, with streams under way. Default 1 GiB; else `QUOTA_EXCEEDED`. */
  readonly totalBytesMax?: number | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

const optionNames: ReadonlySet<string> = new Set([
  ...['objectBytesMax', 'totalBytesMax', 'clock', 'random'],
])

/** The contract in memory. Conditions hold within the process; nothing survives it. */
export class MemoryStorageBackend implements StorageBackend {
  readonly name: string = 'memory'
  readonly capabilities: Capabilities
  readonly #objects = new Map<string, StoredObject>()
  readonly #clock: Clock
  readonly #totalBytesMax: number
  /** Tells this store's etags from those of another one under the same key. */
  readonly #storeId: string
  #sortedKeys: string[] | undefined
  /** Ends sources that are silent at close. */
  readonly #closing = new AbortController()
  #totalBytes = 0
  /** Of streams that are being collected. */
  #reservedBytes = 0
  #version = 0
  #isClosed = false

  /** @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing. */
  constructor(options: MemoryBackendOptions = {}) {
    assertOptions(options, optionNames, 'MemoryStorageBackend')
    const { objectBytesMax = 256 * 1024 ** 2, totalBytesMax = 1024 ** 3 } = options
    assertInteger(objectBytesMax, 'objectBytesMax', 1, Number.MAX_SAFE_INTEGER)
    assertInteger(totalBytesMax, 'totalBytesMax', 1, Number.MAX_SAFE_INTEGER)
    this.#clock = options.clock ?? systemClock
    this.#totalBytesMax = totalBytesMax
    this.#storeId = (options.random ?? systemRandom).id().slice(0, 8)
    this.capabilities = Object.freeze({
      conditionalWrite: 'process',
      conditionalDelete: 'process',
      conditionalCopy: 'process',
      conditionalRead: true,
      rangeRead: true,
      userMetadata: true,
      durability: 'none',
      keyBytesMax,
      objectBytesMax,
      metadataBytesMax,
      listPageMax,
      deleteManyMax: 1000,
      modifiedAtResolutionMs: 1,
      etagIdentity: 'version',
      listedSize: 'body',
      extras: [],
    })
  }

  async read(key: string, options: ReadOptions = {}): Promise<ReadResult> {
    const stored = this.#get(key, options)
    const { start, end } = resolveRange(options.range, stored.size)
    return { info: infoOf(stored), start, end, body: awaken(stored.body, start, end) }
  }

  async write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    try {
      this.#assertUsable(options.signal)
    } catch (error) {
      discardSource(body)
      throw error
    }
    return body instanceof Uint8Array
      ? this.#store(key, this.#copy(body), options)
      : this.#storeStream(key, body, options)
  }

  async stat(key: string, options: StatOptions = {}): Promise<ObjectInfo> {
    return infoOf(this.#get(key, options))
  }

  async delete(key: string, options: DeleteOptions = {}): Promise<boolean> {
    this.#assertUsable(options.signal)
    checkMatch(key, this.#objects.get(key)?.etag, options.ifMatch)
    return this.#remove(key)
  }

  async list(options: ListOptions = {}): Promise<ListPage> {
    this.#assertUsable(options.signal)
    const keys = (this.#sortedKeys ??= sortKeys([...this.#objects.keys()]))
    const { prefix = '', startAfter = '' } = options
    const position =
      options.cursor === undefined ? undefined : decodeCursor(options.cursor, options)
    const page = new PageBuilder(options, options.limit ?? listPageMax)
    let at = firstAfter(keys, prefix, startAfter, position?.after ?? '')
    for (; at < keys.length; at++) {
      const key = keys[at]!
      if (!key.startsWith(prefix)) break
      if (isPassed(key, position)) continue
      if (!page.add(key, () => infoOf(this.#objects.get(key)!))) break
    }
    return page.page()
  }

  async copy(from: string, to: string, options: CopyOptions = {}): Promise<ObjectInfo> {
    const source = this.#get(from, { ifMatch: options.sourceIfMatch, signal: options.signal })
    const old = this.#objects.get(to)
    checkWriteConditions(to, old?.etag, options)
    return this.#put(to, old, source.body, source.contentType, source.metadata)
  }

  async deleteMany(
    keys: readonly string[],
    options: OperationOptions = {},
  ): Promise<DeleteOutcome[]> {
    this.#assertUsable(options.signal)
    return keys.map((key) => ({ key, deleted: this.#remove(key) }))
  }

  async health(options: OperationOptions = {}): Promise<Health> {
    throwIfAborted(options.signal)
    const details = { objects: this.#objects.size, bytes: this.#totalBytes }
    return this.#isClosed
      ? { ok: false, latencyMs: 0, message: 'closed', details }
      : { ok: true, latencyMs: 0, message: 'in memory; nothing survives this process', details }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#closing.abort()
    this.#objects.clear()
    this.#sortedKeys = undefined
    this.#totalBytes = 0
  }

  #get(key: string, options: StatOptions): StoredObject {
    this.#assertUsable(options.signal)
    const stored = this.#objects.get(key)
    if (stored === undefined) throw notFound(key)
    checkReadConditions(key, stored.etag, options)
    return stored
  }

  async #storeStream(
    key: string,
    body: AsyncIterable<Uint8Array>,
    options: WriteOptions,
  ): Promise<ObjectInfo> {
    const reserved = { bytes: 0 }
    const source = guardSource(body, options.signal, this.#closing.signal)
    try {
      const chunks = this.#reserving(key, source, reserved)
      const whole = await collect(chunks, this.capabilities.objectBytesMax)
      this.#release(reserved)
      return this.#store(key, rest(whole), options)
    } catch (error) {
      // A source that was silent as the store closed was aborted: that is told as what it is.
      this.#assertUsable(options.signal)
      throw error
    } finally {
      this.#release(reserved)
    }
  }

  /** The chunks; they count against `totalBytesMax` as they come, since they are held already. */
  async *#reserving(
    key: string,
    chunks: AsyncIterable<Uint8Array>,
    reserved: { bytes: number },
  ): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#assertRoom(key, this.#objects.get(key), chunk.byteLength)
      this.#reservedBytes += chunk.byteLength
      reserved.bytes += chunk.byteLength
      yield chunk
    }
  }

  #release(reserved: { bytes: number }): void {
    this.#reservedBytes -= reserved.bytes
    reserved.bytes = 0
  }

  /** Nothing in here awaits: check and change are one step for every caller. */
  #store(key: string, body: RestingBody, options: WriteOptions): ObjectInfo {
    this.#assertUsable(options.signal)
    const old = this.#objects.get(key)
    checkWriteConditions(key, old?.etag, options)
    return this.#put(key, old, body, options.contentType, ownMetadata(options.metadata))
  }

  /** @param old What the bytes are going to replace. */
  #assertRoom(key: string, old: StoredObject | undefined, bytes: number): void {
    const total = this.#totalBytes + this.#reservedBytes - (old?.size ?? 0) + bytes
    if (total <= this.#totalBytesMax) return
    throw new StorageError(
      'QUOTA_EXCEEDED',
      `The memory backend is full (${this.#totalBytesMax} bytes); delete objects or raise ` +
        'totalBytesMax',
      { key },
    )
  }

  #put(
    key: string,
    old: StoredObject | undefined,
    body: RestingBody,
    contentType: string,
    metadata: Metadata,
  ): ObjectInfo {
    this.#assertRoom(key, old, body.length)
    const stored: StoredObject = {
      key,
      size: body.length,
      etag: `${this.#storeId}-${++this.#version}`,
      modifiedAtMs: this.#clock.now(),
      contentType,
      metadata,
      body,
    }
    this.#objects.set(key, stored)
    this.#totalBytes += body.length - (old?.size ?? 0)
    if (old === undefined) this.#sortedKeys = undefined
    return infoOf(stored)
  }

  #remove(key: string): boolean {
    const old = this.#objects.get(key)
    if (old === undefined) return false
    this.#objects.delete(key)
    this.#totalBytes -= old.size
    this.#sortedKeys = undefined
    return true
  }

  #copy(body: Uint8Array): RestingBody {
    assertBodySize(body.byteLength, this.capabilities.objectBytesMax)
    return restCopy(body)
  }

  #assertUsable(signal: AbortSignal | undefined): void {
    if (this.#isClosed) {
      throw new StorageError('CLOSED', 'This memory backend was closed; open a new one')
    }
    throwIfAborted(signal)
  }
}

/** A frozen copy: all infos of a version share it. */
function ownMetadata(metadata: Metadata | undefined): Metadata {
  return metadata === undefined ? noMetadata : Object.freeze({ ...metadata })
}

function infoOf(stored: StoredObject): ObjectInfo {
  const { key, size, etag, modifiedAtMs, contentType, metadata } = stored
  return { key, size, etag, modifiedAt: new Date(modifiedAtMs), contentType, metadata }
}
