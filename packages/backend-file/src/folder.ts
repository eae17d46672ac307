/**
 * The base folder: where the files of a key are, and which of them is the object.
 *
 * Invariant: nothing outside the base folder is ever reached. Links and special files are nobody's
 * object, and what is below a link to a folder is not in the store.
 */
import type { BigIntStats } from 'node:fs'
import { sep } from 'node:path'
import { StorageError } from '@aos-storage/core'
import { isMissing } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import type { Form } from './names/forms.ts'
import {
  type Candidate,
  candidatesOf,
  continuedMark,
  encodeFolder,
  isLiteralFolder,
  type KeyPath,
  literalsOf,
} from './names/paths.ts'

/** How often a key is looked for while others keep changing the names in its folder. */
const findAttemptsMax = 100

/** Our own folder below the base; its name is hidden, so that it is nobody's key. */
export const ownFolder = '.aos'

/** A file that holds a key's object, or would if those before it were gone. */
export interface FoundFile {
  readonly path: string
  readonly form: Form
  readonly stats: BigIntStats
}

/** What lies under the names that a key's file may have. */
export interface KeyFiles {
  /** In order of rank: the first is the object, the others are leftovers. */
  readonly files: readonly FoundFile[]
  /** True when the key's folder is there, and no link leads to it. */
  readonly hasFolder: boolean
  /** Paths of what is there and no plain file. */
  readonly foreign: readonly string[]
}

/** Where a key's files are looked for. */
interface Place {
  /** Absolute, with a trailing separator. */
  readonly folder: string
  readonly candidates: readonly Candidate[]
}

export class BaseFolder {
  /** Absolute and free of links, without a trailing separator. */
  readonly path: string
  readonly #fs: FileSystem
  #lastForm: Form | undefined

  constructor(fs: FileSystem, path: string) {
    this.#fs = fs
    this.path = path
  }

  /** The absolute folder of a key, with a trailing separator. */
  folderOf(path: KeyPath): string {
    let folder = this.path + sep
    for (const name of path.folders) folder += name + sep
    return folder
  }

  /** The file that is a key's object, or undefined. */
  find(key: string, path: KeyPath): FoundFile | undefined {
    const own = this.#ownPlace(path)
    // Absent only if the names in the folder stayed as they were: while other processes change the
    // form of the object, a pass may look for each form just when the object has another.
    for (let attempt = 1; ; attempt++) {
      const stamp = this.#stampInside(own.folder)
      // Backwards, too, for file systems whose clock is too coarse for the stamp to tell.
      const found =
        stamp === undefined ? undefined : (this.#first(own) ?? this.#firstBackwards(own))
      if (found !== undefined) return found
      const literal = this.#firstLiteral(key, path)
      if (literal !== undefined) return literal
      if (this.#stampInside(own.folder) === stamp || attempt === findAttemptsMax) break
    }
    this.assertPresent()
    return undefined
  }

  /** All files of a key. Only under the lock of all changes. */
  findAll(key: string, path: KeyPath): KeyFiles {
    const files = new Map<string, FoundFile>()
    const foreign: string[] = []
    const own = this.#ownPlace(path)
    const hasFolder = this.isInside(own.folder)
    const places = this.#literalPlaces(key, path)
    for (const { folder, candidates } of hasFolder ? [own, ...places] : places) {
      for (const { name, form } of candidates) {
        const at = folder + name
        const stats = this.#lstat(at)
        if (stats === undefined) continue
        if (!stats.isFile()) foreign.push(at)
        else if (!files.has(at)) files.set(at, { path: at, form, stats })
      }
    }
    // A folder below the base that is there shows that the base is, too.
    if (files.size === 0 && (!hasFolder || path.folders.length === 0)) this.assertPresent()
    return { files: [...files.values()], hasFolder, foreign }
  }

  /** True when every folder on the way down to `file` is one, and none is a link elsewhere. */
  isInside(file: string): boolean {
    const first = this.path.length + 1
    for (let at = file.indexOf(sep, first); at !== -1; at = file.indexOf(sep, at + 1)) {
      if (this.#lstat(file.slice(0, at))?.isDirectory() !== true) return false
    }
    return true
  }

  /** The folders on disk of a logical folder: ours, and dropped ones that are taken literally. */
  foldersOf(segments: readonly string[]): string[] {
    let folders = [this.path + sep]
    for (const segment of segments) {
      const names = [encodeFolder(segment).join(sep)]
      if (isLiteralFolder(segment)) names.push(segment)
      folders = folders.flatMap((folder) =>
        names.map((name) => folder + name + sep).filter((path) => this.#isFolder(path)),
      )
    }
    return folders
  }

  #isFolder(path: string): boolean {
    const stats = this.#lstat(path.slice(0, -1))
    return stats !== undefined && stats.isDirectory()
  }

  /**
   * True when none of the forms that rank before a found file's is there. To be asked of a file
   * that was replaced since it was found: while two writes change the form and change it back, it
   * may be a new version that is not yet the object, because the one between still ranks before it.
   */
  isFirst(file: FoundFile, key: KeyPath): boolean {
    const { folder, candidates } = this.#ownPlace(key)
    return this.#firstOf(folder, candidatesBefore(candidates, folder, file)) === undefined
  }

  /**
   * The first file, once no other has come before it since. Ends, as each one ranks before. The
   * form that was found last is looked for before others: a store mostly holds objects of a kind.
   */
  #first({ folder, candidates }: Place): FoundFile | undefined {
    const likely = candidates.find(({ form }) => form === this.#lastForm)
    let found = (likely && this.#probe(folder, likely)) ?? this.#firstOf(folder, candidates)
    for (let before = candidates; found !== undefined;) {
      before = candidatesBefore(before, folder, found)
      const first = this.#firstOf(folder, before)
      if (first === undefined) break
      found = first
    }
    if (found !== undefined) this.#lastForm = found.form
    return found
  }

  #firstOf(folder: string, candidates: readonly Candidate[]): FoundFile | undefined {
    for (const candidate of candidates) {
      const found = this.#probe(folder, candidate)
      if (found !== undefined) return found
    }
    return undefined
  }

  #firstBackwards({ folder, candidates }: Place): FoundFile | undefined {
    let found: FoundFile | undefined
    for (const candidate of candidates.toReversed()) {
      found = this.#probe(folder, candidate) ?? found
    }
    return found
  }

  #probe(folder: string, { name, form }: Candidate): FoundFile | undefined {
    const path = folder + name
    const stats = this.#lstat(path)
    return stats?.isFile() === true ? { path, form, stats } : undefined
  }

  /** The first of the files that were dropped under this key's literal name. */
  #firstLiteral(key: string, path: KeyPath): FoundFile | undefined {
    for (const place of this.#literalPlaces(key, path)) {
      const found = this.#first(place)
      if (found !== undefined && this.isInside(found.path)) return found
    }
    return undefined
  }

