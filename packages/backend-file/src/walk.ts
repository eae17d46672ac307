/**
 * The walk: every object below the base folder, in the order of keys.
 *
 * A folder's entries are sorted by their decoded segments, folders as `segment/`, in UTF-8 byte
 * order: then going depth first gives keys in order, and each key once, because files of one key
 * have the same name here.
 *
 * Invariant: memory is bounded, whatever a folder holds. At most `windowBytes` of names of each
 * folder on the way down, and of the one behind it, are kept: the first ones behind the position.
 * When they are used up, the folder is read again for the next ones.
 */
import type { Dirent } from 'node:fs'
import { compareKeys } from '@aos-storage/core'
import { throwIfAborted } from '@aos-storage/core/backend'
import { type EntryKind, kindNumber, kindsIn, pathOfEntry } from './entry-kind.ts'
import { isMissing } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import type { BaseFolder } from './folder.ts'
import { FolderWindow, type WindowEntry } from './folder-window.ts'
import { decodeFile, decodeFolder } from './names/paths.ts'

/** Names of one folder kept in memory, in UTF-8 and with two bytes more each: a million of 30. */
const windowBytesDefault = 32 * 1024 * 1024
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

export interface WalkOptions extends Scope {
  /** True: folders are reported, if they hold an object, and not entered. */
  readonly isShallow: boolean
}

/** What is wanted of a folder, by names from there on. */
interface Scope {
  readonly prefix: string
  /** Only keys behind this one. */
  readonly after: string
  /** True when everything that begins with `after` is behind us, too. */
  readonly isAfterPrefix: boolean
}

/** A name in a folder as a listing sees it. */
interface NamedEntry {
  /** The segment, of a folder with a trailing `/`. */
  readonly name: string
  /** The number of its kind. */
  readonly kind: number
}

export class Walk {
  readonly #fs: FileSystem
  readonly #base: BaseFolder
  readonly #windowBytes: number
  /** Of the page that is being filled. */
  signal: AbortSignal | undefined
  /** Modification times of the folders whose entries are in memory. */
  readonly #stamps = new Map<string, bigint>()

  constructor(fs: FileSystem, base: BaseFolder, windowBytes: number = windowBytesDefault) {
    this.#fs = fs
    this.#base = base
    this.#windowBytes = windowBytes
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
    if (head !== '' && !isAhead(head, options)) return
    const folders = this.#base.foldersOf(segments)
    const scope = scopeIn(head, options)
    const read = this.#readFolder(folders, scope)
    yield* this.#walkFolder(folders, head, scope, options.isShallow, read)
  }

