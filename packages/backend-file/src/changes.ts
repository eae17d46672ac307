/**
 * Changes of the store: the short synchronous steps in which a finished file becomes an object, or
 * objects go. They run under the lock of all changes, so that check and change are one step between
 * all processes of the host.
 *
 * Order within a change, so that a crash between two calls leaves the old object or the new one:
 * the new file is in place before an old one of another form goes; an object's first-ranked file
 * goes last.
 */
import { constants } from 'node:fs'
import { dirname, sep } from 'node:path'
import { StorageError } from '@aos-storage/core'
import { checkMatch, checkWriteConditions } from '@aos-storage/core/backend'
import type { DeletionMark } from './deletion-mark.ts'
import { isMissing } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import type { BaseFolder, FoundFile } from './folder.ts'
import type { Form } from './names/forms.ts'
import { fileName, type KeyPath } from './names/paths.ts'
import { etagOf, mtimeUs, type StampSource } from './stamp.ts'
import type { TemporaryFile } from './temporary-file.ts'

export interface WriteConditions {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: '*' | undefined
}

/** Folders whose names changed: durable once each is synced, outermost last. */
export type ChangedFolders = readonly string[]

export interface ChangesOptions {
  readonly fs: FileSystem
  readonly base: BaseFolder
  readonly stamps: StampSource
  readonly folderMode: number
  readonly isDurable: boolean
}

export class Changes {
  readonly #options: ChangesOptions

  constructor(options: ChangesOptions) {
    this.#options = options
  }

  /**
   * Makes a finished temporary file the object of a key.
   *
   * @throws `ALREADY_EXISTS`, `PRECONDITION_FAILED`, or `CONFLICT` when something foreign is in the
   * way. Nothing changed then.
   */
  async put(
    key: string,
    path: KeyPath,
    form: Form,
    file: TemporaryFile,
    conditions: WriteConditions,
    deletions: DeletionMark,
  ): Promise<ChangedFolders> {
    const { base } = this.#options
    const found = base.findAll(key, path)
    const current = found[0]
    checkWriteConditions(key, current && etagOf(current.stats), conditions)
    this.#stampAfter(file, current === undefined ? deletions.lastUs() : mtimeUs(current.stats))
    const folder = base.folderOf(path)
    const target = folder + fileName(path.stem, form)
    const changed = this.#openFolder(folder, path.folders)
    this.#assertFree(target, found)
    await this.#replace(file.path, target, found)
    const others = found.filter((other) => other.path !== target)
    const emptied = others.length > 0 ? this.#removeOthers(folder, others) : []
    return [folder.slice(0, -1), ...changed, ...emptied]
  }

  /** Deletes the object of a key; undefined when there is none. */
  remove(
    key: string,
    path: KeyPath,
    ifMatch: string | undefined,
    deletions: DeletionMark,
  ): ChangedFolders | undefined {
    const { fs, base } = this.#options
    const found = base.findAll(key, path)
    checkMatch(key, found[0] && etagOf(found[0].stats), ifMatch)
    if (found.length === 0) return undefined
    for (const { stats } of found) deletions.raise(mtimeUs(stats))
    const changed = new Set<string>()
    for (const file of found.toReversed()) {
      fs.unlinkSync(file.path)
      changed.add(this.#prune(dirname(file.path)))
    }
    return [...changed]
  }

  /**
   * The one step. Some file systems write a new file's data when it is renamed over another, which
   * takes time unless it was synced before: then others get their turn meanwhile.
   */
  #replace(from: string, target: string, found: readonly FoundFile[]): Promise<void> | undefined {
    const { fs, isDurable } = this.#options
    const isOverwrite = found.some((file) => file.path === target)
    if (isOverwrite && !isDurable) return fs.rename(from, target)
    fs.renameSync(from, target)
    return undefined
  }

  /** A version's time is later than that of every version before, whatever the clock says. */
  #stampAfter(file: TemporaryFile, lastUs: number): void {
    const { fs, stamps, isDurable } = this.#options
    if (mtimeUs(fs.fstatSync(file.descriptor)) > lastUs) return
    fs.futimesSync(file.descriptor, stamps.next(lastUs) / 1e6)
    if (isDurable) fs.fsyncSync(file.descriptor)
  }

  /** Removes files of other forms, the first-ranked one last; the folders that lost names. */
  #removeOthers(folder: string, others: readonly FoundFile[]): string[] {
    const { fs, isDurable } = this.#options
    // A power cut must not keep the removal and lose the new name.
    if (isDurable) this.#syncFolder(folder)
    return others.toReversed().map((other) => {
      fs.unlinkSync(other.path)
      // A dropped file may have been the last of a folder that we would have named otherwise.
      return this.#prune(dirname(other.path))
    })
  }

  #syncFolder(folder: string): void {
    const { fs } = this.#options
    const descriptor = fs.openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY, 0)
    try {
      fs.fsyncSync(descriptor)
    } finally {
      fs.closeSync(descriptor)
    }
  }

  /** @throws `CONFLICT` unless the target is free or a file that `findAll` found. */
  #assertFree(target: string, found: readonly FoundFile[]): void {
    if (found.some((file) => file.path === target)) return
    const stats = this.#options.fs.lstatSync(target)
    if (stats === undefined) return
    throw new StorageError(
      'CONFLICT',
      `Something that is not a plain file stands where the object belongs; move away ${target}`,
      { retryable: 'no' },
    )
  }

  /** Makes sure of a key's folder; the folders that got new names on the way, outermost last. */
  #openFolder(folder: string, names: readonly string[]): string[] {
    const { base } = this.#options
    if (names.length === 0 || base.isInside(`${folder}x`)) return []
    const changed: string[] = []
    let path = base.path
    for (const name of names) {
      const parent = path
      path += sep + name
      if (this.#makeFolder(path)) changed.unshift(parent)
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
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      const isExpected = code === 'ENOTEMPTY' || code === 'EEXIST' || isMissing(error)
      // An empty folder that cannot go, a mount point for instance, harms nobody.
      if (!isExpected && code !== 'EBUSY' && code !== 'EACCES' && code !== 'EPERM') throw error
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
