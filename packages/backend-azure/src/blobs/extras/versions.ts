/**
 * Versions: what the service keeps of a blob by itself whenever it is overwritten or deleted, where
 * the account has versioning on. Elsewhere a blob has one version, the current one.
 *
 * ```
 * id   2026-11-26T02:47:20.1234567Z     of the service
 *      current:0x8DE...                 our own, of a blob without one: this etag and no other
 * ```
 *
 * https://learn.microsoft.com/azure/storage/blobs/versioning-overview
 */
import {
  isStorageError,
  type ObjectVersion,
  type OperationOptions,
  type ReadOptions,
  type ReadResult,
} from '@aos-storage/core'
import type { Container } from '../container.ts'
import { tokenOf } from '../etag.ts'
import type { BlobNames } from '../names.ts'
import type { BlobReader } from '../reader.ts'
import { BlobRemover } from '../remover.ts'
import { deleteKept, isTimeId, noSuch, ofId, signalOf, versionOf } from './kept-blobs.ts'
import { newestFirst } from './kept-list.ts'

const currentStart = 'current:'

export interface BlobVersionsOptions {
  readonly container: Container
  readonly names: BlobNames
  readonly reader: BlobReader
}

export class BlobVersions {
  readonly #options: BlobVersionsOptions

  constructor(options: BlobVersionsOptions) {
    this.#options = options
  }

  async *list(key: string, signal: AbortSignal | undefined): AsyncGenerator<ObjectVersion> {
    const { container, names } = this.#options
    const list = newestFirst({ container, kind: 'versions', name: names.nameOf(key), signal })
    for await (const blob of list) {
      if (blob.id !== undefined) yield versionOf(key, blob, blob.id)
      else {
        const own = versionOf(key, blob, currentStart + tokenOf(blob.headers.etag))
        yield { ...own, isKept: false }
      }
    }
  }

  /** @throws StorageError `NOT_FOUND`, and as `read`. */
  async read(key: string, id: string, options: ReadOptions = {}): Promise<ReadResult> {
    const { container, names, reader } = this.#options
    const etag = etagOf(id)
    if (etag !== undefined) return this.#readCurrent(key, id, etag, options)
    if (!isTimeId(id)) throw noSuch('version', key, id)
    const kept = reader.ofBlobs(() => container.blob(names.nameOf(key)).withVersion(id))
    return ofId('version', key, id, () => kept.read(key, options))
  }

  /**
   * @throws StorageError `UNSUPPORTED` for the current version of a blob with others, which the
   * service does not delete by its id.
   */
  async delete(key: string, id: string, options: OperationOptions = {}): Promise<boolean> {
    const { container, names } = this.#options
    const signal = signalOf(options, 'deleteVersion')
    const etag = etagOf(id)
    if (etag !== undefined) return this.#deleteCurrent(key, etag, signal)
    if (!isTimeId(id)) return false
    const blob = container.blob(names.nameOf(key)).withVersion(id)
    return deleteKept(container, blob, { operation: 'deleteVersion', key, signal })
  }

  async #readCurrent(
    key: string,
    id: string,
    etag: string,
    options: ReadOptions,
  ): Promise<ReadResult> {
    const { reader } = this.#options
    // What the caller's own condition says is said of the version, if that is still there.
    if (options.ifMatch !== undefined && options.ifMatch !== etag) return reader.read(key, options)
    try {
      return await ofId('version', key, id, () => reader.read(key, { ...options, ifMatch: etag }))
    } catch (error) {
      if (!isStorageError(error, 'PRECONDITION_FAILED')) throw error
      throw noSuch('version', key, id).with({ cause: error })
    }
  }

  async #deleteCurrent(
    key: string,
    etag: string,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const remover = new BlobRemover(this.#options.container, this.#options.names)
    try {
      return await remover.remove(key, { ifMatch: etag, signal }, 'deleteVersion')
    } catch (error) {
      if (isStorageError(error, 'PRECONDITION_FAILED')) return false
      throw error
    }
  }
}

/** The etag in an id of our own; undefined for one of the service. */
function etagOf(id: string): string | undefined {
  const isOurs = typeof id === 'string' && id.startsWith(currentStart)
  return isOurs ? id.slice(currentStart.length) : undefined
}