  async *#walkFolder(
    folders: readonly string[],
    head: string,
    scope: Scope,
    isShallow: boolean,
    read: Promise<FolderWindow>,
  ): AsyncGenerator<WalkEntry[]> {
    let window = await read
    for (let rest = scope; ;) {
      yield* this.#walkWindow(window, head, rest, isShallow)
      this.#forget(folders)
      const { end } = window
      if (end === undefined) return
      rest = { prefix: scope.prefix, after: end, isAfterPrefix: end.endsWith('/') }
      window = await this.#readFolder(folders, rest)
    }
  }

  async *#walkWindow(
    window: FolderWindow,
    head: string,
    scope: Scope,
    isShallow: boolean,
  ): AsyncGenerator<WalkEntry[]> {
    let run: WalkEntry[] = []
    let ahead: Promise<FolderWindow> | undefined
    const entries = window[Symbol.iterator]()
    for (let step = entries.next(); step.done !== true;) {
      const { name, kinds } = step.value
      const [kind] = kinds
      const key = head + name
      step = entries.next()
      if (kind.form !== undefined) {
        run.push({ key, segment: name, kind })
      } else {
        const paths = foldersAt(name, kinds)
        const inside = scopeIn(name, scope)
        if (!isShallow) {
          if (run.length > 0) yield run
          run = []
          const read = ahead ?? this.#readFolder(paths, inside)
          ahead = step.done === true ? undefined : this.#readAhead(step.value, scope)
          yield* this.#walkFolder(paths, key, inside, isShallow, read)
        } else if (await this.#holdsObject(paths, inside)) {
          // An empty folder is nobody's prefix.
          run.push({ key, segment: name.slice(0, -1), kind })
        }
      }
      if (run.length < runEntries) continue
      yield run
      run = []
    }
    if (run.length > 0) yield run
  }

  /** Reads the folder that comes next while the one before it is walked; undefined for a file. */
  #readAhead({ name, kinds }: WindowEntry, scope: Scope): Promise<FolderWindow> | undefined {
    if (kinds[0].form !== undefined) return undefined
    const ahead = this.#readFolder(foldersAt(name, kinds), scopeIn(name, scope))
    // A failure is told when it is the folder's turn, and not at all when nobody goes on so far.
    ahead.catch(() => undefined)
    return ahead
  }

  async #holdsObject(folders: readonly string[], scope: Scope): Promise<boolean> {
    for (const folder of folders) {
      for await (const batch of this.#entriesOf(folder, '')) {
        for (const { name, kind } of batch) {
          if (!isWanted(name, scope)) continue
          if (!name.endsWith('/')) return true
          const path = pathOfEntry(kindsIn(folder, 0)[kind - 1]!, name.slice(0, -1))
          if (await this.#holdsObject([path], scopeIn(name, scope))) return true
        }
      }
    }
    return false
  }

  /** The first entries of a logical folder behind the position. */
  async #readFolder(folders: readonly string[], scope: Scope): Promise<FolderWindow> {
    const window = new FolderWindow(this.#windowBytes)
    for (const folder of folders) {
      window.enter(folder)
      for await (const batch of this.#entriesOf(folder, '')) {
        for (const { name, kind } of batch) if (isWanted(name, scope)) window.add(name, kind)
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

  /** @param head The names of the folders that a long segment is continued from. */
  async *#entriesOf(folder: string, head: string): AsyncGenerator<NamedEntry[]> {
    this.#stamps.set(folder, this.#stampOf(folder))
    try {
      for await (const entries of this.#fs.readdir(folder)) {
        throwIfAborted(this.signal)
        const batch: NamedEntry[] = []
        for (const entry of entries) {
          const type = this.#typeOf(entry, folder)
          if (type === 'file') {
            const decoded = decodeFile(entry.name, head)
            if (decoded === undefined) continue
            const { text, form, isCanonical } = decoded
            batch.push({ name: text, kind: kindNumber(form, isCanonical) })
          } else if (type === 'folder') {
            const decoded = decodeFolder(entry.name, head)
            if (decoded === undefined) continue
            const { text, isContinued, isCanonical } = decoded
            // The rest of long segments belongs among the entries of this folder.
            if (isContinued) yield* this.#entriesOf(`${folder}${entry.name}/`, text)
            else batch.push({ name: `${text}/`, kind: kindNumber(undefined, isCanonical) })
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

/** True when a listing may still show the name, or if it is a folder's, something in there. */
function isWanted(name: string, scope: Scope): boolean {
  return name.startsWith(scope.prefix) && isAhead(name, scope)
}

function isAhead(name: string, { after, isAfterPrefix }: Scope): boolean {
  if (after === '') return true
  if (isAfterPrefix && name.startsWith(after)) return false
  return compareKeys(name, after) > 0 || (name.endsWith('/') && after.startsWith(name))
}

/** What is wanted of a folder whose name is wanted. */
function scopeIn(name: string, { prefix, after, isAfterPrefix }: Scope): Scope {
  const isWithin = after.startsWith(name)
  return {
    prefix: prefix.slice(name.length),
    after: isWithin ? after.slice(name.length) : '',
    isAfterPrefix: isWithin && isAfterPrefix,
  }
}

/** The folders on disk under a name that ends in `/`. */
function foldersAt(name: string, kinds: readonly EntryKind[]): string[] {
  return kinds.map((kind) => pathOfEntry(kind, name.slice(0, -1)))
}
