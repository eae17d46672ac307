/**
 * The walk: every object below the base folder, in the order of keys.
 *
 * A folder's entries are sorted by their decoded segments, folders as `segment/`, in UTF-8 byte
 * order: then going depth first gives keys in order, and each key once, because files of one key
 * have the same name here.
 *
 * Invariant: memory is bounded, whatever a folder holds. At most `windowNames` names of each folder
 * on the way down are kept, the first ones behind the position; when they are used up, the folder
 * is read again for the next ones.
 */
import type { Dirent } from 'node:fs'
import { compareKeys } from '@aos-storage/core'
import { throwIfAborted } from '@aos-storage/core/backend'
import { isMissing } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import type { BaseFolder } from './folder.ts'
import { type EntryKind, FolderWindow, pathOfEntry } from './folder-window.ts'
import { type Form, suffixForms } from './names/forms.ts'
import { decodeFile, decodeFolder } from './names/paths.ts'

/** Names of one folder kept in memory, twice as many while it is read. */
const windowNamesDefault = 131_072
/** Entries handed over at a time. */
const runEntries = 256

/** What the walk meets: an object's file, or a folder that is not entered. */
export interface WalkEntry {
  /** Of a folder, ending in `/`. */
  readonly key: string
  readonly segment: string
  readonly kind: EntryKind
}

/** The path of the file that an entry stands for. */
export function pathOfWalked({ kind, segment }: WalkEntry): string {
  return pathOfEntry(kind, segment)
}

export interface WalkOptions {
  readonly prefix: string
  /** Only keys behind this one. */
  readonly after: string
  /** True when everything that begins with `after` is behind us, too. */
  readonly isAfterPrefix: boolean
  /** True: folders are reported, if they hold an object, and not entered. */
  readonly isShallow: boolean
}

export class Walk {
  readonly #fs: FileSystem
  readonly #base: BaseFolder
  readonly #windowNames: number
  /** Of the page that is being filled. */
  signal: AbortSignal | undefined
  /** Modification times of the folders whose entries are in memory. */
  readonly #stamps = new Map<string, bigint>()

  constructor(fs: FileSystem, base: BaseFolder, windowNames: number = windowNamesDefault) {
    this.#fs = fs
    this.#base = base
    this.#windowNames = windowNames
  }

  /** True when a folder whose entries are in memory has other names by now. */
  isOutdated(): boolean {
    for (const [folder, stamp] of this.#stamps) if (this.#stampOf(folder) !== stamp) return true
    return false
  }

  /** All that the options ask for, in key order, in runs of entries. */
  async *runs(options: WalkOptions): AsyncGenerator<WalkEntry[]> {
    // What the prefix excludes is not walked: begin in the folder that its last slash names.
    const slash = options.prefix.lastIndexOf('/')
    const head = options.prefix.slice(0, slash + 1)
    const segments = head === '' ? [] : head.slice(0, -1).split('/')
    if (segments.includes('') || segments.includes('.') || segments.includes('..')) return
    this.#base.assertPresent()
    const folders = this.#base.foldersOf(segments)
    yield* this.#walkFolder(folders, head, options)
  }

  async *#walkFolder(
    folders: readonly string[],
    head: string,
    options: WalkOptions,
  ): AsyncGenerator<WalkEntry[]> {
    for (let { after, isAfterPrefix } = options; ;) {
      const scope = { ...options, after, isAfterPrefix }
      const window = await this.#readFolder(folders, head, scope)
      yield* this.#walkWindow(window, head, scope)
      this.#forget(folders)
      if (window.end === undefined) return
      after = head + window.end
      isAfterPrefix = window.end.endsWith('/')
    }
  }

