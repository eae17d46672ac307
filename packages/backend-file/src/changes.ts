/**
 * Changes of the store: the short steps in which a finished file becomes an object, or
 * objects go. They run under the lock of all changes, so that check and change are one step between
 * all processes of the host.
 *
 * Order within a change, so that a crash between two calls leaves the old object or the new one:
 * the new file is in place before an old one of another form goes; an object's first-ranked file
 * goes last.
 */
import { dirname, sep } from 'node:path'
import { type Clock, StorageError } from '@aos-storage/core'
import { checkMatch, checkWriteConditions } from '@aos-storage/core/backend'
import { madeAlready } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import type { BaseFolder, FoundFile } from './folder.ts'
import type { FolderSync } from './folder-sync.ts'
import type { Form } from './names/forms.ts'
import { fileName, type KeyPath } from './names/paths.ts'
import type { OwnFolder } from './own-folder.ts'
import { Pace } from './pace.ts'
import { etagOf, mtimeUs, type StampSource } from './stamp.ts'
import type { TemporaryFile } from './temporary-file.ts'

interface WriteConditions {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: '*' | undefined
}

/** Folders whose names changed: durable once each is synced, outermost last. */
export type ChangedFolders = readonly string[]

/** A finished temporary file that is to become the object of a key. */
export interface Put {
  readonly key: string
  readonly path: KeyPath
  readonly form: Form
  readonly file: TemporaryFile
  readonly conditions: WriteConditions
  /** True when nobody else writes in this process. */
  readonly isAlone: boolean
}

export interface PutOutcome {
  readonly changed: ChangedFolders
  /** The rename that was left under way, or undefined. */
  readonly renaming: Promise<void> | undefined
}

export interface ChangesOptions {
  readonly fs: FileSystem
  readonly base: BaseFolder
  readonly clock: Clock
  readonly stamps: StampSource
  readonly folderMode: number
  readonly isDurable: boolean
  readonly folderSync: FolderSync
}

export class Changes {
  readonly #options: ChangesOptions
  readonly #renames: Pace

  constructor(options: ChangesOptions) {
    this.#options = options
    this.#renames = new Pace(options.clock)
  }

  /**
   * Makes a finished temporary file the object of a key.
   *
   * @throws `ALREADY_EXISTS`, `PRECONDITION_FAILED`, or `CONFLICT` when something foreign is in the
   * way. No object changed then; folders on the way may have been made.
   */
  async put({ lock, deletions }: OwnFolder, put: Put): Promise<PutOutcome> {
    const { base, fs } = this.#options
    const { key, path, form, file, conditions, isAlone } = put
    await lock.settled(key)
    const { files: found, hasFolder, foreign } = base.findAll(key, path)
    const current = found[0]
    checkWriteConditions(key, current && etagOf(current.stats), conditions)
    this.#stampAfter(file, current === undefined ? deletions.lastUs() : mtimeUs(current.stats))
    const folder = base.folderOf(path)
    const target = folder + fileName(path.stem, form)
    const isReplaced = found.some((other) => other.path === target)
    const others = found.filter((other) => other.path !== target)
    // Plain renames go side by side. What removes or moves other files waits for them: it might
    // take a name, or remove a folder, that another key is about to use.
    const isPlain = others.length === 0 && hasFolder
    if (!isPlain) await lock.settled()
    const made = hasFolder ? [] : this.#makeFolders(path.folders)
    // What was just looked at is not looked at twice.
    if (!isReplaced && (!isPlain || foreign.includes(target))) this.#assertFree(target)
    const changed = [folder.slice(0, -1), ...made]
    if (others.length === 0 && this.#renames.takePooled(isAlone)) {
      const renaming = this.#renames.handedOver(() => fs.rename(file.path, target))
      lock.leave(key, renaming)
      return { changed, renaming }
    }
    this.#renames.timed(() => fs.renameSync(file.path, target))
    if (others.length === 0) return { changed, renaming: undefined }
    try {
      const emptied = await this.#removeOthers(changed, others)
      return { changed: [...changed, ...emptied], renaming: undefined }
    } catch (error) {
      throw madeAlready(error, 'write', key)
    }
  }

