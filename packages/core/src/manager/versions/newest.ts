/** The newest versions of those that pass by, in memory for as many as are wanted. */
export class Newest<T extends { readonly version: number }> {
  readonly #max: number
  #kept: T[] = []

  constructor(max: number) {
    this.#max = max
  }

  add(version: T): void {
    this.#kept.push(version)
    // Now and then, so that each one costs little.
    if (this.#kept.length >= 2 * this.#max + 1024) this.#cut()
  }

  /** The newest first. */
  all(): readonly T[] {
    this.#cut()
    return this.#kept
  }

  #cut(): void {
    this.#kept.sort((a, b) => b.version - a.version)
    this.#kept.length = Math.min(this.#kept.length, this.#max)
  }
}
