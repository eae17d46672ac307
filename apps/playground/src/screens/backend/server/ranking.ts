/**
 * The largest of many, in constant memory.
 *
 * Invariant: at most `sizeMax` items are kept, the largest that came; all others are handed out as
 * they drop out, so that they can be counted together.
 */
export class Largest<T> {
  readonly #sizeMax: number
  readonly #sizeOf: (item: T) => number
  readonly #kept: T[] = []

  constructor(sizeMax: number, sizeOf: (item: T) => number) {
    this.#sizeMax = sizeMax
    this.#sizeOf = sizeOf
  }

  /** Largest first; of equal ones the one that came first. */
  get items(): readonly T[] {
    return this.#kept
  }

  /** Takes an item; gives the one that is not among the largest any more. */
  add(item: T): T | undefined {
    const size = this.#sizeOf(item)
    const isFull = this.#kept.length >= this.#sizeMax
    if (isFull && this.#sizeOf(this.#kept.at(-1)!) >= size) return item
    const at = this.#kept.findIndex((other) => this.#sizeOf(other) < size)
    this.#kept.splice(at === -1 ? this.#kept.length : at, 0, item)
    return isFull ? this.#kept.pop() : undefined
  }
}
