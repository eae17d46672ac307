/**
 * The walk: every object below the base folder, in the order of keys.
 *
 * A folder's entries are sorted by their decoded segments, folders as `segment/`, in UTF-8 byte
 * order: then going depth first gives keys in order, and each key once, because files of one key
 * lie side by side.
 *
 * Invariant: memory is bounded, whatever a folder holds. At most `windowEntries` entries of each
 * folder on the way down are kept, the first ones behind the position; when they are used up, the
 * folder is read again for the next ones.
 */
import type { Dirent } from 'node:fs'
import { compareKeys } from '@aos-storage/core'
import { isMissing } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import type { BaseFolder } from './folder.ts'
import { type Form, suffixForms } from './names/forms.ts'
import { decodeFile, decodeFolder } from './names/paths.ts'

/** Entries of one folder kept in memory: about 100 bytes each beside their names. */
const windowEntries = 131_072

/** What the walk meets: an object's file, or a folder that is not entered. */
export interface WalkEntry {
  readonly key: string
  /** The object's file; undefined for a folder, whose key ends in `/`. */
  readonly path: string | undefined
  readonly form: Form
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

/** An entry of one logical folder. */
interface Entry {
  /** The segment; with a trailing `/` for a folder. */
  readonly name: string
  readonly rank: number
  readonly path: string
  readonly form: Form
}

const folderForm: Form = 'plain'

export class Walk {
  readonly #fs: FileSystem
  readonly #base: BaseFolder
  readonly #windowEntries: number
  /** Modification times of the folders whose entries are in memory. */
  readonly #stamps = new Map<string, bigint>()

  constructor(fs: FileSystem, base: BaseFolder, window: number = windowEntries) {
    this.#fs = fs
    this.#base = base
    this.#windowEntries = window
  }

  /** True when a folder whose entries are in memory has other names by now. */
  isOutdated(): boolean {
    for (const [folder, stamp] of this.#stamps) if (this.#stampOf(folder) !== stamp) return true
    return false
  }

  /** All that the options ask for, in key order. */
  async *entries(options: WalkOptions): AsyncGenerator<WalkEntry> {
    // What the prefix excludes is not walked: begin in the folder that its last slash names.
    const slash = options.prefix.lastIndexOf('/')
    const head = options.prefix.slice(0, slash + 1)
    const segments = head === '' ? [] : head.slice(0, -1).split('/')
    if (segments.includes('') || segments.includes('.') || segments.includes('..')) return
    this.#base.assertPresent()
    const folders = this.#base.foldersOf(segments).filter((path) => this.#base.isInside(`${path}x`))
    yield* this.#walkFolder(folders, head, options)
  }

  async *#walkFolder(
    folders: readonly string[],
    head: string,
    options: WalkOptions,
  ): AsyncGenerator<WalkEntry> {
    let { after, isAfterPrefix } = options
    for (;;) {
      const scope = { ...options, after, isAfterPrefix }
      const window = await this.#readFolder(folders, head, scope)
      const { entries } = window
      for (let at = 0; at < entries.length;) {
        const first = entries[at]!
        let end = at + 1
        while (end < entries.length && entries[end]!.name === first.name) end++
        const key = head + first.name
        if (!first.name.endsWith('/')) yield { key, path: first.path, form: first.form }
        else yield* this.#enter(entries.slice(at, end), key, scope)
        at = end
      }
      for (const folder of folders) this.#stamps.delete(folder)
      const last = entries.at(-1)
      if (window.isComplete || last === undefined) return
      after = head + last.name
      isAfterPrefix = last.name.endsWith('/')
    }
  }

  async *#enter(
    entries: readonly Entry[],
    key: string,
    options: WalkOptions,
  ): AsyncGenerator<WalkEntry> {
    const folders = entries.map((entry) => entry.path)
    if (!options.isShallow) yield* this.#walkFolder(folders, key, options)
    // An empty folder is nobody's prefix.
    else if (await this.#holdsObject(folders, key, options)) {
      yield { key, path: undefined, form: folderForm }
    }
  }

