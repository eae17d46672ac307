/**
 * The entities of one query, as far as they were loaded: in the order of the service, page by page,
 * and kept up to date by what the live feed tells.
 *
 * Invariant: the rows are the entities that satisfy the filter, from the first one to the last one
 * that was loaded, as of the last answer; a row is not looked up and loaded at the same time, so
 * that no old answer replaces a newer one. At most `rowsMax` rows.
 */
import { type Problem, problemOf } from '../../../web/problem.ts'
import type { RowPage, WireKeys, WireRow } from '../server/wire.ts'

/** More are not loaded: a filter finds what is behind. */
export const rowsMax = 50_000
/** Changes that are told together. */
const lookedMax = 500
const coalesceMs = 250

type RowsStatus = 'loading' | 'more' | 'whole' | 'full'

export interface RowsState {
  readonly rows: readonly WireRow[]
  readonly status: RowsStatus
  readonly problem: Problem | undefined
  /** Rows that changed while they were shown, and when, by `performance.now()`. */
  readonly changedAt: ReadonlyMap<string, number>
  /** Names of the properties that were seen, in the order in which they came. */
  readonly columns: readonly string[]
}

/** How entities are read. */
export interface RowsSource {
  page(cursor: string | undefined, signal: AbortSignal): Promise<RowPage>
  /** What is there now under each of the keys, if it satisfies the filter. */
  look(keys: readonly WireKeys[], signal: AbortSignal): Promise<readonly (WireRow | null)[]>
}

/** Tells entities apart: neither key can hold a slash. */
export function rowId({ partitionKey, rowKey }: WireKeys): string {
  return `${partitionKey}/${rowKey}`
}

/** By partition key, then row key, each by UTF-16 code units, as the service does. */
export function compareRows(a: WireKeys, b: WireKeys): number {
  return compare(a.partitionKey, b.partitionKey) || compare(a.rowKey, b.rowKey)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export class Rows {
  readonly #source: RowsSource
  readonly #end = new AbortController()
  readonly #watchers = new Set<() => void>()
  #cursor: string | undefined
  #state: RowsState = {
    ...{ rows: [], status: 'more', problem: undefined, columns: [] },
    changedAt: new Map(),
  }
  /** One at a time. */
  #work: Promise<void> = Promise.resolve()
  #isLoading = false
  readonly #changed = new Map<string, WireKeys>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(source: RowsSource) {
    this.#source = source
  }

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  readonly state = (): RowsState => this.#state

  /** Loads the next page, unless one is being loaded, all are there, or it is closed. */
  async load(): Promise<void> {
    const { status } = this.#state
    if (this.#isLoading || this.#end.signal.aborted) return
    if (status === 'whole' || status === 'full') return
    this.#isLoading = true
    this.#set({ status: 'loading', problem: undefined })
    await this.#queue(async (signal) => {
      try {
        // A page may be empty, and have a cursor.
        for (;;) {
          const page = await this.#source.page(this.#cursor, signal)
          this.#add(page)
          if (page.rows.length > 0 || page.cursor === undefined) return
        }
      } catch (error) {
        if (!signal.aborted) this.#set({ status: 'more', problem: problemOf(error) })
      } finally {
        this.#isLoading = false
      }
    })
  }

  /** Somebody changed these. */
  changed(keys: readonly WireKeys[]): void {
    for (const each of keys) this.#changed.set(rowId(each), each)
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.#look()
    }, coalesceMs)
  }

  /** What a change of our own left; `null`: nothing under these keys. */
  put(keys: WireKeys, row: WireRow | null): void {
    this.#put([[keys, row]])
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#end.abort()
  }

  async #look(): Promise<void> {
    const keys = [...this.#changed.values()].slice(0, lookedMax)
    for (const each of keys) this.#changed.delete(rowId(each))
    if (keys.length === 0) return
    await this.#queue(async (signal) => {
      try {
        const rows = await this.#source.look(keys, signal)
        this.#put(keys.map((each, index) => [each, rows[index] ?? null]))
      } catch (error) {
        if (!signal.aborted) this.#set({ problem: problemOf(error) })
      }
    })
    if (this.#changed.size > 0) await this.#look()
  }

  #queue(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.#end
    this.#work = this.#work.then(() => (signal.aborted ? undefined : work(signal)))
    return this.#work
  }

  #add({ rows: loaded, cursor }: RowPage): void {
    const { rows, columns } = this.#state
    this.#cursor = cursor
    const known = new Set(columns)
    for (const { properties } of loaded) {
      for (const name of Object.keys(properties)) known.add(name)
    }
    const all = [...rows, ...loaded]
    const status = cursor === undefined ? 'whole' : all.length >= rowsMax ? 'full' : 'more'
    this.#set({
      ...{ rows: all, status },
      columns: known.size === columns.length ? columns : [...known],
    })
  }

  #put(found: readonly (readonly [keys: WireKeys, row: WireRow | null])[]): void {
    const rows = [...this.#state.rows]
    const changedAt = new Map(this.#state.changedAt)
    const known = new Set(this.#state.columns)
    const now = performance.now()
    let isChanged = false
    for (const [keys, row] of found) {
      const place = placeOf(rows, keys)
      const before = rows[place]
      const isThere = before !== undefined && compareRows(before, keys) === 0
      if (row === null) {
        if (!isThere) continue
        rows.splice(place, 1)
      } else {
        // Behind the last one it comes with its page.
        if (!isThere && place === rows.length && this.#cursor !== undefined) continue
        if (isThere && before.etag === row.etag) continue
        rows.splice(place, isThere ? 1 : 0, row)
        changedAt.set(rowId(row), now)
        for (const name of Object.keys(row.properties)) known.add(name)
      }
      isChanged = true
    }
    if (!isChanged) return
    const { columns } = this.#state
    this.#set({
      ...{ rows, changedAt },
      columns: known.size === columns.length ? columns : [...known],
    })
  }

  #set(change: Partial<RowsState>): void {
    this.#state = { ...this.#state, ...change }
    for (const watcher of this.#watchers) watcher()
  }
}

/** Where the keys are, or would be. */
function placeOf(rows: readonly WireKeys[], keys: WireKeys): number {
  let [from, to] = [0, rows.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    if (compareRows(rows[middle]!, keys) < 0) from = middle + 1
    else to = middle
  }
  return from
}
