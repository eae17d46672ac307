/**
 * Keys of which the primary is being asked for a judgement: a conditional change is under way. An
 * outage write of such a key would go unseen by it, and both would succeed.
 */
export class Judgements {
  readonly #counts = new Map<string, number>()

  has(key: string): boolean {
    return this.#counts.has(key)
  }

  async during<T>(key: string, task: () => Promise<T>): Promise<T> {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    try {
      return await task()
    } finally {
      const left = (this.#counts.get(key) ?? 1) - 1
      if (left === 0) this.#counts.delete(key)
      else this.#counts.set(key, left)
    }
  }
}
