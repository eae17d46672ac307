/** Keys of which the first fallback lacks a change, as far as this process knows. Bounded. */
export class OutOfStep {
  /** With the turn in which each was noted last. */
  readonly #keys = new Map<string, number>()
  readonly #keysMax: number
  #turn = 0
  #isOverfull = false

  constructor(keysMax: number) {
    this.#keysMax = keysMax
  }

  get size(): number {
    return this.#keys.size
  }

  /**
   * True when there were more keys than can be noted: no bound holds any more. For good, for which
   * ones they were is not known, and so neither when the last of them was copied.
   */
  get isOverfull(): boolean {
    return this.#isOverfull
  }

  has(key: string): boolean {
    return this.#keys.has(key)
  }

  add(key: string): void {
    if (this.#keys.has(key) || this.#keys.size < this.#keysMax) this.#keys.set(key, ++this.#turn)
    else this.#isOverfull = true
  }

  /** When it was noted last: what was begun before another turn knows nothing of that change. */
  turnOf(key: string): number | undefined {
    return this.#keys.get(key)
  }

  delete(key: string): void {
    this.#keys.delete(key)
  }

  keys(): string[] {
    return [...this.#keys.keys()]
  }
}
