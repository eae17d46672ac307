/**
 * Counts by name, in memory for so many names. Of names that come together, as the first segments
 * of keys in a listing do, the largest are kept, exactly; of others those that came first. What has
 * no place is counted in `other`: nothing is left out.
 */

/** Objects and bytes. */
export interface Amount {
  readonly objects: number
  readonly bytes: number
}

/** The amount of one name. */
export interface UsageGroup extends Amount {
  readonly name: string
}

/** Amounts by name, the largest first. */
export interface UsageGroups {
  readonly groups: readonly UsageGroup[]
  /** All those that had no place, together. */
  readonly other: Amount
}

interface Counter {
  objects: number
  bytes: number
}

export class GroupCount {
  readonly #max: number
  readonly #isTogether: boolean
  readonly #groups = new Map<string, Counter>()
  readonly #other: Counter = { objects: 0, bytes: 0 }

  /** @param isTogether True: each name but `''` comes in one run, which no other one breaks. */
  constructor(max: number, isTogether: boolean) {
    this.#max = max
    this.#isTogether = isTogether
  }

  add(name: string, bytes: number): void {
    const counter = this.#groups.get(name) ?? this.#placed(name)
    counter.objects++
    counter.bytes += bytes
  }

  result(): UsageGroups {
    if (this.#isTogether) this.#evict()
    const groups = [...this.#groups].map(([name, amount]) => ({ name, ...amount }))
    return { groups: groups.sort(bySize), other: { ...this.#other } }
  }

  #placed(name: string): Counter {
    if (!this.#isTogether && this.#groups.size >= this.#max) return this.#other
    // Now and then, so that each name costs little.
    if (this.#isTogether && this.#groups.size >= 2 * this.#max) this.#evict()
    const counter = { objects: 0, bytes: 0 }
    this.#groups.set(name, counter)
    return counter
  }

  #evict(): void {
    if (this.#groups.size <= this.#max) return
    const all = [...this.#groups].map(([name, amount]) => ({ name, ...amount })).sort(bySize)
    const runs = all.filter(({ name }) => name !== '')
    // One that comes in between the others keeps its place.
    const places = this.#max - (all.length - runs.length)
    for (const { name, objects, bytes } of runs.slice(places)) {
      this.#groups.delete(name)
      this.#other.objects += objects
      this.#other.bytes += bytes
    }
  }
}

function bySize(a: UsageGroup, b: UsageGroup): number {
  return b.bytes - a.bytes || b.objects - a.objects || (a.name < b.name ? -1 : 1)
}
