/** How fast something goes, over the last seconds. */

const windowMs = 8000
const sampleMs = 250

/** Invariant: one sample a quarter of a second, of the last eight seconds. */
export class Speed {
  #samples: { readonly at: number; readonly amount: number }[] = []

  /**
   * Takes in how much went since some start; how much goes in a second. Undefined before there is
   * enough to tell.
   */
  note(amount: number, at: number): number | undefined {
    const last = this.#samples.at(-1)
    if (last === undefined || at - last.at >= sampleMs) this.#samples.push({ at, amount })
    while (at - this.#samples[0]!.at > windowMs) this.#samples.shift()
    const first = this.#samples[0]!
    if (at - first.at < 2 * sampleMs) return undefined
    return Math.max(0, (amount - first.amount) / ((at - first.at) / 1000))
  }

  reset(): void {
    this.#samples = []
  }
}
