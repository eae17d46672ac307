/**
 * Writing objects: a new file is filled, stamped, made durable, and becomes the object in one step.
 *
 *   create temporary file -> write -> stamp -> fsync -> [lock: check, rename] -> fsync folder
 *
 * Until the rename the old object stands; after it the new one does. A failure before the last
 * fsync is reported, never tried again: what the disk holds after a failed fsync is unknown.
 */
import { dirname } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type Clock,
  type DeleteOutcome,
  isStorageError,
  type ObjectInfo,
  type OperationOptions,
  type Random,
  type WriteBody,
  type WriteOptions,
} from '@aos-storage/core'
import {
  abortError,
  assertBodySize,
  discardSource,
  guardSource,
  throwIfAborted,
} from '@aos-storage/core/backend'
import { type ChangedFolders, Changes } from './changes.ts'
import { encodeHeader, type EnvelopeHeader } from './envelope.ts'
import { closedError, isMissing, madeAlready, toStorageError } from './errors.ts'
import { loadSqlite } from './file-lock.ts'
import type { FileSystem } from './file-system.ts'
import type { BaseFolder } from './folder.ts'
import { FolderSync } from './folder-sync.ts'
import { type Form, formOf } from './names/forms.ts'
import { encodeKey, type KeyPath } from './names/paths.ts'
import { infoOf, infoOfEnvelope } from './object-reader.ts'
import { OwnFolder } from './own-folder.ts'
import { assertFineTimes, StampSource } from './stamp.ts'
import { Pace } from './pace.ts'
import { TemporaryFile } from './temporary-file.ts'

/** Keys deleted in one critical section, so that other writers are not kept waiting. */
const deleteSliceKeys = 32

export interface ObjectWriterOptions {
  readonly fs: FileSystem
  readonly base: BaseFolder
  readonly clock: Clock
  readonly isDurable: boolean
  readonly fileMode: number
  readonly folderMode: number
  readonly lockWaitMsMax: number
  readonly objectBytesMax: number
  readonly random: Random
}

/** Bodies up to this size are written at once; larger ones by the thread pool. */
const smallBytesMax = 64 * 1024
/** Bodies up to this size are written together with their header: copying them is quicker. */
const joinedBytesMax = 4 * 1024
/** Many ticks of the clock that folders get their time of birth from. */
const youngFolderMs = 500
/** Folders remembered as durable; then it begins anew. */
const durableFoldersMax = 10_000

/** How an object is laid into its file. */
interface Layout {
  readonly key: string
  readonly path: KeyPath
  readonly form: Form
  /** What goes in front of the body; undefined unless the form is an envelope. */
  readonly header: EnvelopeHeader | undefined
  readonly headerBytes: Uint8Array
}

export class ObjectWriter {
  readonly #options: ObjectWriterOptions
  readonly #changes: Changes
  readonly #folderSync: FolderSync
  readonly #stamps: StampSource
  readonly #creates: Pace
  #own: OwnFolder | undefined
  #areTimesFine = false
  /** Folders whose names up to the base are durable, by path: their identity. */
  readonly #durable = new Map<string, string>()
  /** Ends sources that are silent at close. */
  readonly #closing = new AbortController()
  /** How many writes are under way. */
  #writes = 0
  readonly #running = new Set<Promise<unknown>>()

