/**
 * Amounts by prefix down to a depth, of keys that come in the order of a listing.
 *
 * A prefix is told when its last key has passed, before the one that it is in, as `du` does: so
 * memory holds one amount for each level, however many prefixes there are.
 */
export interface PrefixAmount {
  readonly prefix: string
  readonly objects: number
  readonly bytes: number
}

interface Open {
  readonly prefix: string
  objects: number
  bytes: number
}

export class PrefixTotals {
  readonly #start: string
  readonly #depth: number
  /** Those that the last key is in, the outermost first. */
  readonly #open: Open[] = []

  /** @param start What all keys begin with; levels count from behind it. */
  constructor(start: string, depth: number) {
    this.#start = start
    this.#depth = depth
  }

  /** Counts an object; gives the prefixes that it is behind of. */
  add(key: string, bytes: number): PrefixAmount[] {
    const past: PrefixAmount[] = []
    while (this.#open.length > 0 && !key.startsWith(this.#open.at(-1)!.prefix)) {
      past.push(this.#close())
    }
    while (this.#open.length < this.#depth) {
      const from = this.#open.at(-1)?.prefix.length ?? this.#start.length
      const slash = key.indexOf('/', from)
      if (slash === -1) break
      this.#open.push({ prefix: key.slice(0, slash + 1), objects: 0, bytes: 0 })
    }
    for (const each of this.#open) {
      each.objects++
      each.bytes += bytes
    }
    return past
  }

  /** What is left. */
  end(): PrefixAmount[] {
    const past: PrefixAmount[] = []
    while (this.#open.length > 0) past.push(this.#close())
    return past
  }

  #close(): PrefixAmount {
    return this.#open.pop()!
  }
}