  async *#walkWindow(
    window: FolderWindow,
    head: string,
    options: WalkOptions,
  ): AsyncGenerator<WalkEntry[]> {
    let run: WalkEntry[] = []
    for (const { name, kinds } of window) {
      const key = head + name
      const [kind] = kinds
      if (kind.form !== undefined) {
        run.push({ key, segment: name, kind })
      } else {
        const segment = name.slice(0, -1)
        const paths = kinds.map((each) => pathOfEntry(each, segment))
        if (!options.isShallow) {
          if (run.length > 0) yield run
          run = []
          yield* this.#walkFolder(paths, key, options)
        } else if (await this.#holdsObject(paths, key, options)) {
          // An empty folder is nobody's prefix.
          run.push({ key, segment, kind })
        }
      }
      if (run.length < runEntries) continue
      yield run
      run = []
    }
    if (run.length > 0) yield run
  }

  async #holdsObject(
    folders: readonly string[],
    head: string,
    options: WalkOptions,
  ): Promise<boolean> {
    for (const folder of folders) {
      for await (const batch of this.#entriesOf(folder, 0, '')) {
        for (const { segment, kind } of batch) {
          const isFolder = kind.form === undefined
          const key = isFolder ? `${head}${segment}/` : head + segment
          if (!isWanted(key, isFolder, options)) continue
          if (!isFolder || (await this.#holdsObject([pathOfEntry(kind, segment)], key, options))) {
            return true
          }
        }
      }
    }
    return false
  }

  /** The first entries of a logical folder behind the position. */
  async #readFolder(
    folders: readonly string[],
    head: string,
    scope: WalkOptions,
  ): Promise<FolderWindow> {
    const window = new FolderWindow(this.#windowNames)
    for (const [place, folder] of folders.entries()) {
      for await (const batch of this.#entriesOf(folder, place * rankStep, '')) {
        for (const { segment, kind } of batch) {
          const isFolder = kind.form === undefined
          const key = isFolder ? `${head}${segment}/` : head + segment
          if (isWanted(key, isFolder, scope)) window.add(segment, kind)
        }
      }
    }
    return window
  }

  /** The folders are behind us, and those in them that continue long segments. */
  #forget(folders: readonly string[]): void {
    for (const path of this.#stamps.keys()) {
      if (folders.some((folder) => path.startsWith(folder))) this.#stamps.delete(path)
    }
  }

  #stampOf(folder: string): bigint {
    return this.#fs.lstatSync(folder.slice(0, -1))?.mtimeNs ?? -1n
  }

  async *#entriesOf(
    folder: string,
    rank: number,
    head: string,
  ): AsyncGenerator<{ segment: string; kind: EntryKind }[]> {
    const kinds = new EntryKinds(folder, rank)
    this.#stamps.set(folder, this.#stampOf(folder))
    try {
      for await (const entries of this.#fs.readdir(folder)) {
        throwIfAborted(this.signal)
        const batch: { segment: string; kind: EntryKind }[] = []
        for (const entry of entries) {
          const kind = this.#typeOf(entry, folder)
          if (kind === 'file') {
            const decoded = decodeFile(entry.name, head)
            if (decoded === undefined) continue
            const { text, form, isCanonical } = decoded
            // No key leads to a literal name in a folder that continues a segment.
            if (head !== '' && !isCanonical) continue
            batch.push({ segment: text, kind: kinds.of(form, isCanonical) })
          } else if (kind === 'folder') {
            const decoded = decodeFolder(entry.name, head)
            if (decoded === undefined) continue
            const { text, isContinued, isCanonical } = decoded
            // The rest of long segments belongs among the entries of this folder.
            if (isContinued) yield* this.#entriesOf(`${folder}${entry.name}/`, rank, text)
            else if (head === '' || isCanonical) {
              batch.push({ segment: text, kind: kinds.of(undefined, isCanonical) })
            }
          }
        }
        yield batch
      }
    } catch (error) {
      // Pruned since we saw its name: then nothing is in it.
      if (!isMissing(error)) throw error
    }
  }

  #typeOf(entry: Dirent, folder: string): 'file' | 'folder' | undefined {
    if (entry.isFile()) return 'file'
    if (entry.isDirectory()) return 'folder'
    if (entry.isSymbolicLink() || entry.isFIFO() || entry.isSocket()) return undefined
    // Some file systems do not tell kinds in listings.
    const stats = this.#fs.lstatSync(folder + entry.name)
    if (stats?.isFile() === true) return 'file'
    return stats?.isDirectory() === true ? 'folder' : undefined
  }
}

/** Dropped names rank behind ours, and folders that are taken literally behind those. */
const literalRank = 10
const rankStep = 20

/** The kinds of entries of one folder, each made once. */
class EntryKinds {
  readonly #folder: string
  readonly #rank: number
  readonly #made = new Map<Form | undefined, EntryKind>()
  readonly #madeLiteral = new Map<Form | undefined, EntryKind>()

  constructor(folder: string, rank: number) {
    this.#folder = folder
    this.#rank = rank
  }

  of(form: Form | undefined, isCanonical: boolean): EntryKind {
    const made = isCanonical ? this.#made : this.#madeLiteral
    let kind = made.get(form)
    if (kind === undefined) {
      const rank = this.#rank + rankOf(form, isCanonical)
      kind = { folder: this.#folder, form, isCanonical, rank }
      made.set(form, kind)
    }
    return kind
  }
}

function rankOf(form: Form | undefined, isCanonical: boolean): number {
  const at = (suffixForms as readonly (Form | undefined)[]).indexOf(form)
  const place = at === -1 ? suffixForms.length : at
  return isCanonical ? place : literalRank + place
}

/** True when a listing at this position may still show the key, or something in the folder. */
function isWanted(key: string, isFolder: boolean, scope: WalkOptions): boolean {
  const { prefix, after, isAfterPrefix } = scope
  if (!key.startsWith(prefix)) return false
  if (after === '') return true
  if (isAfterPrefix && key.startsWith(after)) return false
  if (compareKeys(key, after) > 0) return true
  return isFolder && after.startsWith(key) && !(isAfterPrefix && after === key)
}
