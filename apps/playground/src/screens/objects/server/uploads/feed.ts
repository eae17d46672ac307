/**
 * Bytes handed from requests to the one write of an upload.
 *
 *     push ──► one chunk waits ──► the write takes it, and asks for the next ──► push is over
 *
 * Invariant: at most one chunk is held, so that memory stays the same however large the object is.
 */

interface Waiting {
  readonly chunk: Uint8Array
  readonly settle: PromiseWithResolvers<void>
}

export class ByteFeed implements AsyncIterable<Uint8Array> {
  #waiting: Waiting | undefined
  /** Rings when a chunk, or the end, came. */
  #bell = Promise.withResolvers<void>()
  #state: 'open' | 'ended' | 'left' = 'open'

  /**
   * Hands over a chunk, after the one before was consumed. True when it was consumed; false when
   * nobody consumes any more.
   */
  async push(chunk: Uint8Array): Promise<boolean> {
    if (this.#state !== 'open') return false
    const settle = Promise.withResolvers<void>()
    this.#waiting = { chunk, settle }
    this.#bell.resolve()
    await settle.promise
    return this.#waiting === undefined
  }

  /** No more bytes: the write can finish. */
  end(): void {
    if (this.#state === 'open') this.#state = 'ended'
    this.#bell.resolve()
  }

  /** Nobody consumes any more: pushes that wait are over. */
  leave(): void {
    this.#state = 'left'
    this.#bell.resolve()
    this.#waiting?.settle.resolve()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const waiting = this.#waiting
        if (waiting !== undefined) {
          yield waiting.chunk
          this.#waiting = undefined
          waiting.settle.resolve()
          continue
        }
        if (this.#state !== 'open') return
        await this.#bell.promise
        this.#bell = Promise.withResolvers()
      }
    } finally {
      this.leave()
    }
  }
}
