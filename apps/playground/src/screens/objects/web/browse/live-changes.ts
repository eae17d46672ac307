/**
 * Keeps a listing true while others change what it shows.
 *
 *     changes ──► keys and child prefixes that they touch ──100 ms──► read those, patch the listing
 *                                        └── too many: read the whole listing again, quietly
 *
 * Invariant: bounded. At most `touchedMax` keys are remembered; one reading at a time.
 */
import type { Change } from '../../../../server/changes.ts'
import type { PrefixRow } from '../../server/wire.ts'
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
  #rereadAt = 0

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
    this.#settle()
  }

  /** Goes on with what could not be read while the server was away. */
  resume(): void {
    if (this.#isBehind) this.#settle()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  get #isBehind(): boolean {
    return this.#isAllTouched || this.#keys.size + this.#children.size > 0
  }

  #touchAll(): void {
    this.#isAllTouched = true
    this.#keys.clear()
    this.#children.clear()
  }

  #settle(): void {
    if (this.#isReading || this.#listing.signal.aborted) return
    const pause = this.#isAllTouched ? this.#rereadAt - performance.now() : 0
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined
        void this.#catchUp()
      },
      Math.max(settleMs, pause),
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
    } catch {
      // What was touched is not known any more: all is read when the server is there again.
      this.#touchAll()
      return
    } finally {
      this.#isReading = false
    }
    this.resume()
  }

  async #reread(): Promise<void> {
    this.#isAllTouched = false
    const started = performance.now()
    await this.#listing.reread()
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
