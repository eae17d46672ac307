/**
 * A container of Azure Blob Storage: the contract's methods, over the parts beside this file. What
 * Azure can do beside the contract is in `extras/`.
 */
import {
  type Capabilities,
  type Clock,
  type CopyOptions,
  type DeleteOptions,
  type DeleteOutcome,
  type Health,
  isStorageError,
  keyBytesMax,
  keyFault,
  type ListOptions,
  type ListPage,
  type ObjectInfo,
  type OperationOptions,
  type ReadOptions,
  type ReadResult,
  type StatOptions,
  type StorageBackend,
  StorageError,
  systemClock,
  systemRandom,
  type WriteBody,
  type WriteOptions,
} from '@aos-storage/core'
import {
  discardSource,
  metadataBytesMax,
  quoteKey,
  throwIfAborted,
} from '@aos-storage/core/backend'
import { closedError, isProgramError } from '@aos-storage/core/remote'
import { azureFailures, toStorageError } from '../errors.ts'
import { assertBlobOptions, type AzureBlobOptions } from '../options.ts'
import { bodyBytesMax } from './block-sizes.ts'
import { Container } from './container.ts'
import { BlobCopier, singleCopyBytesMax } from './copier.ts'
import { BlobExtras } from './extras/extras.ts'
import { BlobNames } from './names.ts'
import { BlobPages, listPageMax } from './pages.ts'
import { BlobReader } from './reader.ts'
import { namedContainer } from './refusal.ts'
import { batchDeletesMax, BlobRemover } from './remover.ts'
import { BlobWriter } from './writer.ts'

const mebibyte = 1024 ** 2
const blockBytesDefault = 4 * mebibyte
const bodyIdleMsDefault = 30_000
const smallReadBytesDefault = 256 * 1024

/**
 * The blobs of a container, or those below a prefix, as a store.
 *
 * Conditions hold between all clients of the service. What is written is whole or not there. See
 * `docs/formats/azure-blob-names.md` for how keys and metadata lie there.
 */
export class AzureStorageBackend extends BlobExtras implements StorageBackend {
  readonly name: string = 'azblob'
  readonly capabilities: Capabilities
  readonly #container: Container
  readonly #clock: Clock
  readonly #names: BlobNames
  readonly #reader: BlobReader
  readonly #writer: BlobWriter
  readonly #copier: BlobCopier
  readonly #remover: BlobRemover
  readonly #pages: BlobPages
  #isClosed = false