  constructor(options: ObjectWriterOptions) {
    const { fs, base, folderMode, isDurable, clock } = options
    this.#options = options
    this.#stamps = new StampSource(clock)
    this.#creates = new Pace(clock)
    this.#folderSync = new FolderSync(fs, clock)
    this.#changes = new Changes({
      fs,
      base,
      clock,
      stamps: this.#stamps,
      folderMode,
      isDurable,
      folderSync: this.#folderSync,
    })
  }

  async write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    this.#writes++
    try {
      return await this.#underWay(this.#write(key, body, options))
    } finally {
      this.#writes--
    }
  }

  async #write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    let layout: Layout
    let small: readonly Uint8Array[] | undefined
    let own: OwnFolder
    let file: TemporaryFile
    try {
      layout = layoutOf(key, options)
      small = partsIfSmall(layout.headerBytes, body)
      const made = small && this.#createAtOnce(small)
      if (made === undefined) {
        // While it is waited for, the caller may change the bytes.
        const copy = small && Buffer.concat(small)
        own = await this.#open()
        file = await this.#create(own, options.signal, copy)
      } else ({ own, file } = made)
    } catch (error) {
      discardSource(body)
      throw error
    }
    try {
      if (small === undefined) await this.#fill(file, layout.headerBytes, body, options.signal)
      await this.#settle(file)
      const { changed, renaming } = await this.#locked(own, options.signal, () => {
        const { path, form } = layout
        const isAlone = this.#isAlone
        return this.#changes.put(own, { key, path, form, file, conditions: options, isAlone })
      })
      await renaming
      return await this.#finish(layout, file, changed)
    } catch (error) {
      await file.discard()
      throw this.#isClosed && isStorageError(error, 'ABORTED') ? closedError() : error
    }
  }

  /** What is left to do when the new object is in its place. */
  async #finish(layout: Layout, file: TemporaryFile, changed: ChangedFolders): Promise<ObjectInfo> {
    try {
      const info = this.#describe(layout, file)
      file.close()
      await this.#sync(changed, layout.path)
      return info
    } catch (error) {
      throw madeAlready(error, 'write', layout.key)
    }
  }

  remove(
    key: string,
    ifMatch: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    return this.#underWay(this.#remove(key, ifMatch, signal))
  }

  async #remove(
    key: string,
    ifMatch: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const own = await this.#open()
    const path = encodeKey(key)
    const syncing = await this.#locked(own, signal, async () => {
      const changed = await this.#changes.remove(own, key, path, ifMatch)
      return changed && this.#leftSync(changed)
    })
    if (syncing === undefined) return false
    try {
      await syncing.done
    } catch (error) {
      throw madeAlready(error, 'delete', key)
    }
    return true
  }

  removeMany(keys: readonly string[], options: OperationOptions): Promise<DeleteOutcome[]> {
    return this.#underWay(this.#removeMany(keys, options))
  }

  async #removeMany(keys: readonly string[], options: OperationOptions): Promise<DeleteOutcome[]> {
    const own = await this.#open()
    const outcomes: DeleteOutcome[] = []
    const syncings: { readonly done: Promise<void> }[] = []
    try {
      for (let at = 0; at < keys.length; at += deleteSliceKeys) {
        const slice = keys.slice(at, at + deleteSliceKeys)
        await this.#locked(own, options.signal, async () => {
          const changed = new Set<string>()
          for (const key of slice) outcomes.push(await this.#removeOne(own, key, changed))
          syncings.push(this.#leftSync([...changed]))
        })
        await nextTurn()
      }
    } finally {
      // Also what went before an abort is gone for good.
      await Promise.all(syncings.map(({ done }) => done)).catch((error: unknown) => {
        throw madeAlready(error, 'deleteMany')
      })
    }
    return outcomes
  }

  /**
   * Begins to sync folders that lost names, and does not wait for it. Under the lock: later others
   * may remove such a folder, and make another one of its name.
   */
  #leftSync(folders: ChangedFolders): { readonly done: Promise<void> } {
    const done = this.#sync(folders)
    // Seen by the one who waits for it, some steps later.
    done.catch(() => undefined)
    return { done }
  }

  /** Ends what is under way, and waits for it: sources are left, and the disk answers. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#own?.close(() => Promise.allSettled(this.#running))
  }

  async #underWay<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work)
    try {
      return await work
    } finally {
      this.#running.delete(work)
    }
  }

  get #isAlone(): boolean {
    return this.#writes === 1
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  async #removeOne(own: OwnFolder, key: string, changed: Set<string>): Promise<DeleteOutcome> {
    try {
      const folders = await this.#changes.remove(own, key, encodeKey(key))
      for (const folder of folders ?? []) changed.add(folder)
      return { key, deleted: folders !== undefined }
    } catch (error) {
      return { key, deleted: false, error: toStorageError(error, 'deleteMany', key) }
    }
  }

  /** Opens the store's own folder when something is first changed; again if that failed. */
  async #open(): Promise<OwnFolder> {
    // Not loaded each time: an import costs 15 microseconds, also one of what is there.
    if (this.#own !== undefined && !this.#isClosed) return this.#own
    const Database = await loadSqlite()
    if (this.#isClosed) throw closedError()
    const { base, clock, random, fileMode, folderMode, lockWaitMsMax } = this.#options
    this.#own ??= new OwnFolder(Database, {
      basePath: base.path,
      clock,
      random,
      fileMode,
      folderMode,
      lockWaitMsMax,
      isLockWanted: () => this.#running.size > 1,
    })
    return this.#own
  }

  /** Undefined when there is something to wait for. */
  #createAtOnce(
    parts: readonly Uint8Array[],
  ): { readonly own: OwnFolder; readonly file: TemporaryFile } | undefined {
    const own = this.#own
    if (own === undefined || this.#isClosed) return undefined
    // Whether this one is alone is known only when those begun beside it have come.
    if (this.#creates.isPooled) return undefined
    const path = own.pathAtOnce()
    if (path === undefined) return undefined
    const { fs, fileMode } = this.#options
    const create = (): TemporaryFile => TemporaryFile.createWith(fs, path, fileMode, parts)
    return { own, file: this.#creates.timed(create) }
  }

  async #create(
    own: OwnFolder,
    signal: AbortSignal | undefined,
    small: Uint8Array | undefined,
  ): Promise<TemporaryFile> {
    const { fs, fileMode } = this.#options
    try {
      const path = await orAborted(own.nextPath(), signal)
      if (small === undefined) return await TemporaryFile.create(fs, path, fileMode)
      return this.#creates.takePooled(this.#isAlone)
        ? await this.#creates.handedOver(() =>
            TemporaryFile.createElsewhere(fs, path, fileMode, small),
          )
        : this.#creates.timed(() => TemporaryFile.createWith(fs, path, fileMode, [small]))
    } catch (error) {
      // The folder of temporary files goes with the store.
      throw this.#isClosed && isMissing(error) ? closedError() : error
    }
  }

  async #fill(
    file: TemporaryFile,
    header: Uint8Array,
    body: WriteBody,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { objectBytesMax } = this.#options
    if (body instanceof Uint8Array) {
      assertBodySize(body.byteLength, objectBytesMax)
      throwIfAborted(signal)
      if (header.byteLength > 0) await file.writeWhole(header)
      await file.writeWhole(body)
      return
    }
    let bytes = 0
    await file.append(header)
    for await (const chunk of guardSource(body, signal, this.#closing.signal)) {
      bytes += chunk.byteLength
      assertBodySize(bytes, objectBytesMax)
      await file.append(chunk)
    }
    await file.finish()
  }

  /** Gives the file its time, and makes its bytes durable. */
  async #settle(file: TemporaryFile): Promise<void> {
    const { fs, isDurable } = this.#options
    const stampUs = this.#stamps.next()
    file.stamp(stampUs)
    if (!this.#areTimesFine) assertFineTimes(fs.fstatSync(file.descriptor), stampUs)
    this.#areTimesFine = true
    if (isDurable) await fs.fsync(file.descriptor)
  }

  #locked<T>(
    own: OwnFolder,
    signal: AbortSignal | undefined,
    change: () => T | Promise<T>,
  ): Promise<Awaited<T>> {
    return own.lock.run(signal, () => {
      throwIfAborted(signal)
      return change()
    })
  }

  #describe({ key, form, header }: Layout, file: TemporaryFile): ObjectInfo {
    const stats = this.#options.fs.fstatSync(file.descriptor)
    return header === undefined ? infoOf(key, { form, stats }) : infoOfEnvelope(key, stats, header)
  }

  /**
   * Makes names durable: in folders that changed, and, below a folder that this process has not
   * made sure of yet, on the whole way: another writer may have made it, and not have synced it.
   */
  async #sync(folders: ChangedFolders, path?: KeyPath): Promise<void> {
    const { isDurable, base } = this.#options
    if (!isDurable) return
    const all = new Set(folders)
    const folder = path === undefined ? base.path : base.folderOf(path).slice(0, -1)
    const identity = folder === base.path ? undefined : this.#identityOf(folder)
    const isSure = folder === base.path || this.#durable.get(folder) === (identity ?? '')
    if (!isSure) for (let at = folder; at !== base.path;) all.add((at = dirname(at)))
    await Promise.all([...all].map((each) => this.#syncFolder(each)))
    if (isSure || identity === undefined) return
    if (this.#durable.size >= durableFoldersMax) this.#durable.clear()
    this.#durable.set(folder, identity)
  }

  /**
   * Tells a folder from all others of its name, before and after: inode numbers are used again at
   * once, times of birth are not, but for those of the same tick of the clock. Undefined when it is
   * too young to tell, or the file system keeps no such time.
   */
  #identityOf(folder: string): string | undefined {
    const { fs, clock } = this.#options
    const stats = fs.lstatSync(folder)
    if (stats === undefined || stats.birthtimeNs === 0n) return undefined
    const ageMs = clock.now() - Number(stats.birthtimeMs)
    return ageMs > youngFolderMs ? `${stats.ino}-${stats.birthtimeNs}` : undefined
  }

  /** Syncs a folder, or the one above that is left if others emptied and removed it since. */
  async #syncFolder(folder: string): Promise<void> {
    const { base } = this.#options
    for (let path = folder; ; path = dirname(path)) {
      try {
        return await this.#folderSync.sync(path)
      } catch (error) {
        if (!isMissing(error) || path === base.path) throw error
      }
    }
  }
}

/** Header and body of a small object; else undefined. A call to write costs more than few bytes. */
function partsIfSmall(header: Uint8Array, body: WriteBody): readonly Uint8Array[] | undefined {
  if (!(body instanceof Uint8Array) || body.byteLength > smallBytesMax) return undefined
  if (header.byteLength === 0) return [body]
  return body.byteLength > joinedBytesMax ? [header, body] : [Buffer.concat([header, body])]
}

function layoutOf(key: string, options: WriteOptions): Layout {
  const { contentType, metadata = {} } = options
  const path = encodeKey(key)
  const form = formOf(path.stem, path.segment, contentType, metadata)
  if (form !== 'aos') return { key, path, form, header: undefined, headerBytes: new Uint8Array() }
  const headerBytes = encodeHeader(contentType, metadata)
  const header = { contentType, metadata: { ...metadata }, headerBytes: headerBytes.byteLength }
  return { key, path, form, header, headerBytes }
}

/** Settles as `work` does, or rejects with `ABORTED` as soon as the signal fires. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortError(signal))
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
