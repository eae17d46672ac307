/**
 * A window on a folder: its first entries behind a position, as many as fit in memory.
 *
 * Entries come in the order of the disk. They are sorted and packed by the thousand, as runs, and
 * the runs are merged while they are read: nothing holds up the event loop for long, and a page
 * costs no more than its own entries.
 *
 * Invariant: the window keeps every entry up to its end, and at most `windowBytes` of them beside
 * the run that is being filled. When there are more, the end moves down and the rest is dropped.
 */
import { compareKeys } from '@aos-storage/core'
import { type EntryKind, kindsIn } from './entry-kind.ts'
import {
  entriesUpTo,
  nameAt,
  nameEnd,
  packEntries,
  packedEntriesMax,
  PackedReader,
} from './packed-names.ts'

/** A name in the window, and what stands under it on disk, in order of rank. */
export interface WindowEntry {
  /** The segment, of a folder with a trailing `/`: then the order of names is that of keys. */
  readonly name: string
  readonly kinds: readonly [EntryKind, ...EntryKind[]]
}

/** Entries of one folder on disk. */
interface Run {
  readonly packed: Buffer
  /** By the numbers that the entries have. */
  readonly kinds: readonly EntryKind[]
}

/**
 * How much of each run is to stay when the end moves: a cut shall pay, and leave a large window.
 */
const keptPart = 3 / 4
/** A run is at most this part of the window, so that there are some to choose the end by. */
const runsMin = 8

export class FolderWindow implements Iterable<WindowEntry> {
  readonly #windowBytes: number
  #runs: Run[] = []
  #packedBytes = 0
  /** The run that is being filled: names and what follows them, by turns. */
  #pending: string[] = []
  /** In UTF-16 units: as many as bytes, unless there are others than ASCII characters. */
  #pendingBytes = 0
  #kinds: readonly EntryKind[] = []
  #places = 0
  #end: string | undefined
  /** True while JavaScript's own order of strings, which is quicker, is that of the names. */
  #isAscii = true

  constructor(windowBytes: number) {
    this.#windowBytes = windowBytes
  }

  /** The last name, when others did not fit behind it. */
  get end(): string | undefined {
    return this.#end
  }

  /** What is added from now on lies in this folder on disk, and ranks behind that of others. */
  enter(folder: string): void {
    this.#pack()
    this.#kinds = kindsIn(folder, this.#places++)
  }

  add(name: string, kind: number): void {
    if (this.#end !== undefined && compareKeys(name, this.#end) > 0) return
    const end = nameEnd(kind)
    this.#pending.push(name, end)
    this.#pendingBytes += name.length + end.length
    const isFull = this.#pendingBytes * runsMin > this.#windowBytes
    if (isFull || this.#pending.length === 2 * packedEntriesMax) this.#pack()
  }

  /** The entries in order of name. */
  *[Symbol.iterator](): Generator<WindowEntry> {
    this.#pack()
    const runs = new MergedRuns(this.#runs, this.#isAscii)
    for (let first = runs.first; first !== undefined; first = runs.first) {
      const { name, kind } = first
      const kinds: [EntryKind, ...EntryKind[]] = [kind]
      runs.advance()
      for (let next = runs.first; next?.name === name; next = runs.first) {
        // The disk may tell of an entry twice while it is moved.
        if (!kinds.includes(next.kind)) kinds.push(next.kind)
        runs.advance()
      }
      if (kinds.length > 1) kinds.sort((a, b) => a.rank - b.rank)
      yield { name, kinds }
    }
  }

  #pack(): void {
    if (this.#pending.length === 0) return
    const packed = packEntries(this.#pending)
    this.#runs.push({ packed, kinds: this.#kinds })
    this.#packedBytes += packed.length
    if (packed.length !== this.#pendingBytes) this.#isAscii = false
    this.#pending = []
    this.#pendingBytes = 0
    if (this.#packedBytes > this.#windowBytes) this.#cut()
  }

  /**
   * Moves the end to where it leaves the kept part of the runs, or of half of them if they differ.
   */
  #cut(): void {
    const ends = this.#runs.map(({ packed }) => ({
      name: nameAt(packed, keptPart),
      bytes: packed.length,
    }))
    ends.sort((a, b) => compareKeys(a.name, b.name))
    let bytes = 0
    const end = ends.find((each) => (bytes += each.bytes) * 2 >= this.#packedBytes)!.name
    this.#end = end
    this.#runs = this.#runs.flatMap(({ packed, kinds }) => {
      const kept = entriesUpTo(packed, end)
      return kept.length === 0 ? [] : [{ packed: kept, kinds }]
    })
    this.#packedBytes = this.#runs.reduce((sum, { packed }) => sum + packed.length, 0)
  }
}

/** Reads a run; at an entry from the beginning, as no run is empty. */
class RunReader extends PackedReader {
  readonly #kinds: readonly EntryKind[]

  constructor({ packed, kinds }: Run, isAscii: boolean) {
    super(packed, isAscii)
    this.#kinds = kinds
    this.next()
  }

  get kind(): EntryKind {
    return this.#kinds[this.kindNumber - 1]!
  }
}

/** Sorted runs, read as one. */
class MergedRuns {
  /** In order of the names that they are at. */
  readonly #readers: RunReader[]
  readonly #isBefore: (a: string, b: string) => boolean

  constructor(runs: readonly Run[], isAscii: boolean) {
    this.#isBefore = isAscii ? (a, b) => a < b : (a, b) => compareKeys(a, b) < 0
    this.#readers = runs.map((run) => new RunReader(run, isAscii))
    this.#readers.sort((a, b) => compareKeys(a.name, b.name))
  }

  /** The reader at the lowest name; undefined at the end. */
  get first(): RunReader | undefined {
    return this.#readers[0]
  }

  advance(): void {
    const readers = this.#readers
    const reader = readers[0]!
    if (!reader.next()) {
      readers.shift()
      return
    }
    let low = 1
    let high = readers.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#isBefore(readers[middle]!.name, reader.name)) low = middle + 1
      else high = middle
    }
    for (let at = 1; at < low; at++) readers[at - 1] = readers[at]!
    readers[low - 1] = reader
  }
}
