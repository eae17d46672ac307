/**
 * What the primary was last seen to hold under the keys that were used last. An outage write over
 * a version that was seen replaces it in good conscience, however young it is.
 */
import type { Base } from './records.ts'

/** Keys that are remembered; older ones are forgotten, which costs conflicts and no data. */
const seenMax = 10_000

interface Sight {
  readonly base: Base
  /** What the copy of this very version is in the first fallback; undefined: none was made. */
  readonly copy: Base | undefined
}

export class Seen {
  readonly #sights = new Map<string, Sight>()

  get(key: string): Base {
    return this.#sights.get(key)?.base ?? 'unknown'
  }

  /** True when what was found in the first fallback is the copy of what was seen, and no other. */
  isMirrored(key: string, found: Base): boolean {
    const copy = this.#sights.get(key)?.copy
    return copy !== undefined && isSame(copy, found)
  }

  /** @param etag Undefined: there is no object. */
  note(key: string, etag: string | undefined): void {
    const base: Base = etag === undefined ? 'absent' : { etag }
    const known = this.#sights.get(key)
    const isSeen = known !== undefined && isSame(known.base, base)
    this.#set(key, { base, copy: isSeen ? known.copy : undefined })
  }

  noteMirrored(key: string, sight: { readonly base: Base; readonly copy: Base }): void {
    this.#set(key, sight)
  }

  /** From now on the fallback may lack something. */
  noteOutOfStep(key: string): void {
    const known = this.#sights.get(key)
    if (known !== undefined) this.#set(key, { ...known, copy: undefined })
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
