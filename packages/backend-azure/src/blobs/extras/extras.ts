/**
 * What Azure can do beside the contract, as members of the backend.
 *
 * Keys are those of the store. Containers and their blobs go by Azure's own names, which know
 * neither keys nor the store's prefix.
 */
import {
  type AccessTier,
  type AccessTiers,
  type BodyInput,
  type Clock,
  extraMembers,
  isStorageError,
  type ObjectInfo,
  type ObjectVersion,
  type OperationOptions,
  type Presign,
  type PresignedRequest,
  type PresignOptions,
  type Random,
  type ReadOptions,
  type ReadResult,
  type SetAccessTierOptions,
  type SnapshotOptions,
  type Snapshots,
  type StoredBody,
  type Versions,
} from '@aos-storage/core'
import { assertForeignKey, discardSource, throwIfAborted } from '@aos-storage/core/backend'
import type { Container } from '../container.ts'
import type { BlobNames } from '../names.ts'
import type { BlobReader } from '../reader.ts'
import type { BlobWriter } from '../writer.ts'
import { BlobTiers } from './access-tiers.ts'
import {
  type ContainerInfo,
  Containers,
  type CreateContainerOptions,
  type ListContainersOptions,
} from './containers.ts'
import { signalOf } from './kept-blobs.ts'
import {
  type ListBlobsOptions,
  type ListedBlob,
  NamedBlobs,
  type UploadBlobOptions,
} from './named-blobs.ts'
import { BlobPresigner } from './presigner.ts'
import { BlobSnapshots } from './snapshots.ts'
import { BlobVersions } from './versions.ts'

/** What the extras are made of. */
export interface ExtraParts {
  readonly container: Container
  readonly names: BlobNames
  readonly reader: BlobReader
  readonly writer: BlobWriter
  readonly clock: Clock
  readonly random: Random
}

type Signalled = OperationOptions | undefined

/** The backend's members beside the contract. */
export abstract class BlobExtras implements Presign, AccessTiers, Versions, Snapshots {
  /** The container that holds the keys; undefined when the options name none. */
  readonly container: string | undefined
  /** Names of the members, as `capabilities.extras` has them. */
  protected readonly extras: readonly string[]
  readonly #presigner: BlobPresigner
  readonly #tiers: BlobTiers
  readonly #versions: BlobVersions
  readonly #snapshots: BlobSnapshots
  readonly #containers: Containers
  readonly #blobs: NamedBlobs

