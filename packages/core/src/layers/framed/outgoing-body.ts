/**
 * A stream of stored chunks for the backend inside, that remembers why it failed.
 *
 * An object rather than a generator: `return()` of a generator that was not started runs none of
 * it, and the caller's source would stay open.
 */
import { isStorageError } from '../../errors.ts'

export class OutgoingBody implements AsyncIterable<Uint8Array> {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #end: () => void
  #failure: unknown

  /** @param end Closes the source; may be called more than once. */
  constructor(chunks: AsyncIterator<Uint8Array>, end: () => void) {
    this.#chunks = chunks
    this.#end = end
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return {
      next: async () => {
        try {
          return await this.#chunks.next()
        } catch (error) {
          this.#failure = error
          throw error
        }
      },
      return: async () => {
        this.#end()
        return { done: true, value: undefined }
      },
    }
  }

  /** What a write failed with: the store tells of this body's own failure as of a caller's. */
  failureOf(error: unknown): unknown {
    const isOwn = this.#failure !== undefined && isStorageError(error, 'ABORTED')
    return isOwn && error.cause === this.#failure ? this.#failure : error
  }
}
