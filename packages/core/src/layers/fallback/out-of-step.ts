/** Keys of which the first fallback lacks a change, as far as this process knows. Bounded. */
export class OutOfStep {
  readonly #keys = new Set<string>()
  readonly #keysMax: number
  #isOverfull = false

  constructor(keysMax: number) {
    this.#keysMax = keysMax
  }

  get size(): number {
    return this.#keys.size
  }

  /** True when there were more keys than can be noted: no bound holds any more. */
  get isOverfull(): boolean {
    return this.#isOverfull
  }

  has(key: string): boolean {
    return this.#keys.has(key)
  }

  add(key: string): void {
    if (this.#keys.has(key)) return
    if (this.#keys.size < this.#keysMax) this.#keys.add(key)
    else this.#isOverfull = true
  }

  delete(key: string): void {
    this.#keys.delete(key)
  }

  keys(): string[] {
    return [...this.#keys]
  }
}