  protected constructor(parts: ExtraParts) {
    const { container, names } = parts
    this.container = container.name
    this.#presigner = new BlobPresigner(parts)
    this.#tiers = new BlobTiers(container, names)
    this.#versions = new BlobVersions(parts)
    this.#snapshots = new BlobSnapshots(parts)
    this.#containers = new Containers(container)
    this.#blobs = new NamedBlobs(parts)
    this.extras = Object.freeze(extrasOf(container, this.#presigner.canSign))
  }

  /** Runs a call as those of the contract: not after `close`, its errors know their place. */
  protected abstract run<T>(
    operation: string,
    key: string | undefined,
    signal: AbortSignal | undefined,
    call: () => Promise<T>,
    onRefused?: () => void,
  ): Promise<T>

  /**
   * `GET` reads, `PUT` writes a body of up to 5,000 MiB with the headers given, `DELETE` deletes.
   * Azure signs no headers, so that whoever has the URL may send another content type. A signature
   * of a key ends early only when the key is changed; one of a token when its keys are revoked.
   *
   * @throws StorageError `UNSUPPORTED` with a SAS, which cannot sign; `INVALID_ARGUMENT`;
   * `INVALID_KEY` to `PUT` a key that breaks the rules of keys (names that others gave may be read
   * and deleted); with a token also as the service answers, which is asked about once a day.
   */
  presign(key: string, options: PresignOptions): Promise<PresignedRequest> {
    return this.#ofKey('presign', key, options, () => this.#presigner.presign(key, options))
  }

  /** @throws StorageError `NOT_FOUND`, `UNSUPPORTED` where the account has no tiers. */
  getAccessTier(key: string, options?: OperationOptions): Promise<AccessTier> {
    return this.#ofKey('getAccessTier', key, options, () => this.#tiers.get(key, options))
  }

  /**
   * @param tier `Hot`, `Cool`, `Cold` or `Archive`.
   * @throws StorageError `NOT_FOUND`, `INVALID_ARGUMENT` for another tier, `UNSUPPORTED` where the
   * account has none, `CONFLICT` while it is on its way to another tier.
   */
  setAccessTier(key: string, tier: string, options?: SetAccessTierOptions): Promise<AccessTier> {
    return this.#ofKey('setAccessTier', key, options, () => this.#tiers.set(key, tier, options))
  }

  /** Of an account without versioning, and of keys older than it, only the current version. */
  listVersions(key: string, options?: OperationOptions): AsyncIterable<ObjectVersion> {
    const list = (signal?: AbortSignal) => this.#versions.list(key, signal)
    return this.#listOfKey('listVersions', key, options, list)
  }

  readVersion(key: string, id: string, options?: ReadOptions): Promise<ReadResult> {
    return this.#ofKey('readVersion', key, options, () => this.#versions.read(key, id, options))
  }

  /** @throws StorageError `UNSUPPORTED` for the current version: delete the key, then this. */
  deleteVersion(key: string, id: string, options?: OperationOptions): Promise<boolean> {
    return this.#ofKey('deleteVersion', key, options, () => this.#versions.delete(key, id, options))
  }

  /** While a key has snapshots, `delete` refuses it with `CONFLICT`. */
  createSnapshot(key: string, options?: SnapshotOptions): Promise<ObjectVersion> {
    return this.#ofKey('createSnapshot', key, options, () => this.#snapshots.create(key, options))
  }

  listSnapshots(key: string, options?: OperationOptions): AsyncIterable<ObjectVersion> {
    const list = (signal?: AbortSignal) => this.#snapshots.list(key, signal)
    return this.#listOfKey('listSnapshots', key, options, list)
  }

  readSnapshot(key: string, id: string, options?: ReadOptions): Promise<ReadResult> {
    return this.#ofKey('readSnapshot', key, options, () => this.#snapshots.read(key, id, options))
  }

  deleteSnapshot(key: string, id: string, options?: OperationOptions): Promise<boolean> {
    const call = (): Promise<boolean> => this.#snapshots.delete(key, id, options)
    return this.#ofKey('deleteSnapshot', key, options, call)
  }

  /**
   * True when it was made, false when it was there already, which leaves it as it is.
   *
   * @param name Default: the store's own container.
   * @throws StorageError `INVALID_ARGUMENT` for what is no name, `ALREADY_EXISTS` when it is there
   * with another access level than `options` name, `PERMISSION_DENIED` where the account allows no
   * public access, `UNAVAILABLE` while one of this name is being deleted.
   */
  createContainer(name?: string, options?: CreateContainerOptions): Promise<boolean> {
    const call = (): Promise<boolean> => this.#containers.create(name, options)
    return this.#run('createContainer', options, call)
  }

  /** In the order of their names. */
  listContainers(options: ListContainersOptions = {}): AsyncIterable<ContainerInfo> {
    return this.#list('listContainers', undefined, options, () => this.#containers.list(options))
  }

  /**
   * Deletes a container with all that is in it. True when it was there; its name is free again
   * after half a minute or more.
   *
   * @throws StorageError `INVALID_ARGUMENT` for what is no name, `LOCKED` while it is leased.
   */
  deleteContainer(name: string, options?: OperationOptions): Promise<boolean> {
    return this.#run('deleteContainer', options, () => this.#containers.delete(name, options))
  }

  /**
   * Writes a blob, whole or not at all.
   *
   * @param blobName As Azure has it: not changed, and without the store's prefix.
   * @throws StorageError as `write`, `INVALID_ARGUMENT` for a name that Azure would change.
   */
  uploadBlob(
    container: string,
    blobName: string,
    data: BodyInput,
    options?: UploadBlobOptions,
  ): Promise<ObjectInfo> {
    const call = (): Promise<ObjectInfo> => this.#blobs.upload(container, blobName, data, options)
    return this.#run('uploadBlob', options, call, () => discardSource(data))
  }

  /**
   * Opens a blob: take its `bytes()`, `text()` or `json()`, iterate over it, or `cancel()` it.
   *
   * @throws StorageError as `read`.
   */
  downloadBlob(container: string, blobName: string, options?: ReadOptions): Promise<StoredBody> {
    const call = (): Promise<StoredBody> => this.#blobs.download(container, blobName, options)
    return this.#run('downloadBlob', options, call)
  }

  /** Names as Azure has them, in the order of the service, which need not be that of keys. */
  listBlobs(container: string, options: ListBlobsOptions = {}): AsyncIterable<ListedBlob> {
    const list = (): AsyncGenerator<ListedBlob> => this.#blobs.list(container, options)
    return this.#list('listBlobs', undefined, options, list)
  }

  #ofKey<T>(
    operation: string,
    key: string,
    options: Signalled,
    call: () => Promise<T>,
  ): Promise<T> {
    const checked = (): Promise<T> => {
      assertForeignKey(key)
      return told(operation, call)
    }
    return this.run(operation, typeof key === 'string' ? key : undefined, options?.signal, checked)
  }

  #run<T>(
    operation: string,
    options: Signalled,
    call: () => Promise<T>,
    onRefused?: () => void,
  ): Promise<T> {
    const signal = options?.signal
    return this.run(operation, undefined, signal, () => told(operation, call), onRefused)
  }

  #listOfKey<T>(
    operation: string,
    key: string,
    options: OperationOptions = {},
    list: (signal: AbortSignal | undefined) => AsyncGenerator<T>,
  ): AsyncIterable<T> {
    assertForeignKey(key)
    const signal = signalOf(options, operation)
    return this.#list(operation, key, { signal }, () => list(signal))
  }

  async *#list<T>(
    operation: string,
    key: string | undefined,
    { signal }: OperationOptions,
    list: () => AsyncGenerator<T>,
  ): AsyncGenerator<T> {
    const items = list()
    try {
      for (;;) {
        const next = await this.run(operation, key, signal, () =>
          told(operation, () => items.next()),
        )
        if (next.done === true) return
        throwIfAborted(signal)
        yield next.value
      }
    } finally {
      await items.return(undefined)
    }
  }
}

/** Errors name the call that the user made, not the one that it took. */
async function told<T>(operation: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw isStorageError(error) ? error.with({ operation }) : error
  }
}

function extrasOf({ service }: Container, canSign: boolean): string[] {
  const { presign, accessTiers, versions, snapshots } = extraMembers
  return [
    ...(canSign ? presign : []),
    ...accessTiers,
    ...versions,
    ...snapshots,
    ...['createContainer', 'deleteContainer', 'uploadBlob', 'downloadBlob', 'listBlobs'],
    // A client of one container knows no others.
    ...(service === undefined ? [] : ['listContainers']),
  ]
}
