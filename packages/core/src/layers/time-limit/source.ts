/**
 * A stream on its way into the store. Time passes only while the store has the word: not while it
 * waits for a chunk of the caller's.
 *
 * ```
 * store:  pulls ......... takes the chunk ............ pulls
 * time:    rests          passes, more for more bytes   rests
 * ```
 */
import type { BodyStream } from '../../backend.ts'
import { StorageError } from '../../errors.ts'
import { closeIterator, discardSource } from '../../source.ts'
import type { CallWatch } from './call.ts'

/** Bytes that a backend may have taken without having sent them: those of its parts in flight. */
const heldBytesMax = 32 * 1024 ** 2

/** One stream, for one reader. */
export class TimedSource implements BodyStream, AsyncIterableIterator<Uint8Array> {
  readonly #source: AsyncIterable<Uint8Array>
  readonly #watch: CallWatch
  readonly #limitMs: (bytes: number) => number
  #iterator: AsyncIterator<Uint8Array> | undefined
  #isClosed = false
  #bytes = 0

  /** @param limitMs What the store may take when it was given so many bytes. */
  constructor(
    source: AsyncIterable<Uint8Array>,
    watch: CallWatch,
    limitMs: (bytes: number) => number,
  ) {
    this.#source = source
    this.#watch = watch
    this.#limitMs = limitMs
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    // Never an end: a backend that did not hear of it would store the part as a whole.
    if (this.#watch.failure !== undefined) throw this.#givenUp()
    this.#watch.rest()
    try {
      this.#iterator ??= this.#source[Symbol.asyncIterator]()
      const next = await this.#iterator.next()
      if (next.done === true) this.#isClosed = true
      if (this.#watch.failure !== undefined) throw this.#givenUp()
      // Anything else is refused by the backend.
      if (next.done !== true && next.value instanceof Uint8Array)
        this.#bytes += next.value.byteLength
      return next
    } finally {
      this.#watch.goOn(this.#limitMs(Math.min(this.#bytes, heldBytesMax)))
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    if (this.#iterator === undefined) this.giveUp()
    this.#isClosed = true
    await this.#iterator?.return?.()
    return { done: true, value: undefined }
  }

  async cancel(): Promise<void> {
    this.giveUp()
  }

  /** Closes the source, unless the backend has done so. */
  giveUp(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    // Not awaited: a generator that is stuck in its own await would never answer.
    if (this.#iterator !== undefined) void closeIterator(this.#iterator)
    // A source that was not started is closed by itself.
    else discardSource(this.#source)
  }

  #givenUp(): StorageError {
    this.giveUp()
    return new StorageError('ABORTED', 'This write was given up before its body was read')
  }
}
