/** The largest objects of those that pass by. */
import { compareKeys } from '../../keys.ts'

/** An object and its size, as listed. */
export interface SizedObject {
  readonly key: string
  readonly bytes: number
}

export class Largest {
  readonly #max: number
  #kept: SizedObject[] = []
  /** Smaller ones need no look. */
  #least = -1

  constructor(max: number) {
    this.#max = max
  }

  add(key: string, bytes: number): void {
    if (this.#max === 0 || bytes <= this.#least) return
    this.#kept.push({ key, bytes })
    if (this.#kept.length >= 2 * this.#max) this.#cut()
  }

  /** The largest first. */
  result(): readonly SizedObject[] {
    this.#cut()
    return this.#kept
  }

  #cut(): void {
    this.#kept.sort((a, b) => b.bytes - a.bytes || compareKeys(a.key, b.key))
    if (this.#kept.length < this.#max) return
    this.#kept.length = this.#max
    this.#least = this.#kept.at(-1)?.bytes ?? -1
  }
}
