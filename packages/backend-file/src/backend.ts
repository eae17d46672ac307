/** Local files as a storage backend: the contract's methods, over the parts beside this file. */
import { constants } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import {
  type Capabilities,
  type Clock,
  type CopyOptions,
  type DeleteOptions,
  type DeleteOutcome,
  type Health,
  isStorageError,
  keyBytesMax,
  type ListOptions,
  type ListPage,
  type ObjectInfo,
  type OperationOptions,
  type ReadOptions,
  type ReadResult,
  type StatOptions,
  type StorageBackend,
  systemClock,
  systemRandom,
  type WriteBody,
  type WriteOptions,
} from '@aos-storage/core'
import {
  discardSource,
  listPageMax,
  metadataBytesMax,
  throwIfAborted,
} from '@aos-storage/core/backend'
import { openBasePath } from './base-path.ts'
import { closedError, toStorageError } from './errors.ts'
import { nodeFileSystem } from './file-system.ts'
import { BaseFolder } from './folder.ts'
import { ObjectReader } from './object-reader.ts'
import { ObjectWriter } from './object-writer.ts'
import { assertFileOptions, type FileBackendOptions } from './options.ts'
import { Pages } from './pages.ts'
import { Turns } from './turns.ts'
import { type VerifyOptions, type VerifyReport, verifyStore } from './verify.ts'
import { Walk } from './walk.ts'

/**
 * A folder of files that a person can read, as a store.
 *
 * Atomic and, by default, durable; conditions hold between all processes of the host. See
 * `docs/formats/file-layout.md` for what lies where.
 */
export class FileStorageBackend implements StorageBackend {
  readonly name: string = 'file'
  readonly capabilities: Capabilities
  /** The base folder, absolute and free of links. */
  readonly basePath: string
  readonly #base: BaseFolder
  readonly #clock: Clock
  readonly #reader: ObjectReader
  readonly #writer: ObjectWriter
  readonly #pages: Pages
  readonly #turns: Turns
  #closing: Promise<void> | undefined

