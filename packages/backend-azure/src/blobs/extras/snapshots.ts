/**
 * Snapshots: a blob as it was when somebody asked for it. They cost only what has changed since,
 * and must be deleted before the blob can be.
 *
 * https://learn.microsoft.com/rest/api/storageservices/snapshot-blob
 */
import type {
  ObjectVersion,
  OperationOptions,
  Random,
  ReadOptions,
  ReadResult,
  SnapshotOptions,
} from '@aos-storage/core'
import { metadataBytesMax, ownMetadata, ownOptions } from '@aos-storage/core/backend'
import type { Container } from '../container.ts'
import { type AzureMetadata, encodeMetadata } from '../metadata.ts'
import type { BlobNames } from '../names.ts'
import type { BlobReader } from '../reader.ts'
import { deleteKept, isTimeId, noSuch, ofId, signalOf, versionOf } from './kept-blobs.ts'
import { newestFirst } from './kept-list.ts'

const createNames: ReadonlySet<string> = new Set<keyof SnapshotOptions>(['metadata', 'signal'])

export interface BlobSnapshotsOptions {
  readonly container: Container
  readonly names: BlobNames
  readonly reader: BlobReader
  readonly random: Random
}

export class BlobSnapshots {
  readonly #options: BlobSnapshotsOptions

  constructor(options: BlobSnapshotsOptions) {
    this.#options = options
  }

  /**
   * An answer that is lost may leave one snapshot more than was asked for.
   *
   * @throws StorageError `NOT_FOUND`.
   */
  async create(key: string, options: SnapshotOptions = {}): Promise<ObjectVersion> {
    const { container, names, reader } = this.#options
    const { metadata, signal } = ownOptions(options, createNames, 'createSnapshot')
    const own = metadata === undefined ? {} : { metadata: this.#encoded(metadata) }
    const blob = container.blob(names.nameOf(key))
    const { snapshot } = await container.requests.send({
      ...{ backend: 'azblob', operation: 'createSnapshot', key, signal },
      send: (abortSignal) => blob.createSnapshot({ abortSignal, ...own }),
    })
    const id = snapshot!
    const taken = reader.ofBlobs(() => blob.withSnapshot(id))
    return { id, isCurrent: false, info: await taken.stat(key, { signal }, 'createSnapshot') }
  }

  async *list(key: string, signal: AbortSignal | undefined): AsyncGenerator<ObjectVersion> {
    const { container, names } = this.#options
    const list = newestFirst({ container, kind: 'snapshots', name: names.nameOf(key), signal })
    for await (const blob of list) {
      // The blob itself is listed, too.
      if (blob.id !== undefined) yield versionOf(key, { ...blob, isCurrent: false }, blob.id)
    }
  }

  /** @throws StorageError `NOT_FOUND`, and as `read`. */
  async read(key: string, id: string, options: ReadOptions = {}): Promise<ReadResult> {
    const { container, names, reader } = this.#options
    if (!isTimeId(id)) throw noSuch('snapshot', key, id)
    const taken = reader.ofBlobs(() => container.blob(names.nameOf(key)).withSnapshot(id))
    return ofId('snapshot', key, id, () => taken.read(key, options))
  }

  async delete(key: string, id: string, options: OperationOptions = {}): Promise<boolean> {
    const { container, names } = this.#options
    const signal = signalOf(options, 'deleteSnapshot')
    if (!isTimeId(id)) return false
    const blob = container.blob(names.nameOf(key)).withSnapshot(id)
    return deleteKept(container, blob, { operation: 'deleteSnapshot', key, signal })
  }

  /** Without a single entry the service would take the blob's own, so that there always is one. */
  #encoded(metadata: unknown): AzureMetadata {
    return encodeMetadata(ownMetadata(metadata, metadataBytesMax), this.#options.random.id())
  }
}
