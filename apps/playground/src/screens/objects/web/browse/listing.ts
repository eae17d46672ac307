/**
 * What is right under a prefix: read as a stream, kept outside React, told to it at most ten times
 * a second.
 *
 * Invariant: bounded. At most `rowsMax` rows.
 */
import { act, perform } from '../../../../web/actions.ts'
import { type Problem, problemOf } from '../../../../web/problem.ts'
import type { Row } from '../../server/wire.ts'
import { listText } from '../code.ts'
import { type Arrangement, asListed } from './arranging.ts'
import type { Columns } from './columns.ts'
import { rowsMax } from './entries.ts'
import { fillRows } from './fill-rows.ts'
import type { Order } from './order.ts'
import { Rows } from './rows.ts'
import { type Totals, totalsOf } from './totals.ts'
import { compareUtf8 } from './utf8-order.ts'

/** A listing at a moment. Never changed after it was made. */
export interface Listed {
  readonly columns: Columns
  /** All rows, in the order of keys. */
  readonly byKey: Order
  /** The rows that are shown, and how. */
  readonly order: Order
  readonly arrangement: Arrangement
  readonly all: Totals
  readonly shown: Totals
  readonly status: 'loading' | 'ready' | 'failed'
  /** There is more than is listed. */
  readonly isTruncated: boolean
  readonly problem: Problem | undefined
}

export class Listing {
  readonly prefix: string
  /** By `performance.now()`. */
  readonly openedAt: number = performance.now()
  #rows: Rows
  #arrangement: Arrangement = asListed
  #status: Listed['status'] = 'loading'
  #isTruncated = false
  #problem: Problem | undefined
  #listed: Listed
  #end = new AbortController()
  /** Ends the reading that is under way, when another one begins. */
  #reading = new AbortController()
  /** What changed while all is read again: by then it may have been read already. */
  #changed: Map<string, Row | undefined> | undefined
  readonly #watchers = new Set<() => void>()
  /** Called when rows may have gone. */
  onGone: () => void = () => undefined

  constructor(prefix: string) {
    this.prefix = prefix
    this.#rows = new Rows(prefix)
    this.#listed = this.#look()
  }

  /** For `useSyncExternalStore`. */
  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** For `useSyncExternalStore`. */
  readonly snapshot = (): Listed => this.#listed

  /** Fires when the listing is closed. */
  get signal(): AbortSignal {
    return this.#end.signal
  }

  /** Reads the listing, as an action of the person. Returns what ends it. */
  readonly open = (): (() => void) => {
    this.#end = new AbortController()
    void this.read()
    return () => {
      this.#end.abort()
      this.#rows.close()
    }
  }

  /** Reads all again, as an action of the person. */
  async read(): Promise<void> {
    this.#rows.close()
    this.#rows = new Rows(this.prefix)
    this.#rows.arrange(this.#arrangement, this.#tell)
    this.#status = 'loading'
    this.#problem = undefined
    this.#isTruncated = false
    this.#tell()
    const signal = this.#beginReading()
    try {
      const rows = this.#rows
      const isRead = await act(listText(this.prefix), (id) => {
        return this.#fill(rows, id, signal, this.#tell)
      })
      if (!isRead) return
      this.#status = 'ready'
    } catch (error) {
      this.#status = 'failed'
      this.#problem = problemOf(error)
    }
    this.#tell()
  }

  /** Reads all again while the old rows are shown, as an action of the person; tells a failure. */
  async refresh(): Promise<void> {
    if (this.#status === 'loading') return
    if (this.#status === 'failed') return this.read()
    await perform(listText(this.prefix), (id) => this.reread(id))
  }

  /**
   * Reads all again while the old rows are shown. Returns whether they are true now; not when it
   * was given up, for another reading or because it was closed.
   *
   * @throws ProblemError, and the old rows stay.
   */
  async reread(action = 'page'): Promise<boolean> {
    if (this.#status === 'loading') return false
    const signal = this.#beginReading()
    const rows = new Rows(this.prefix)
    const changed = new Map<string, Row | undefined>()
    this.#changed = changed
    try {
      if (!(await this.#fill(rows, action, signal, () => undefined))) return false
      await new Promise<void>((done) => {
        rows.arrange(this.#arrangement, done)
        if (rows.isArranged) done()
      })
      if (signal.aborted) return false
    } finally {
      if (this.#changed === changed) this.#changed = undefined
    }
    this.#rows.close()
    this.#rows = rows
    rows.arrange(this.#arrangement, this.#tell)
    this.#status = 'ready'
    this.#problem = undefined
    this.#tell()
    this.onGone()
    this.change(
      [...changed.values()].filter((row) => row !== undefined),
      [...changed].filter(([, row]) => row === undefined).map(([key]) => key),
    )
    return true
  }

  /** Shows the rows in another way. */
  arrange(arrangement: Arrangement): void {
    this.#arrangement = arrangement
    this.#rows.arrange(arrangement, this.#tell)
  }

  /** Puts rows in and takes keys out that others changed; see {@link Rows.change}. */
  change(put: readonly Row[], removed: readonly string[]): void {
    this.#remember(put, removed)
    const last = this.#rows.columns.keys[this.#rows.byKey.at(-1) ?? -1] ?? ''
    // What is behind the end of a part is not a part of it.
    const known = this.#isTruncated ? put.filter((row) => compareUtf8(keyOf(row), last) <= 0) : put
    if (!this.#rows.change(known, removed, performance.now())) return
    if (this.#rows.trim(rowsMax)) this.#isTruncated = true
    this.#tell()
    if (removed.length > 0) this.onGone()
  }

  #remember(put: readonly Row[], removed: readonly string[]): void {
    for (const key of removed) this.#changed?.set(key, undefined)
    for (const row of put) this.#changed?.set(keyOf(row), row)
  }

  /** Whether an object or prefix is listed. */
  has(key: string): boolean {
    return this.#rows.slotOf(key) !== undefined
  }

  /** Where an object or prefix is shown. -1: it is not. */
  placeOf(key: string): number {
    const slot = this.#rows.slotOf(key)
    return slot === undefined ? -1 : this.#rows.placeOf(slot)
  }

  #beginReading(): AbortSignal {
    this.#reading.abort()
    this.#reading = new AbortController()
    return AbortSignal.any([this.#reading.signal, this.#end.signal])
  }

  /** Returns whether it came to the end: a person who goes on has not failed. */
  async #fill(rows: Rows, action: string, signal: AbortSignal, tell: () => void): Promise<boolean> {
    const end = await fillRows(rows, { prefix: this.prefix, action, signal, tell })
    if (end === undefined) return false
    this.#isTruncated = end.isTruncated
    return true
  }

  #look(): Listed {
    const { columns, order, byKey, arrangement } = this.#rows
    const all = totalsOf(columns, byKey)
    return {
      ...{ columns, byKey, order, arrangement, all },
      shown: order === byKey ? all : totalsOf(columns, order),
      status: this.#status,
      isTruncated: this.#isTruncated,
      problem: this.#problem,
    }
  }

  readonly #tell = (): void => {
    this.#listed = this.#look()
    for (const watcher of this.#watchers) watcher()
  }
}

function keyOf(row: Row): string {
  return row.kind === 'object' ? row.key : row.prefix
}
