/**
 * Bounded concurrency over an iterable: items are pulled only when there is room to run them, and
 * the results keep the order of the items.
 */
import { closeIterator, unlessAborted } from '../source.ts'

/** Items that can be run; async ones may come from a stream. */
export type Items<T> = Iterable<T> | AsyncIterable<T>

/**
 * Runs `start` for each item, at most `concurrency` at once. What `start` should reject with is
 * rethrown when all that runs has ended.
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
  const failures: unknown[] = []
  const gate = new Gate(concurrency)
  let place = 0
  const run = async (item: T, index: number): Promise<void> => {
    try {
      results[index] = await start(item)
    } catch (error) {
      failures.push(error)
    } finally {
      gate.leave()
    }
  }
  try {
    for await (const item of untilAborted(items, signal)) {
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
  if (failures.length > 0) throw failures[0]
  return results
}

/** The items; ends once the signal fires, even while the iterable is silent. */
export function untilAborted<T>(items: Items<T>, signal: AbortSignal | undefined): Items<T> {
  // An array is never silent, and all of its items are told of.
  return signal === undefined || Array.isArray(items) ? items : guardItems(items, signal)
}

async function* guardItems<T>(items: Items<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator =
    Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
  let isOpen = true
  const pull = async (): Promise<IteratorResult<T>> => {
    try {
      const next = await iterator.next()
      if (next.done === true) isOpen = false
      return next
    } catch (error) {
      isOpen = false
      throw error
    }
  }
  try {
    for (;;) {
      const next = await unlessAborted(pull, signal)
      if (next.done === true) return
      yield await next.value
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    // An iterator that is stuck in its own await would never answer: not awaited after an abort.
    const closing = isOpen ? closeIterator(iterator) : undefined
    if (!signal.aborted) await closing
  }
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
