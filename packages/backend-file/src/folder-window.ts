/**
 * A window on a folder: the first entries behind a position, as many as fit in memory.
 *
 * Entries come in the order of the disk, and the window keeps the lowest names. An entry is only a
 * name in the list of its kind, so that a window of 100,000 takes a few megabytes.
 */
import { compareKeys } from '@aos-storage/core'
import { sortKeys } from '@aos-storage/core/backend'
import type { Form } from './names/forms.ts'
import { encodeFolder, encodeKey, fileName } from './names/paths.ts'

/** What entries of one folder with the same kind of name have in common. */
export interface EntryKind {
  /** The folder on disk, with a trailing separator. */
  readonly folder: string
  /** Undefined for folders. */
  readonly form: Form | undefined
  /** False: the name on disk is the segment itself. */
  readonly isCanonical: boolean
  /** Among entries of the same key the lowest is the object. */
  readonly rank: number
}

/** The path on disk of an entry whose segment is `segment`; of a folder with a separator. */
export function pathOfEntry({ folder, form, isCanonical }: EntryKind, segment: string): string {
  if (form === undefined) {
    return `${folder}${isCanonical ? encodeFolder(segment).at(-1)! : segment}/`
  }
  return folder + fileName(isCanonical ? encodeKey(segment).stem : segment, form)
}

/** A name in the window, and what stands under it on disk, in order of rank. */
export interface WindowEntry {
  /** The segment, of a folder with a trailing `/`: then the order of names is that of keys. */
  readonly name: string
  readonly kinds: readonly [EntryKind, ...EntryKind[]]
}

export class FolderWindow implements Iterable<WindowEntry> {
  readonly #namesMax: number
  /** One list a kind: a folder has few kinds, and lists take less memory than a map of names. */
  readonly #lists = new Map<EntryKind, string[]>()
  #names = 0
  /** When to cut: twice as many as fit, so that cutting pays. */
  #cutAt: number
  /** No name behind this one fits any more. */
  #end: string | undefined

  constructor(namesMax: number) {
    this.#namesMax = namesMax
    this.#cutAt = namesMax * 2
  }

  /** The last name, when others did not fit behind it. */
  get end(): string | undefined {
    return this.#end
  }

  add(segment: string, kind: EntryKind): void {
    const name = kind.form === undefined ? `${segment}/` : segment
    if (this.#end !== undefined && compareKeys(name, this.#end) > 0) return
    const list = this.#lists.get(kind)
    if (list === undefined) this.#lists.set(kind, [name])
    else list.push(name)
    if (++this.#names >= this.#cutAt) this.#cut()
  }

  /** The entries in order of name. */
  *[Symbol.iterator](): Generator<WindowEntry> {
    if (this.#names > this.#namesMax) this.#cut()
    const lists = [...this.#lists]
      .map(([kind, names]) => ({ kind, names: sortKeys(names), at: 0 }))
      .sort((a, b) => a.kind.rank - b.kind.rank)
    const own = lists.length === 1 ? lists[0]! : undefined
    if (own !== undefined) {
      const kinds: [EntryKind] = [own.kind]
      for (const name of own.names) yield { name, kinds }
      return
    }
    for (;;) {
      const name = lowest(lists.map(({ names, at }) => names[at]))
      if (name === undefined) return
      const here = lists.filter(({ names, at }) => names[at] === name)
      for (const list of here) list.at++
      yield { name, kinds: here.map(({ kind }) => kind) as [EntryKind] }
    }
  }

  #cut(): void {
    const names = [...new Set(sortKeys([...this.#lists.values()].flat()))]
    if (names.length <= this.#namesMax) {
      // Many kinds under few names; each name has a handful at most.
      this.#cutAt = this.#names * 2
      return
    }
    const end = names[this.#namesMax - 1]!
    this.#end = end
    this.#names = 0
    for (const [kind, list] of this.#lists) {
      const kept = list.filter((name) => compareKeys(name, end) <= 0)
      this.#lists.set(kind, kept)
      this.#names += kept.length
    }
  }
}

function lowest(names: readonly (string | undefined)[]): string | undefined {
  let low: string | undefined
  for (const name of names) {
    if (name !== undefined && (low === undefined || compareKeys(name, low) < 0)) low = name
  }
  return low
}
