/**
 * A listing of an extra (`listVersions`, `listSnapshots`) as one call: it is opened as its first
 * item is asked for, and the opening is what layers are around, as with a body.
 *
 * ```
 * next() -> around(call, run) -> run: the first item of the backend's own iterator
 * next() -> the backend's own iterator
 * ```
 *
 * Invariants: nothing is asked of the backend before somebody asks; one item at most is held; what
 * was opened is closed when its reader leaves, however that comes, also in the middle of the wait.
 */
import { closeIterator } from '../source.ts'

const ended: IteratorResult<never> = { done: true, value: undefined }

/** What an iterable extra has opened: iterated once, or cancelled. */
export interface OpenedItems extends AsyncIterable<unknown> {
  cancel(): Promise<void>
}

/** Starts a listing: its first item is here, or its end, or its failure. */
export async function openItems(source: AsyncIterable<unknown>): Promise<OpenedItems> {
  const iterator = source[Symbol.asyncIterator]()
  let first: IteratorResult<unknown> | undefined = await iterator.next()
  const leave = async (): Promise<void> => {
    first = undefined
    await iterator.return?.()
  }
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const held = first
        first = undefined
        return held ?? iterator.next()
      },
      async return() {
        await leave()
        return ended
      },
    }),
    cancel: leave,
  }
}

/** The listing for its caller. An object, not a generator, so that `return()` frees it at once. */
export class ItemsOnDemand implements AsyncIterableIterator<unknown> {
  readonly #open: () => Promise<OpenedItems>
  #opening: Promise<AsyncIterator<unknown>> | undefined
  #isOver = false

  /** @param open Called once, for the first item. */
  constructor(open: () => Promise<OpenedItems>) {
    this.#open = open
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<unknown>> {
    if (this.#isOver) return ended
    try {
      this.#opening ??= this.#opened()
      const iterator = await this.#opening
      if (this.#isOver) return ended
      const next = await iterator.next()
      if (next.done === true) this.#isOver = true
      return next
    } catch (error) {
      if (this.#isOver) return ended
      this.#isOver = true
      throw error
    }
  }

  async return(): Promise<IteratorResult<unknown>> {
    if (this.#isOver) return ended
    this.#isOver = true
    const opening = this.#opening
    // Not awaited: one that is silent would keep a reader who has gone.
    if (opening !== undefined) void opening.then(closeIterator, () => undefined)
    return ended
  }

  async #opened(): Promise<AsyncIterator<unknown>> {
    return (await this.#open())[Symbol.asyncIterator]()
  }
}
