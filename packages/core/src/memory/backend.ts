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
import { collect, ownBytes } from '../body.ts'
import { discardSource, guardSource } from '../source.ts'
import type { Capabilities } from '../capabilities.ts'
import { type Clock, systemClock } from '../clock.ts'
import { checkMatch, checkReadConditions, checkWriteConditions, notFound } from '../conditions.ts'
import { StorageError } from '../errors.ts'
import { keyBytesMax, sortKeys } from '../keys.ts'
import { decodeCursor, isPassed, listPageMax, PageBuilder } from '../listing.ts'
import { metadataBytesMax } from '../metadata.ts'
import { throwIfAborted } from '../options.ts'
import { type Random, systemRandom } from '../random.ts'
import { resolveRange } from '../range.ts'
import { firstAfter } from './sorted.ts'

interface StoredObject {
  readonly info: ObjectInfo
  readonly bytes: Uint8Array
}

export interface MemoryBackendOptions {
  /** Largest object. Default 256 MiB. */
  readonly objectBytesMax?: number | undefined
  /** All objects together. Default 1 GiB; a write over it is `QUOTA_EXCEEDED`. */
  readonly totalBytesMax?: number | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

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
  #totalBytes = 0
  #version = 0
  #isClosed = false

  constructor(options: MemoryBackendOptions = {}) {
    this.#clock = options.clock ?? systemClock
    this.#totalBytesMax = options.totalBytesMax ?? 1024 ** 3
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
      objectBytesMax: options.objectBytesMax ?? 256 * 1024 ** 2,
      metadataBytesMax,
      listPageMax,
      deleteManyMax: 1000,
      modifiedAtResolutionMs: 1,
      extras: [],
    })
  }

  async read(key: string, options: ReadOptions = {}): Promise<ReadResult> {
    const { info, bytes } = this.#get(key, options)
    const { start, end } = resolveRange(options.range, info.size)
    return { info: ownInfo(info), start, end, body: bytes.slice(start, end) }
  }

  async write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    try {
      this.#assertUsable(options.signal)
    } catch (error) {
      discardSource(body)
      throw error
    }
    const bytes =
      body instanceof Uint8Array
        ? ownBytes(body, this.capabilities.objectBytesMax)
        : await this.#collect(body, options.signal)
    // From here to the return nothing awaits: check and change are one step for every caller.
    this.#assertUsable(options.signal)
    checkWriteConditions(key, this.#objects.get(key)?.info.etag, options)
    return this.#put(key, bytes, options.contentType, { ...options.metadata })
  }

  async stat(key: string, options: StatOptions = {}): Promise<ObjectInfo> {
    return ownInfo(this.#get(key, options).info)
  }

  async delete(key: string, options: DeleteOptions = {}): Promise<boolean> {
    this.#assertUsable(options.signal)
    checkMatch(key, this.#objects.get(key)?.info.etag, options.ifMatch)
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
      if (!page.add(key, () => ownInfo(this.#objects.get(key)!.info))) break
    }
    return page.page()
  }

  async copy(from: string, to: string, options: CopyOptions = {}): Promise<ObjectInfo> {
    const source = this.#get(from, { ifMatch: options.sourceIfMatch, signal: options.signal })
    checkWriteConditions(to, this.#objects.get(to)?.info.etag, options)
    return this.#put(to, source.bytes, source.info.contentType, source.info.metadata)
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
    this.#objects.clear()
    this.#sortedKeys = undefined
    this.#totalBytes = 0
  }

  #get(key: string, options: StatOptions): StoredObject {
    this.#assertUsable(options.signal)
    const stored = this.#objects.get(key)
    if (stored === undefined) throw notFound(key)
    checkReadConditions(key, stored.info.etag, options)
    return stored
  }

  #put(key: string, bytes: Uint8Array, contentType: string, metadata: Metadata): ObjectInfo {
    const old = this.#objects.get(key)
    const total = this.#totalBytes + bytes.byteLength - (old?.info.size ?? 0)
    if (total > this.#totalBytesMax) {
      throw new StorageError(
        'QUOTA_EXCEEDED',
        `The memory backend is full (${this.#totalBytesMax} bytes); delete objects or raise ` +
          'totalBytesMax',
        { key },
      )
    }
    const info: ObjectInfo = Object.freeze({
      key,
      size: bytes.byteLength,
      etag: `${this.#storeId}-${++this.#version}`,
      modifiedAt: new Date(this.#clock.now()),
      contentType,
      metadata: Object.freeze(metadata),
    })
    this.#objects.set(key, { info, bytes })
    this.#totalBytes = total
    if (old === undefined) this.#sortedKeys = undefined
    return ownInfo(info)
  }

  #remove(key: string): boolean {
    const old = this.#objects.get(key)
    if (old === undefined) return false
    this.#objects.delete(key)
    this.#totalBytes -= old.info.size
    this.#sortedKeys = undefined
    return true
  }

  async #collect(
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    return collect(guardSource(body, signal), this.capabilities.objectBytesMax)
  }

  #assertUsable(signal: AbortSignal | undefined): void {
    if (this.#isClosed) {
      throw new StorageError('CLOSED', 'This memory backend was closed; open a new one')
    }
    throwIfAborted(signal)
  }
}

/** The info with a date of its own: a Date can be changed even in a frozen object. */
function ownInfo(info: ObjectInfo): ObjectInfo {
  return { ...info, modifiedAt: new Date(info.modifiedAt) }
}
