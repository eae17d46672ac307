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
  type ObjectInfo,
  type OperationOptions,
  type WriteBody,
  type WriteOptions,
} from '@aos-storage/core'
import { assertBodySize, guardSource, ownBytes, throwIfAborted } from '@aos-storage/core/backend'
import { type ChangedFolders, Changes } from './changes.ts'
import { encodeHeader, type EnvelopeHeader } from './envelope.ts'
import { closedError, isMissing, toStorageError } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import type { BaseFolder } from './folder.ts'
import { FolderSync } from './folder-sync.ts'
import { loadSqlite } from './lock.ts'
import { type Form, formOf } from './names/forms.ts'
import { encodeKey, type KeyPath } from './names/paths.ts'
import { infoOf, infoOfEnvelope } from './object-reader.ts'
import { OwnFolder } from './own-folder.ts'
import { StampSource } from './stamp.ts'
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
  readonly writerId: string
}

/** Bodies up to this size are copied first: the caller may change its bytes at once. */
const copiedBytesMax = 64 * 1024

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
  #own: Promise<OwnFolder> | undefined
  #isClosed = false

  constructor(options: ObjectWriterOptions) {
    const { fs, base, folderMode, isDurable, clock } = options
    this.#options = options
    this.#stamps = new StampSource(clock)
    this.#folderSync = new FolderSync(fs)
    this.#changes = new Changes({ fs, base, stamps: this.#stamps, folderMode, isDurable })
  }

  async write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    const layout = layoutOf(key, options)
    const source =
      body instanceof Uint8Array && body.byteLength <= copiedBytesMax ? ownBytes(body) : body
    const own = await this.#open()
    const file = await this.#create(own)
    try {
      await this.#fill(file, layout.headerBytes, source, options.signal)
      await this.#settle(file)
      const changed = await this.#locked(own, options.signal, () =>
        this.#changes.put(key, layout.path, layout.form, file, options, own.deletions),
      )
      const info = this.#describe(layout, file)
      file.close()
      await this.#sync(changed)
      return info
    } catch (error) {
      await file.discard()
      throw error
    }
  }

  async remove(
    key: string,
    ifMatch: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const own = await this.#open()
    const path = encodeKey(key)
    const changed = await this.#locked(own, signal, () =>
      this.#changes.remove(key, path, ifMatch, own.deletions),
    )
    if (changed === undefined) return false
    await this.#sync(changed)
    return true
  }

  async removeMany(keys: readonly string[], options: OperationOptions): Promise<DeleteOutcome[]> {
    const own = await this.#open()
    const outcomes: DeleteOutcome[] = []
    const changed = new Set<string>()
    try {
      for (let at = 0; at < keys.length; at += deleteSliceKeys) {
        const slice = keys.slice(at, at + deleteSliceKeys)
        await this.#locked(own, options.signal, () => {
          for (const key of slice) outcomes.push(this.#removeOne(own, key, changed))
        })
        await nextTurn()
      }
    } finally {
      // Also what went before an abort is gone for good.
      await this.#sync([...changed])
    }
    return outcomes
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await (await this.#own?.catch(() => undefined))?.close()
  }

  #removeOne(own: OwnFolder, key: string, changed: Set<string>): DeleteOutcome {
    try {
      const folders = this.#changes.remove(key, encodeKey(key), undefined, own.deletions)
      for (const folder of folders ?? []) changed.add(folder)
      return { key, deleted: folders !== undefined }
    } catch (error) {
      return { key, deleted: false, error: toStorageError(error, 'deleteMany', key) }
    }
  }

  /** Registers this writer when it first writes; again if that failed. */
  async #open(): Promise<OwnFolder> {
    if (this.#isClosed) throw closedError()
    this.#own ??= this.#register().catch((error: unknown) => {
      this.#own = undefined
      throw error
    })
    return this.#own
  }

  async #register(): Promise<OwnFolder> {
    const { base, clock, fileMode, folderMode, lockWaitMsMax, writerId } = this.#options
    return OwnFolder.open(await loadSqlite(), {
      basePath: base.path,
      clock,
      fileMode,
      folderMode,
      lockWaitMsMax,
      writerId,
    })
  }

  async #create(own: OwnFolder): Promise<TemporaryFile> {
    const { fs, fileMode } = this.#options
    try {
      return await TemporaryFile.create(fs, own.nextPath(), fileMode)
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
      const isSmall = body.byteLength <= copiedBytesMax
      if (header.byteLength === 0) await file.writeWhole(body)
      else if (isSmall) await file.writeWhole(Buffer.concat([header, body]))
      else {
        await file.writeWhole(header)
        await file.writeWhole(body)
      }
      return
    }
    let bytes = 0
    await file.append(header)
    for await (const chunk of guardSource(body, signal)) {
      bytes += chunk.byteLength
      assertBodySize(bytes, objectBytesMax)
      await file.append(chunk)
    }
    await file.finish()
  }

  /** Gives the file its time, and makes its bytes durable. */
  async #settle(file: TemporaryFile): Promise<void> {
    const { fs, isDurable } = this.#options
    fs.futimesSync(file.descriptor, this.#stamps.next() / 1e6)
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

  async #sync(folders: ChangedFolders): Promise<void> {
    if (!this.#options.isDurable) return
    await Promise.all([...new Set(folders)].map((folder) => this.#syncFolder(folder)))
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

function layoutOf(key: string, options: WriteOptions): Layout {
  const { contentType, metadata = {} } = options
  const path = encodeKey(key)
  const form = formOf(path.stem, path.segment, contentType, metadata)
  if (form !== 'aos') return { key, path, form, header: undefined, headerBytes: new Uint8Array() }
  const headerBytes = encodeHeader(contentType, metadata)
  const header = { contentType, metadata: { ...metadata }, headerBytes: headerBytes.byteLength }
  return { key, path, form, header, headerBytes }
}
