/**
 * Bounded concurrency over an iterable: items are pulled only when there is room to run them, and
 * the results keep the order of the items.
 */
import { closeIterator, unlessAborted } from '../source.ts'

/** Items that can be run; async ones may come from a stream. */
export type Items<T> = Iterable<T> | AsyncIterable<T>

/** What became of the items, in their order, and of the iterable when it threw. */
export interface PoolOutcome<R> {
  readonly results: R[]
  readonly failure?: { readonly cause: unknown } | undefined
}

/**
 * Runs `start` for each item, at most `concurrency` at once. What `start` should reject with is
 * rethrown when all that runs has ended.
 *
 * Once `signal` fires nothing more is started: what was pulled gives `skip`, as do all items of an
 * array; other iterables are closed where they stand. An iterable may be silent for ever, so give
 * it through {@link untilAborted}. When it throws, what runs is awaited: no result is lost.
 */
export async function runPool<T, R>(
  items: Items<T>,
  concurrency: number,
  signal: AbortSignal | undefined,
  start: (item: T) => Promise<R>,
  skip: (item: T) => R,
): Promise<PoolOutcome<R>> {
  const results: R[] = []
  const rejections: unknown[] = []
  let failure: PoolOutcome<R>['failure']
  const gate = new Gate(concurrency)
  let place = 0
  const run = async (item: T, index: number): Promise<void> => {
    try {
      results[index] = await start(item)
    } catch (error) {
      rejections.push(error)
    } finally {
      gate.leave()
    }
  }
  try {
    for await (const item of items) {
      const index = place++
      if (signal?.aborted === true) {
        results[index] = skip(item)
        if (Array.isArray(items)) continue
        break
      }
      void run(item, index)
      await gate.enter()
    }
  } catch (cause) {
    failure = { cause }
  }
  await gate.drained()
  if (rejections.length > 0) throw rejections[0]
  return { results, failure }
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