  /** Deletes the object of a key; undefined when there is none. */
  async remove(
    { lock, deletions }: OwnFolder,
    key: string,
    path: KeyPath,
    ifMatch?: string,
  ): Promise<ChangedFolders | undefined> {
    const { base, stamps } = this.#options
    // A folder must not be pruned that another key is about to get its file in.
    await lock.settled()
    const { files: found } = base.findAll(key, path)
    checkMatch(key, found[0] && etagOf(found[0].stats), ifMatch)
    if (found.length === 0) return undefined
    for (const { stats } of found) {
      if (!stamps.isFarAhead(mtimeUs(stats))) deletions.raise(mtimeUs(stats))
    }
    const [object, ...leftovers] = found.map((file) => file.path)
    const changed = new Set<string>()
    // A power cut must not keep the removal of the object and bring a leftover back.
    if (leftovers.length > 0) {
      for (const file of leftovers.toReversed()) changed.add(this.#unlink(file))
      await this.#sync(changed)
    }
    changed.add(this.#unlink(object!))
    return [...changed]
  }

  /**
   * A version's time is later than that of every version before, whatever the clock says. Not
   * synced again: after a power cut it may have its first time, which nobody was told as its etag.
   */
  #stampAfter(file: TemporaryFile, lastUs: number): void {
    const { stamps } = this.#options
    if (file.stampUs > lastUs || stamps.isFarAhead(lastUs)) return
    file.stamp(stamps.nextAfter(lastUs))
  }

  /** Removes files of other forms, the first-ranked one last; the folders that lost names. */
  async #removeOthers(named: ChangedFolders, others: readonly FoundFile[]): Promise<string[]> {
    // A power cut must not keep the removal and lose the new name, or that of its folder: it may
    // be another writer's who has not synced it, and what is removed elsewhere does not show it.
    const [folder] = named
    const isElsewhere = others.some(({ path }) => dirname(path) !== folder)
    await this.#sync(isElsewhere ? this.#wayTo(folder!) : named)
    // A dropped file may have been the last of a folder that we would have named otherwise.
    return others.toReversed().map((other) => this.#unlink(other.path))
  }

  /** Removes a file, and folders that it leaves empty; the innermost folder that is left. */
  #unlink(path: string): string {
    this.#options.fs.unlinkSync(path)
    return this.#prune(dirname(path))
  }

  /** A folder and those above it, up to the base. */
  #wayTo(folder: string): string[] {
    const way = [folder]
    for (let at = folder; at !== this.#options.base.path;) way.push((at = dirname(at)))
    return way
  }

  async #sync(folders: Iterable<string>): Promise<void> {
    const { isDurable, folderSync } = this.#options
    if (isDurable) for (const folder of folders) await folderSync.sync(folder)
  }

  /** @throws `CONFLICT` when something is there that is no object's file. */
  #assertFree(target: string): void {
    const stats = this.#options.fs.lstatSync(target)
    if (stats === undefined) return
    throw new StorageError(
      'CONFLICT',
      `Something that is not a plain file stands where the object belongs; move away ${target}`,
      { retryable: 'no' },
    )
  }

  /** Makes a key's folder; the folders that got new names on the way, outermost last. */
  #makeFolders(names: readonly string[]): string[] {
    const { base } = this.#options
    const changed: string[] = []
    let path = base.path
    try {
      for (const name of names) {
        const parent = path
        path += sep + name
        if (this.#makeFolder(path)) changed.unshift(parent)
      }
    } catch (error) {
      if (changed.length > 0) this.#prune(dirname(path))
      throw error
    }
    return changed
  }

  /** True when the folder had to be made. */
  #makeFolder(path: string): boolean {
    const { fs, folderMode } = this.#options
    const stats = fs.lstatSync(path)
    if (stats?.isDirectory() === true) return false
    if (stats?.isFile() === true) this.#moveAside(path)
    else if (stats !== undefined) throw folderConflict(path)
    fs.mkdirSync(path, folderMode)
    return true
  }

  /** Gives a dropped file without extension the name that we would have given it. */
  #moveAside(path: string): void {
    const { fs } = this.#options
    const name = `${path}.bin`
    if (fs.lstatSync(name) !== undefined) throw folderConflict(path)
    fs.renameSync(path, name)
  }

  /** Removes folders that became empty; the innermost that is left. */
  #prune(folder: string): string {
    const { fs, base } = this.#options
    let path = folder
    try {
      for (; path !== base.path; path = dirname(path)) fs.rmdirSync(path)
    } catch {
      // Not empty, mostly. One that cannot go, a mount point for instance, harms nobody.
    }
    return path
  }
}

function folderConflict(path: string): StorageError {
  return new StorageError(
    'CONFLICT',
    `A link, special file or file stands where a folder belongs; move away ${path}`,
    { retryable: 'no' },
  )
}
