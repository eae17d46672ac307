/**
 * One after the other, by key.
 *
 * Invariant: who holds a key is alone with it, and keys are taken in one order, so that nobody
 * waits in a circle. Nothing is kept of a key that nobody holds or waits for.
 */
export class Turns {
  /** The end of the last turn that was given out. */
  readonly #last = new Map<string, Promise<void>>()

  /** Waits for the keys; the result ends the turn. */
  async take(keys: readonly string[]): Promise<() => void> {
    const ends: (() => void)[] = []
    for (const key of [...new Set(keys)].toSorted()) ends.push(await this.#takeOne(key))
    return () => ends.forEach((end) => end())
  }

  async run<T>(keys: readonly string[], act: () => Promise<T>): Promise<T> {
    const end = await this.take(keys)
    try {
      return await act()
    } finally {
      end()
    }
  }

  async #takeOne(key: string): Promise<() => void> {
    const before = this.#last.get(key)
    const { promise, resolve } = Promise.withResolvers<void>()
    const own = (before ?? Promise.resolve()).then(() => promise)
    this.#last.set(key, own)
    await before
    return () => {
      resolve()
      if (this.#last.get(key) === own) this.#last.delete(key)
    }
  }
}
