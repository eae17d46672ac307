/**
 * Pages of a listing: a walk that pauses between pages.
 *
 * A cursor alone is enough to go on: it says behind which key. To spare the next page from reading
 * the folders again, the walk is kept under an id that the cursor carries. Kept walks are few, the
 * one paused longest ago goes first, and one whose folders changed is used only for a short while.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock, ListedObject, ListOptions, ListPage } from '@aos-storage/core'
import {
  decodeCursor,
  type ListPosition,
  PageBuilder,
  throwIfAborted,
} from '@aos-storage/core/backend'
import type { Walk, WalkEntry } from './walk.ts'

/** Most walks kept between pages. */
const keptWalksMax = 4
/** How long a walk over changed folders goes on before they are read again, at least. */
const outdatedMsMax = 200
/** And at most this many times as long as reading them took, so that listing always advances. */
const outdatedReadsMax = 10
/** Files asked for their size and time before others get their turn on the event loop. */
const sliceEntries = 256

interface PausedWalk {
  readonly walk: Walk
  readonly entries: RunReader
  readonly startedMs: number
  /** How long the first entry took: about the time to read the folders. */
  readonly readMs: number
}

export interface PagesOptions {
  readonly newWalk: () => Walk
  readonly clock: Clock
  /**
   * What a listing shows of an object, or undefined when it is gone by now. When `isOutdated`, the
   * walk may name files that went meanwhile, and even a listing of keys must look.
   */
  readonly describe: (
    entry: WalkEntry,
    fields: 'all' | 'key',
    isOutdated: boolean,
  ) => ListedObject | undefined
}

export class Pages {
  readonly #options: PagesOptions
  readonly #paused = new Map<string, PausedWalk>()
  #walks = 0

  constructor(options: PagesOptions) {
    this.#options = options
  }

  async page(options: ListOptions, limit: number): Promise<ListPage> {
    const { cursor } = options
    const position = cursor === undefined ? undefined : decodeCursor(cursor, options)
    const resumed = this.#resume(cursor, position)
    const paused = resumed ?? (await this.#start(options, position))
    paused.walk.signal = options.signal
    const isOutdated = resumed?.walk.isOutdated() === true
    const fields = options.fields ?? 'all'
    const page = new PageBuilder(options, limit)
    let entry: WalkEntry
    const describe = () => this.#options.describe(entry, fields, isOutdated)
    let seen = 0
    for (const { entries } = paused; ; entries.advance()) {
      const next = entries.current ?? (await entries.next())
      if (next === undefined) return page.page()
      entry = next
      if (!page.add(entry.key, describe)) {
        const full = page.page(String(++this.#walks))
        this.#pause(full.cursor!, paused)
        return full
      }
      if (fields === 'key' || ++seen % sliceEntries !== 0) continue
      await nextTurn()
      throwIfAborted(options.signal)
    }
  }

  /** Forgets the paused walks. */
  close(): void {
    this.#paused.clear()
  }

  async #start(options: ListOptions, position: ListPosition | undefined): Promise<PausedWalk> {
    const startedMs = this.#options.clock.monotonicMs()
    const walk = this.#options.newWalk()
    walk.signal = options.signal
    const runs = walk.runs({
      prefix: options.prefix ?? '',
      after: position?.after ?? options.startAfter ?? '',
      isAfterPrefix: position?.kind === 'prefix',
      isShallow: options.delimiter === '/',
    })
    const entries = new RunReader(runs)
    await entries.next()
    return { walk, entries, startedMs, readMs: this.#options.clock.monotonicMs() - startedMs }
  }

  /** The walk that paused at this cursor; it is nobody else's from now on. */
  #resume(cursor: string | undefined, position: ListPosition | undefined): PausedWalk | undefined {
    if (cursor === undefined || position?.session === undefined) return undefined
    const paused = this.#paused.get(cursor)
    if (paused === undefined) return undefined
    this.#paused.delete(cursor)
    const ageMs = this.#options.clock.monotonicMs() - paused.startedMs
    const ageMsMax = Math.max(outdatedMsMax, outdatedReadsMax * paused.readMs)
    return ageMs > ageMsMax && paused.walk.isOutdated() ? undefined : paused
  }

  #pause(cursor: string, paused: PausedWalk): void {
    // It may still read ahead, for another page.
    paused.walk.signal = undefined
    this.#paused.set(cursor, paused)
    const oldest = this.#paused.keys().next()
    if (this.#paused.size > keptWalksMax && oldest.done !== true) this.#paused.delete(oldest.value)
  }
}

/** Entry by entry through runs; waits only where a run ends. */
class RunReader {
  readonly #runs: AsyncGenerator<WalkEntry[]>
  #run: readonly WalkEntry[] = []
  #at = 0

  constructor(runs: AsyncGenerator<WalkEntry[]>) {
    this.#runs = runs
  }

  /** The entry to look at, or undefined at the end of a run. */
  get current(): WalkEntry | undefined {
    return this.#run[this.#at]
  }

  advance(): void {
    this.#at++
  }

  /** The first entry of the next run, or undefined at the end. */
  async next(): Promise<WalkEntry | undefined> {
    const next = await this.#runs.next()
    this.#run = next.done === true ? [] : next.value
    this.#at = 0
    return this.#run[0]
  }
}