  async #holdsObject(
    folders: readonly string[],
    head: string,
    options: WalkOptions,
  ): Promise<boolean> {
    for (const folder of folders) {
      for await (const { name, path } of this.#entriesOf(folder, 0, '')) {
        const isFolder = name.endsWith('/')
        if (!isWanted(head + name, isFolder, options)) continue
        if (!isFolder || (await this.#holdsObject([path], head + name, options))) return true
      }
    }
    return false
  }

  /** The first entries of a logical folder behind the position, sorted. */
  async #readFolder(
    folders: readonly string[],
    head: string,
    scope: WalkOptions,
  ): Promise<{ entries: Entry[]; isComplete: boolean }> {
    let entries: Entry[] = []
    let isComplete = true
    for (const [place, folder] of folders.entries()) {
      this.#stamps.set(folder, this.#stampOf(folder))
      for await (const entry of this.#entriesOf(folder, place * rankStep, '')) {
        if (!isWanted(head + entry.name, entry.name.endsWith('/'), scope)) continue
        entries.push(entry)
        if (entries.length < this.#windowEntries * 2) continue
        entries = this.#cut(entries)
        isComplete = false
      }
    }
    if (entries.length > this.#windowEntries) {
      entries = this.#cut(entries)
      isComplete = false
    }
    return { entries: sortEntries(entries), isComplete }
  }

  #stampOf(folder: string): bigint {
    return this.#fs.lstatSync(folder.slice(0, -1))?.mtimeNs ?? -1n
  }

  /** Keeps the first entries, and with the last of them all of its name. */
  #cut(entries: Entry[]): Entry[] {
    sortEntries(entries)
    let end = this.#windowEntries
    while (end < entries.length && entries[end]!.name === entries[end - 1]!.name) end++
    return entries.slice(0, end)
  }

  async *#entriesOf(folder: string, rank: number, head: string): AsyncGenerator<Entry> {
    try {
      for await (const entry of this.#fs.readdir(folder)) {
        const path = folder + entry.name
        const kind = this.#kindOf(entry, path)
        if (kind === 'file') {
          const decoded = decodeFile(entry.name, head)
          if (decoded === undefined) continue
          const { text, form, isCanonical } = decoded
          yield { name: text, rank: rank + rankOf(form, isCanonical), path, form }
        } else if (kind === 'folder') {
          const decoded = decodeFolder(entry.name, head)
          if (decoded === undefined) continue
          // The rest of long segments belongs among the entries of this folder.
          if (decoded.isContinued) yield* this.#entriesOf(`${path}/`, rank, decoded.text)
          else {
            const place = decoded.isCanonical ? rank : rank + literalRank
            yield { name: `${decoded.text}/`, rank: place, path: `${path}/`, form: folderForm }
          }
        }
      }
    } catch (error) {
      // Pruned since we saw its name: then nothing is in it.
      if (!isMissing(error)) throw error
    }
  }

  #kindOf(entry: Dirent, path: string): 'file' | 'folder' | undefined {
    if (entry.isFile()) return 'file'
    if (entry.isDirectory()) return 'folder'
    if (entry.isSymbolicLink() || entry.isFIFO() || entry.isSocket()) return undefined
    // Some file systems do not tell kinds in listings.
    const stats = this.#fs.lstatSync(path)
    if (stats?.isFile() === true) return 'file'
    return stats?.isDirectory() === true ? 'folder' : undefined
  }
}

/** Dropped names rank behind ours, and folders that are taken literally behind those. */
const literalRank = 10
const rankStep = 20

function rankOf(form: Form, isCanonical: boolean): number {
  const at = (suffixForms as readonly string[]).indexOf(form)
  const place = at === -1 ? suffixForms.length : at
  return isCanonical || form === 'plain' ? place : literalRank + place
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

const beyondAscii = /[\ud800-\uffff]/

function sortEntries(entries: Entry[]): Entry[] {
  const isPlain = !entries.some((entry) => beyondAscii.test(entry.name))
  return entries.sort((a, b) => {
    if (a.name === b.name) return a.rank - b.rank
    if (isPlain) return a.name < b.name ? -1 : 1
    return compareKeys(a.name, b.name)
  })
}