  /**
   * When the names in a folder last changed; undefined when there is none, or a link on the way
   * down to it.
   */
  #stampInside(folder: string): bigint | undefined {
    let at = folder.indexOf(sep, this.path.length + 1)
    if (at === -1) return this.#lstat(this.path)?.mtimeNs
    for (;;) {
      const stats = this.#lstat(folder.slice(0, at))
      if (stats?.isDirectory() !== true) return undefined
      at = folder.indexOf(sep, at + 1)
      if (at === -1) return stats.mtimeNs
    }
  }

  #lstat(path: string): BigIntStats | undefined {
    try {
      return this.#fs.lstatSync(path)
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  }

  #ownPlace(path: KeyPath): Place {
    return { folder: this.folderOf(path), candidates: candidatesOf(path) }
  }

  /** Where dropped files may be whose literal name is this key; mostly nowhere. */
  #literalPlaces(key: string, path: KeyPath): Place[] {
    const own = path.folders.length === 0 ? path.stem : `${path.folders.join('/')}/${path.stem}`
    const ownNames = candidatesOf(path)
    // Nothing is escaped, and the name as it is is among ours.
    if (own === key && ownNames.some(({ name }) => name === path.stem)) return []
    const isSplit = path.folders.at(-1)?.endsWith(continuedMark) === true
    const candidates = [...(isSplit ? [] : ownNames), ...literalsOf(path.segment)]
    if (candidates.length === 0) return []
    const folders = this.foldersOf(key.split('/').slice(0, -1))
    return folders.map((folder) => ({ folder, candidates }))
  }

  /** @throws `UNAVAILABLE` when the base folder is gone: nothing in it is merely absent. */
  assertPresent(): void {
    if (this.#lstat(this.path)?.isDirectory() === true) return
    throw new StorageError(
      'UNAVAILABLE',
      `The base folder ${this.path} is gone; restore it, or open the store again`,
    )
  }
}

/** The candidates that rank before a file; none when it is not among them. */
function candidatesBefore(
  candidates: readonly Candidate[],
  folder: string,
  { path }: FoundFile,
): readonly Candidate[] {
  const rank = candidates.findIndex(({ name }) => folder + name === path)
  return candidates.slice(0, Math.max(rank, 0))
}

/** Nothing there; also when a file stands where a folder should be, as nothing is below it. */
function isAbsent(error: unknown): boolean {
  return isMissing(error) || (error as NodeJS.ErrnoException).code === 'ENOTDIR'
}