  /**
   * Opens a store. Sends nothing: `health` tells whether the container can be reached.
   *
   * @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing.
   */
  constructor(options: AzureBlobOptions) {
    assertBlobOptions(options)
    const prefix = folderOf(options.prefix)
    const random = options.random ?? systemRandom
    const clock = options.clock ?? systemClock
    const blockBytes = options.blockBytes ?? blockBytesDefault
    const blockConcurrency = options.blockConcurrency ?? 3
    const container = new Container(options)
    const names = new BlobNames(prefix)
    const reader = new BlobReader({
      container,
      names,
      clock,
      smallReadBytesMax: options.smallReadBytesMax ?? smallReadBytesDefault,
      bodyIdleMsMax: options.bodyIdleMsMax ?? bodyIdleMsDefault,
    })
    const writer = new BlobWriter({
      container,
      names,
      random,
      singleWriteBytesMax: options.singleWriteBytesMax ?? blockBytesDefault,
      blockBytes,
      blockConcurrency,
      objectBytesMax: bodyBytesMax(blockBytes),
    })
    super({ container, names, reader, writer, clock, random })
    this.#container = container
    this.#clock = clock
    this.#names = names
    this.capabilities = capabilitiesOf(prefix, blockBytes, this.extras)
    this.#reader = reader
    this.#writer = writer
    this.#copier = new BlobCopier({
      container,
      names,
      clock,
      random,
      blockConcurrency,
      singleCopyBytesMax,
    })
    this.#remover = new BlobRemover(container, names)
    this.#pages = new BlobPages(container, names)
  }

  read(key: string, options: ReadOptions = {}): Promise<ReadResult> {
    return this.run('read', key, options.signal, () => this.#reader.read(key, options))
  }

  write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    const call = (): Promise<ObjectInfo> => this.#writer.write(key, body, options)
    return this.run('write', key, options.signal, call, () => discardSource(body))
  }

  stat(key: string, options: StatOptions = {}): Promise<ObjectInfo> {
    return this.run('stat', key, options.signal, () => this.#reader.stat(key, options))
  }

  delete(key: string, options: DeleteOptions = {}): Promise<boolean> {
    return this.run('delete', key, options.signal, () => this.#remover.remove(key, options))
  }

  list(options: ListOptions = {}): Promise<ListPage> {
    const limit = Math.min(options.limit ?? listPageMax, listPageMax)
    return this.run('list', undefined, options.signal, () => this.#pages.page(options, limit))
  }

  copy(from: string, to: string, options: CopyOptions = {}): Promise<ObjectInfo> {
    return this.run('copy', from, options.signal, () => {
      this.#assertLength(to)
      return this.#copier.copy(from, to, options)
    })
  }

  deleteMany(keys: readonly string[], options: OperationOptions = {}): Promise<DeleteOutcome[]> {
    return this.run('deleteMany', undefined, options.signal, async () => {
      const outcomes = await this.#remover.removeMany(keys, options)
      return outcomes.map((outcome) => {
        const { error } = outcome
        return error === undefined
          ? outcome
          : { ...outcome, error: namedContainer(error, this.container) }
      })
    })
  }

  /** Asks for a blob that is not there: the least right to read is enough. */
  async health(options: OperationOptions = {}): Promise<Health> {
    throwIfAborted(options.signal)
    const startedMs = this.#clock.monotonicMs()
    const report = (ok: boolean, message: string): Health => ({
      ok,
      latencyMs: this.#clock.monotonicMs() - startedMs,
      message,
      details: { url: this.#container.url, prefix: this.#names.prefix },
    })
    if (this.#isClosed) return report(false, closedError(azureFailures.service).message)
    try {
      await this.#reader.stat('.aos/health', options, 'health')
      return report(true, 'The container can be reached and read')
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) {
        return report(true, 'The container can be reached and read')
      }
      if (isStorageError(error, 'ABORTED')) throw error
      const told = toStorageError(error, { backend: this.name, operation: 'health' })
      return report(false, namedContainer(told, this.container).message)
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#reader.close()
    this.#writer.close()
    this.#container.close()
  }

  protected override async run<T>(
    operation: string,
    key: string | undefined,
    signal: AbortSignal | undefined,
    call: () => Promise<T>,
    onRefused?: () => void,
  ): Promise<T> {
    let isRefused = true
    try {
      if (this.#isClosed) throw closedError(azureFailures.service)
      throwIfAborted(signal)
      if (key !== undefined) this.#assertLength(key)
      isRefused = false
      return await call()
    } catch (error) {
      if (isRefused) onRefused?.()
      // Mistakes in programs, this one included, are not told as failures of the service.
      if (isProgramError(error)) throw error
      const told = toStorageError(error, { backend: this.name, operation, key })
      throw namedContainer(told, this.container)
    }
  }

  /** A prefix takes some of the bytes that a name may have. */
  #assertLength(key: string): void {
    if (this.#names.prefix === '') return
    const bytes = Buffer.byteLength(key)
    const { keyBytesMax: most } = this.capabilities
    if (bytes <= most) return
    throw new StorageError(
      'INVALID_KEY',
      `Key ${quoteKey(key)} is ${bytes} bytes long; at most ${most} fit behind the prefix`,
      { key },
    )
  }
}

/** @throws StorageError `INVALID_ARGUMENT` unless keys can lie below it. */
function folderOf(prefix: string = ''): string {
  if (prefix === '') return ''
  const folder = prefix.endsWith('/') ? prefix : `${prefix}/`
  const fault = keyFault(folder.slice(0, -1))
  const isPlain = fault === undefined && new BlobNames('').nameOf(`${folder}x`) === `${folder}x`
  if (isPlain && Buffer.byteLength(folder) <= keyBytesMax / 2) return folder
  throw new StorageError(
    'INVALID_ARGUMENT',
    `prefix ${quoteKey(prefix)} ${fault ?? 'is longer than 512 bytes, or Azure would change it'}`,
    { operation: 'open' },
  )
}

function capabilitiesOf(
  prefix: string,
  blockBytes: number,
  extras: readonly string[],
): Capabilities {
  return Object.freeze({
    conditionalWrite: 'global',
    conditionalDelete: 'global',
    conditionalCopy: 'global',
    conditionalRead: true,
    rangeRead: true,
    userMetadata: true,
    durability: 'service',
    keyBytesMax: keyBytesMax - Buffer.byteLength(prefix),
    objectBytesMax: bodyBytesMax(blockBytes),
    metadataBytesMax,
    listPageMax,
    deleteManyMax: batchDeletesMax,
    // Last-Modified has whole seconds.
    modifiedAtResolutionMs: 1000,
    etagIdentity: 'version',
    listedSize: 'body',
    extras,
  })
}