  /**
   * Opens, or makes, a store. Takes a few file system calls; nothing is written yet.
   *
   * @throws StorageError `INVALID_ARGUMENT` when the base path is no folder, `PERMISSION_DENIED`
   * when it cannot be read or made, `UNSUPPORTED` for a store of a newer format, `CORRUPT` for one
   * whose format cannot be read, `CONFLICT` when a link or special file stands for its own folder.
   */
  constructor(options: FileBackendOptions) {
    assertFileOptions(options)
    const { durability = 'fsync', fileSystem: fs = nodeFileSystem } = options
    const folderMode = options.folderMode ?? 0o700
    this.#clock = options.clock ?? systemClock
    this.#turns = new Turns(this.#clock)
    this.basePath = openBasePath(options.basePath, folderMode, durability === 'fsync')
    this.capabilities = capabilitiesOf(durability)
    const base = new BaseFolder(fs, this.basePath)
    this.#base = base
    this.#reader = new ObjectReader(fs, base, this.#clock)
    this.#writer = new ObjectWriter({
      fs,
      base,
      clock: this.#clock,
      isDurable: durability === 'fsync',
      fileMode: options.fileMode ?? 0o600,
      folderMode,
      lockWaitMsMax: options.lockWaitMsMax ?? 30_000,
      objectBytesMax: this.capabilities.objectBytesMax,
      random: options.random ?? systemRandom,
    })
    this.#pages = new Pages({
      newWalk: () => new Walk(fs, base),
      clock: this.#clock,
      describe: (entry, fields, isOutdated) => this.#reader.describe(entry, fields, isOutdated),
    })
  }

  read(key: string, options: ReadOptions = {}): Promise<ReadResult> {
    return this.#run('read', key, options.signal, () => this.#reader.read(key, options))
  }

  write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    const call = (): Promise<ObjectInfo> => this.#writer.write(key, body, options)
    return this.#run('write', key, options.signal, call, () => discardSource(body))
  }

  stat(key: string, options: StatOptions = {}): Promise<ObjectInfo> {
    return this.#run('stat', key, options.signal, () => this.#reader.stat(key, options))
  }

  delete(key: string, options: DeleteOptions = {}): Promise<boolean> {
    const { ifMatch, signal } = options
    return this.#run('delete', key, signal, () => this.#writer.remove(key, ifMatch, signal))
  }

  list(options: ListOptions = {}): Promise<ListPage> {
    const limit = Math.min(options.limit ?? listPageMax, listPageMax)
    return this.#run('list', undefined, options.signal, async () => {
      const page = await this.#pages.page(options, limit)
      throwIfAborted(options.signal)
      return page
    })
  }

  copy(from: string, to: string, options: CopyOptions = {}): Promise<ObjectInfo> {
    const { sourceIfMatch, ifMatch, ifNoneMatch, signal } = options
    return this.#run('copy', from, signal, async () => {
      const source = await this.#reader.read(from, { ifMatch: sourceIfMatch, signal })
      const { contentType, metadata } = source.info
      const write = { contentType, metadata, ifMatch, ifNoneMatch, signal }
      try {
        return await this.#writer.write(to, source.body, write)
      } catch (error) {
        // Here the source is ours: its error is not the caller's.
        const { cause } = error as Error
        throw isStorageError(error, 'ABORTED') && isStorageError(cause) ? cause : error
      } finally {
        if (!(source.body instanceof Uint8Array)) await source.body.cancel()
      }
    })
  }

  deleteMany(keys: readonly string[], options: OperationOptions = {}): Promise<DeleteOutcome[]> {
    return this.#run('deleteMany', undefined, options.signal, () =>
      this.#writer.removeMany(keys, options),
    )
  }

  async health(options: OperationOptions = {}): Promise<Health> {
    throwIfAborted(options.signal)
    const startedMs = this.#clock.monotonicMs()
    const report = (
      ok: boolean,
      message: string,
      details: Record<string, string | number> = {},
    ): Health => ({
      ok,
      latencyMs: this.#clock.monotonicMs() - startedMs,
      message,
      details: { basePath: this.basePath, ...details },
    })
    if (this.#isClosed) return report(false, closedError().message)
    try {
      await access(this.basePath, constants.R_OK | constants.W_OK | constants.X_OK)
      const { bavail, bsize, blocks } = await statfs(this.basePath)
      const space = { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
      if (bavail === 0) return report(false, 'The disk is full; free space', space)
      return report(true, 'The base folder can be read and written', space)
    } catch (error) {
      return report(false, toStorageError(error, 'health').message)
    }
  }

  /** All calls wait for the same end. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#pages.close()
    await Promise.all([this.#reader.close(), this.#writer.close()])
  }

  get #isClosed(): boolean {
    return this.#closing !== undefined
  }

  /** The path of the file that holds a key's object, or undefined when there is none. */
  pathOf(key: string): string | undefined {
    return this.#reader.pathOf(key)
  }

  /**
   * Checks every file below the base folder and tells what is wrong. Changes nothing.
   *
   * @throws StorageError as `list` does.
   */
  verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    return this.#run('verify', undefined, options.signal, () => verifyStore(this.#base, options))
  }

  async #run<T>(
    operation: string,
    key: string | undefined,
    signal: AbortSignal | undefined,
    call: () => Promise<T>,
    onRefused?: () => void,
  ): Promise<T> {
    let isRefused = true
    try {
      if (this.#isClosed) throw closedError()
      throwIfAborted(signal)
      isRefused = false
      return await call()
    } catch (error) {
      if (isRefused) onRefused?.()
      // Mistakes in programs, this one included, are not told as failures of the disk.
      if (!isStorageError(error) && (error as NodeJS.ErrnoException).code === undefined) throw error
      throw toStorageError(error, operation, key)
    } finally {
      const turn = this.#turns.end()
      if (turn !== undefined) await turn
    }
  }
}

function capabilitiesOf(durability: 'fsync' | 'none'): Capabilities {
  return Object.freeze({
    conditionalWrite: 'host',
    conditionalDelete: 'host',
    conditionalCopy: 'host',
    conditionalRead: true,
    rangeRead: true,
    userMetadata: true,
    durability: durability === 'fsync' ? 'host' : 'process',
    keyBytesMax,
    objectBytesMax: Number.MAX_SAFE_INTEGER,
    metadataBytesMax,
    listPageMax,
    deleteManyMax: 1000,
    modifiedAtResolutionMs: 1,
    etagIdentity: 'version',
    listedSize: 'body',
    extras: Object.freeze(['pathOf', 'verify']),
  })
}
