/**
 * A body that two stores may be sent, one after the other: what the first one took is kept, up to a
 * limit, and given to the second one again.
 *
 * ```
 * source ──> spool ──> first store          it fails
 *            spool + rest of the source ──> second store
 * ```
 *
 * The source is closed by {@link ReplayableBody.discard} only: a store that fails closes what it
 * was given, which must not be the end of it.
 */
import type { WriteBody } from '../../backend.ts'
import { closeIterator, discardSource } from '../../source.ts'

type Chunk = IteratorResult<Uint8Array>

const ended: Chunk = { done: true, value: undefined }

export class ReplayableBody {
  readonly #body: WriteBody
  readonly #bytesMax: number
  readonly #spool: Uint8Array[] = []
  #bytes = 0
  #iterator: AsyncIterator<Uint8Array> | undefined
  /** Asked for by the first store, which may have left before it came. */
  #next: Promise<Chunk> | undefined
  #isOver = false
  #isDiscarded = false

  constructor(body: WriteBody, bytesMax: number) {
    this.#body = body
    this.#bytesMax = bytesMax
  }

  /** What a store is given: all of it. The second time only while it can be replayed. */
  get whole(): WriteBody {
    if (this.#body instanceof Uint8Array) return this.#body
    return { [Symbol.asyncIterator]: () => this.#chunks() }
  }

  /** True while everything that was taken is still there. */
  get canReplay(): boolean {
    return this.#bytes <= this.#bytesMax
  }

  /** Closes the source, unless it ended by itself. */
  discard(): void {
    if (this.#isDiscarded || this.#body instanceof Uint8Array) return
    this.#isDiscarded = true
    if (this.#iterator === undefined) discardSource(this.#body)
    else if (!this.#isOver) void closeIterator(this.#iterator)
  }

  #chunks(): AsyncIterator<Uint8Array> {
    let at = 0
    return {
      next: async (): Promise<Chunk> => {
        const kept = this.#spool[at]
        if (kept !== undefined) {
          at++
          return { done: false, value: kept }
        }
        const next = await this.#pull()
        if (next.done !== true) at++
        return next
      },
      // The store wants no more; the source may still be needed.
      return: async (): Promise<Chunk> => ended,
    }
  }

  #pull(): Promise<Chunk> {
    this.#next ??= this.#take()
    return this.#next
  }

  async #take(): Promise<Chunk> {
    try {
      this.#iterator ??= (this.#body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
      const next = this.#isOver ? ended : await this.#iterator.next()
      if (next.done === true) {
        this.#isOver = true
        return next
      }
      // A chunk that is none is refused by the store; here it only must not break the count.
      this.#bytes += next.value?.byteLength ?? 0
      if (this.canReplay) this.#spool.push(next.value)
      else this.#spool.length = 0
      return next
    } finally {
      // Together with the spool, so that nobody gets the chunk from both.
      this.#next = undefined
    }
  }
}
