/**
 * What the primary was last seen to hold under the keys that were used last. An outage write over
 * a version that was seen replaces it in good conscience, however young it is.
 */
import { type Base, isSameSight, type Sight } from './records.ts'

/** Keys that are remembered; older ones are forgotten, which costs conflicts and no data. */
const seenMax = 10_000

/** Lost answers of one key that are remembered. */
const triedMax = 8

interface Known {
  readonly base: Base
  /** What the copy of this very version is in the first fallback; undefined: none was made. */
  readonly copy: Base | undefined
  /** Marks of writes since then that the primary may have made, for their answers were lost. */
  readonly tried: readonly string[]
}

export class Seen {
  readonly #sights = new Map<string, Known>()

  get(key: string): Base {
    return this.#sights.get(key)?.base ?? 'unknown'
  }

  /** True when what was found in the first fallback is the copy of what was seen, and no other. */
  isMirrored(key: string, found: Base): boolean {
    const copy = this.#sights.get(key)?.copy
    return copy !== undefined && isSame(copy, found)
  }

  /** Own writes that may stand at the primary instead of what was seen. */
  tried(key: string): readonly string[] {
    return this.#sights.get(key)?.tried ?? []
  }

  note(key: string, base: Sight | 'absent'): void {
    const known = this.#sights.get(key)
    const isSeen = known !== undefined && isSame(known.base, base)
    this.#set(key, { base, copy: isSeen ? known.copy : undefined, tried: [] })
  }

  noteMirrored(key: string, sight: { readonly base: Base; readonly copy: Base }): void {
    this.#set(key, { ...sight, tried: [] })
  }

  noteTried(key: string, mark: string): void {
    const { base = 'unknown', copy, tried = [] } = this.#sights.get(key) ?? {}
    this.#set(key, { base, copy, tried: [...tried, mark].slice(-triedMax) })
  }

  /** From now on the fallback may lack something. */
  noteOutOfStep(key: string): void {
    const known = this.#sights.get(key)
    if (known !== undefined) this.#set(key, { ...known, copy: undefined })
  }

  #set(key: string, sight: Known): void {
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
  return isSameSight(a, b)
}
