/**
 * Bounded concurrency over an iterable: items are pulled only when there is room to run them, and
 * the results keep the order of the items.
 */

/** Items that can be run; async ones may come from a stream. */
export type Items<T> = Iterable<T> | AsyncIterable<T>

/**
 * Runs `start` for each item, at most `concurrency` at once; `start` must not reject.
 *
 * Once `signal` fires nothing more is started: items of an array give `skip`, other iterables are
 * closed where they stand. When the iterable throws, what runs is awaited and the error rethrown.
 */
export async function runPool<T, R>(
  items: Items<T>,
  concurrency: number,
  signal: AbortSignal | undefined,
  start: (item: T) => Promise<R>,
  skip: (item: T) => R,
): Promise<R[]> {
  const results: R[] = []
  const gate = new Gate(concurrency)
  let place = 0
  const run = async (item: T, index: number): Promise<void> => {
    results[index] = await start(item)
    gate.leave()
  }
  try {
    for await (const item of items) {
      const index = place++
      if (signal?.aborted === true) {
        if (!Array.isArray(items)) break
        results[index] = skip(item)
        continue
      }
      void run(item, index)
      await gate.enter()
    }
  } finally {
    await gate.drained()
  }
  return results
}

/** Counts who is inside, and lets one wait until there is room. */
class Gate {
  readonly #max: number
  #inside = 0
  #waiting: { readonly room: number; readonly go: () => void } | undefined

  constructor(max: number) {
    this.#max = max
  }

  /** Counts one more; resolves when another one could enter. */
  async enter(): Promise<void> {
    this.#inside++
    if (this.#inside >= this.#max) await this.#until(this.#max - 1)
  }

  leave(): void {
    this.#inside--
    if (this.#waiting !== undefined && this.#inside <= this.#waiting.room) {
      const { go } = this.#waiting
      this.#waiting = undefined
      go()
    }
  }

  /** Resolves when nobody is inside. */
  async drained(): Promise<void> {
    if (this.#inside > 0) await this.#until(0)
  }

  #until(room: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = { room, go: resolve }
    })
  }
}
