/** What a journal remembers, line after line: bounded by the window, however many there are. */
import { compareKeys } from '../../keys.ts'
import type { MigrationCounts } from '../report.ts'
import type { JournalLine, ObjectLine } from './format.ts'

/** Copies that are looked for at the destination before a migration goes on. */
const recentMax = 8

type Copied = ObjectLine & { readonly did: 'copied' }
type Counts = { -readonly [Name in keyof MigrationCounts]: MigrationCounts[Name] }

const none: MigrationCounts = {
  ...{ copied: 0, replaced: 0, copiedBytes: 0, unchanged: 0, skipped: 0 },
  ...{ vanished: 0, failed: 0, deleted: 0, excluded: 0 },
}

export class JournalMemory {
  /** Every object up to this key is settled. */
  through: string | undefined
  /** Those that are settled behind it. */
  readonly settled: Map<string, ObjectLine> = new Map<string, ObjectLine>()
  counts: Counts = { ...none }
  /** The last few copies. */
  readonly recent: Copied[] = []
  isEnded = false
  isEmpty = true
  /** The id of the run through all objects that is under way, unless it is the journal's own. */
  run: string | undefined

  /** False for a line that the lines before it belie: nothing is taken of it. */
  take(line: JournalLine): boolean {
    if (line.did === 'through' && !this.#isReached(line.key ?? undefined)) return false
    this.isEmpty = false
    switch (line.did) {
      case 'through':
        this.#passed(line.key ?? undefined)
        this.counts = { ...none, ...line.counts }
        break
      case 'end':
        this.isEnded = true
        this.counts = { ...none, ...line.counts }
        break
      case 'begin':
        this.#beginAnew(line.run)
        break
      default:
        this.#count(line)
        this.settled.set(line.key, line)
    }
    return true
  }

  /**
   * Where sources are deleted, an object counts as settled only then: the others are looked at
   * anew, and verified anew.
   */
  forgetUndeleted(): void {
    for (const [key, line] of this.settled) {
      if (line.did === 'copied') {
        this.counts.copied--
        this.counts.copiedBytes -= line.bytes
        if (line.replaced === true) this.counts.replaced--
      } else if (line.did === 'unchanged') this.counts.unchanged--
      else continue
      this.settled.delete(key)
    }
  }

  /** A key up to which all is settled is one that was settled: a damaged one would skip objects. */
  #isReached(key: string | undefined): boolean {
    return key === this.through || (key !== undefined && this.settled.has(key))
  }

  #passed(key: string | undefined): void {
    this.through = key
    if (key === undefined) return
    for (const other of this.settled.keys()) {
      if (compareKeys(other, key) <= 0) this.settled.delete(other)
    }
  }

  #beginAnew(run: string): void {
    this.run = run
    this.through = undefined
    this.settled.clear()
    this.counts = { ...none }
    this.isEnded = false
    this.isEmpty = true
  }

  #count(line: ObjectLine): void {
    this.counts[line.did]++
    if (line.did !== 'copied') return
    this.counts.copiedBytes += line.bytes
    if (line.replaced === true) this.counts.replaced++
    this.recent.push(line)
    if (this.recent.length > recentMax) this.recent.shift()
  }
}
