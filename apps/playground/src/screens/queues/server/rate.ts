/** How often something happens a second, over the last seconds. Bounded: a bucket a second. */
const windowSeconds = 5

export class Rate {
  readonly #buckets = new Map<number, number>()

  /** It happened now, by a clock in milliseconds. */
  add(nowMs: number): void {
    const second = Math.floor(nowMs / 1000)
    this.#buckets.set(second, (this.#buckets.get(second) ?? 0) + 1)
    this.#forget(second)
  }

  /** Of whole seconds only: the one that runs has not had its share. */
  perSecond(nowMs: number): number {
    const second = Math.floor(nowMs / 1000)
    this.#forget(second)
    let sum = 0
    for (const [at, count] of this.#buckets) if (at !== second) sum += count
    return sum / windowSeconds
  }

  #forget(second: number): void {
    for (const at of this.#buckets.keys()) {
      if (at < second - windowSeconds || at > second) this.#buckets.delete(at)
    }
  }
}
