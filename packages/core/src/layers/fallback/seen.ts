/**
 * What the primary was last seen to hold under the keys that were used last. An outage write over
 * a version that was seen replaces it in good conscience, however young it is.
 */
import type { Base } from './records.ts'

/** Keys that are remembered; older ones are forgotten, which costs conflicts and no data. */
const seenMax = 10_000

interface Sight {
  readonly base: Base
  /** True when this very version was copied to the first fallback. */
  readonly isMirrored: boolean
}

export class Seen {
  readonly #sights = new Map<string, Sight>()

  get(key: string): Base {
    return this.#sights.get(key)?.base ?? 'unknown'
  }

  isMirrored(key: string): boolean {
    return this.#sights.get(key)?.isMirrored === true
  }

  /** @param etag Undefined: there is no object. */
  note(key: string, etag: string | undefined): void {
    const base: Base = etag === undefined ? 'absent' : { etag }
    const known = this.#sights.get(key)
    const isMirrored = known?.isMirrored === true && isSame(known.base, base)
    this.#set(key, { base, isMirrored })
  }

  noteMirrored(key: string, etag: string | undefined): void {
    this.#set(key, { base: etag === undefined ? 'absent' : { etag }, isMirrored: true })
  }

  /** From now on the fallback may lack something. */
  noteOutOfStep(key: string): void {
    const known = this.#sights.get(key)
    if (known !== undefined) this.#set(key, { ...known, isMirrored: false })
  }

  #set(key: string, sight: Sight): void {
    this.#sights.delete(key)
    this.#sights.set(key, sight)
    if (this.#sights.size <= seenMax) return
    for (const oldest of this.#sights.keys()) {
      this.#sights.delete(oldest)
      break
    }
  }
}

function isSame(a: Base, b: Base): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b
  return a.etag === b.etag
}
