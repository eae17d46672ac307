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

  constructor(fs: FileSystem, path: string) {
    this.#fs = fs
    this.path = path
  }

  /** The absolute folder of a key, with a trailing separator. */
  folderOf(path: KeyPath): string {
    return this.path + sep + path.folders.map((name) => name + sep).join('')
  }

  /** The file that is a key's object, or undefined. */
  find(key: string, path: KeyPath): FoundFile | undefined {
    const own = this.#ownPlace(path)
    // Absent only if the names in the folder stayed as they were: while other processes change the
    // form of the object, a pass may look for each form just when the object has another.
    for (let attempt = 1; ; attempt++) {
      const stamp = this.#stampOf(own.folder)
      // Backwards, too, for file systems whose clock is too coarse for the stamp to tell.
      const found = this.#first(own) ?? this.#firstBackwards(own) ?? this.#firstLiteral(key, path)
      if (found !== undefined) return this.isInside(found.path) ? found : undefined
      if (this.#stampOf(own.folder) === stamp || attempt === findAttemptsMax) break
    }
    this.assertPresent()
    return undefined
  }

  /** All files of a key in order of rank: the first is the object, the others are leftovers. */
  findAll(key: string, path: KeyPath): FoundFile[] {
    const files = new Map<string, FoundFile>()
    const places = [this.#ownPlace(path), ...this.#literalPlaces(key, path)]
    for (const { folder, candidates } of places) {
      const found = candidates.flatMap((candidate) => this.#probe(folder, candidate) ?? [])
      if (found.length === 0 || !this.isInside(folder)) continue
      for (const file of found) if (!files.has(file.path)) files.set(file.path, file)
    }
    if (files.size === 0) this.assertPresent()
    return [...files.values()]
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
   * True when none of the forms that rank before a found file's is there. To be asked after the
   * file was looked at or opened: while two writes change the form and change it back, it may be a
   * new version that is not yet the object, because the one between still ranks before it.
   */
  isFirst(file: FoundFile, key: KeyPath): boolean {
    const { folder, candidates } = this.#ownPlace(key)
    return this.#firstOf(folder, candidatesBefore(candidates, folder, file)) === undefined
  }

  /** The first file, once no other has come before it since. Ends, as each one ranks before. */
  #first({ folder, candidates }: Place): FoundFile | undefined {
    let found: FoundFile | undefined
    for (let before = candidates; ;) {
      const first = this.#firstOf(folder, before)
      if (first === undefined) return found
      found = first
      before = candidatesBefore(before, folder, first)
    }
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

  /** When the names in a folder last changed; undefined when there is none. */
  #stampOf(folder: string): bigint | undefined {
    return this.#lstat(folder.slice(0, -1))?.mtimeNs
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
