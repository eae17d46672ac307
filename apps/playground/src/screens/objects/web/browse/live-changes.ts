/**
 * Keeps a listing true while others change what it shows.
 *
 *     changes ──► keys and child prefixes that they touch ──100 ms──► read those, patch the listing
 *                                        ├── too many: read the whole listing again, quietly
 *                                        └── it failed: likewise, after a pause that grows
 *
 * Invariant: bounded. At most `touchedMax` keys are remembered; one reading at a time. What could
 * not be read stays touched until it is, or the listing is closed.
 */
import type { Change } from '../../../../server/changes.ts'
import type { PrefixRow } from '../../server/wire.ts'
import { backoffMs } from '../transfer/queue/pause.ts'
import { childOf, hasKeys, readRows } from './entries.ts'
import type { Listing } from './listing.ts'

const settleMs = 100
/** More keys at once, and reading the whole listing is the smaller work. */
const touchedMax = 1000
/** More prefixes that may be empty now, and likewise. */
const checkedMax = 50
/** Of the time, so much at most goes into reading whole listings. */
const rereadShare = 0.2
const rereadPauseMsMin = 500

export class LiveChanges {
  readonly #listing: Listing
  #keys = new Set<string>()
  /** The last that happened under each child prefix. */
  #children = new Map<string, Change['kind']>()
  #isAllTouched = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #isReading = false
  #isClosed = false
  #rereadAt = 0
  /** In a row. */
  #failures = 0
  #retryAt = 0

  constructor(listing: Listing) {
    this.#listing = listing
  }

  /** Takes note of changes, of which most may be elsewhere. */
  note(changes: readonly Change[]): void {
    const { prefix } = this.#listing
    let isTouched = false
    for (const { key, kind } of changes) {
      if (!key.startsWith(prefix)) continue
      isTouched = true
      if (this.#isAllTouched) break
      const child = childOf(prefix, key)
      if (child === undefined) this.#keys.add(key)
      else this.#children.set(child, kind)
      if (this.#keys.size + this.#children.size > touchedMax) this.#touchAll()
    }
    if (isTouched) this.#settle()
  }

  /** Changes were lost: anything may be different. */
  noteAll(): void {
    this.#touchAll()
    this.resume()
  }

  /** Goes on at once with what could not be read while the server was away. */
  resume(): void {
    this.#failures = 0
    this.#retryAt = 0
    this.#stopTimer()
    this.#goOn()
  }

  close(): void {
    this.#isClosed = true
    this.#stopTimer()
  }

  get #isBehind(): boolean {
    return this.#isAllTouched || this.#keys.size + this.#children.size > 0
  }

  #touchAll(): void {
    this.#isAllTouched = true
    this.#keys.clear()
    this.#children.clear()
  }

  #goOn(): void {
    if (this.#isBehind) this.#settle()
  }

  #stopTimer(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #settle(): void {
    if (this.#isReading || this.#isClosed || this.#listing.signal.aborted) return
    const at = Math.max(this.#retryAt, this.#isAllTouched ? this.#rereadAt : 0)
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined
        void this.#catchUp()
      },
      Math.max(settleMs, at - performance.now()),
    )
  }

  async #catchUp(): Promise<void> {
    const listing = this.#listing
    // While it is read the first time nobody knows what it has.
    if (listing.snapshot().status === 'loading') return this.#settle()
    this.#isReading = true
    try {
      if (this.#isAllTouched) await this.#reread()
      else await this.#patch()
      this.#failures = 0
    } catch {
      // Which keys it were is not known any more.
      this.#touchAll()
      this.#retryAt = performance.now() + backoffMs(this.#failures++)
    } finally {
      this.#isReading = false
    }
    this.#goOn()
  }

  async #reread(): Promise<void> {
    this.#isAllTouched = false
    const started = performance.now()
    // Given up for another reading, which may fail.
    if (!(await this.#listing.reread())) this.#touchAll()
    const ended = performance.now()
    const pause = (ended - started) * (1 / rereadShare - 1)
    this.#rereadAt = ended + Math.max(rereadPauseMsMin, pause)
  }

  async #patch(): Promise<void> {
    const listing = this.#listing
    const keys = [...this.#keys]
    const children = [...this.#children]
    this.#keys = new Set()
    this.#children = new Map()
    const come = children.filter(([child, kind]) => kind === 'written' && !listing.has(child))
    const doubtful = children.filter(([child, kind]) => kind === 'deleted' && listing.has(child))
    if (doubtful.length > checkedMax) {
      this.#touchAll()
      return
    }
    const { signal } = listing
    const [rows, areThere] = await Promise.all([
      readRows(keys, signal),
      Promise.all(doubtful.map(([child]) => hasKeys(child, signal))),
    ])
    if (signal.aborted) return
    listing.change(
      [
        ...rows.filter((row) => row !== null),
        ...come.map(([prefix]): PrefixRow => ({ kind: 'prefix', prefix })),
      ],
      [
        ...keys.filter((_, place) => rows[place] === null),
        ...doubtful.filter((_, place) => !areThere[place]).map(([child]) => child),
      ],
    )
  }
}
