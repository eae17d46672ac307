/** What waits, by key: the part of the journal that is held in memory. */
import { sortKeys } from '../../keys.ts'
import { type JournalRecord, recordName } from './records.ts'

/** A record that stands, with the etag that it is replaced by. */
export interface Waiting {
  readonly record: JournalRecord
  readonly etag: string
  /** True when this process made it. */
  readonly isOwn: boolean
}

/** What waited at one moment. */
export interface Snapshot {
  /** In UTF-8 order. */
  readonly keys: readonly string[]
  readonly records: ReadonlyMap<string, JournalRecord>
}

export class JournalIndex {
  readonly #waiting = new Map<string, Waiting>()
  #snapshot: Snapshot | undefined
  /** Keys that changed while the journal is being read: what was read of them is old. */
  #touched: Set<string> | undefined

  get size(): number {
    return this.#waiting.size
  }

  get(key: string): Waiting | undefined {
    return this.#waiting.get(key)
  }

  keep(waiting: Waiting): void {
    const { key, version } = waiting.record
    const known = this.#waiting.get(key)
    const isOwn = waiting.isOwn || (known?.isOwn === true && known.record.version === version)
    this.#waiting.set(key, { ...waiting, isOwn })
    this.#change(key)
  }

  drop(key: string): void {
    this.#waiting.delete(key)
    this.#change(key)
  }

  /** What is known, by the names of the records. */
  names(): Map<string, Waiting> {
    return new Map(
      [...this.#waiting.values()].map((waiting) => [recordName(waiting.record.key), waiting]),
    )
  }

  /** Begins to note which keys change, for {@link replace}. */
  watch(): Set<string> {
    this.#touched = new Set()
    return this.#touched
  }

  /** Puts what was read in place of what was known, except for keys that changed meanwhile. */
  replace(found: ReadonlyMap<string, Waiting>, touched: ReadonlySet<string>): void {
    const byKey = new Map([...found.values()].map((waiting) => [waiting.record.key, waiting]))
    this.#touched = undefined
    for (const key of this.#waiting.keys()) {
      if (!byKey.has(key) && !touched.has(key)) this.drop(key)
    }
    for (const [key, waiting] of byKey) if (!touched.has(key)) this.keep(waiting)
  }

  snapshot(): Snapshot {
    this.#snapshot ??= {
      keys: sortKeys([...this.#waiting.keys()]),
      records: new Map([...this.#waiting].map(([key, { record }]) => [key, record])),
    }
    return this.#snapshot
  }

  #change(key: string): void {
    this.#snapshot = undefined
    this.#touched?.add(key)
  }
}
