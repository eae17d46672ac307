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
import { discardSource } from '../../source.ts'
import type { CallWatch } from './call.ts'

/** Bytes that a backend may have taken without having sent them: those of its parts in flight. */
const heldBytesMax = 32 * 1024 ** 2

/** @param limitMs What the store may take when it was given so many bytes. */
export function timedSource(
  source: AsyncIterable<Uint8Array>,
  watch: CallWatch,
  limitMs: (bytes: number) => number,
): BodyStream {
  return {
    [Symbol.asyncIterator]: () => new TimedSource(source, watch, limitMs),
    // A source that was not started is closed by itself.
    cancel: async () => discardSource(source),
  }
}

class TimedSource implements AsyncIterator<Uint8Array> {
  readonly #iterator: AsyncIterator<Uint8Array>
  readonly #watch: CallWatch
  readonly #limitMs: (bytes: number) => number
  #bytes = 0

  constructor(
    source: AsyncIterable<Uint8Array>,
    watch: CallWatch,
    limitMs: (bytes: number) => number,
  ) {
    this.#iterator = source[Symbol.asyncIterator]()
    this.#watch = watch
    this.#limitMs = limitMs
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    // Never an end: a backend that did not hear of it would store the part as a whole.
    if (this.#watch.failure !== undefined) throw givenUp()
    this.#watch.rest()
    try {
      const next = await this.#iterator.next()
      if (this.#watch.failure !== undefined) throw givenUp()
      // Anything else is refused by the backend.
      if (next.done !== true && next.value instanceof Uint8Array)
        this.#bytes += next.value.byteLength
      return next
    } finally {
      this.#watch.goOn(this.#limitMs(Math.min(this.#bytes, heldBytesMax)))
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    await this.#iterator.return?.()
    return { done: true, value: undefined }
  }
}

function givenUp(): StorageError {
  return new StorageError('ABORTED', 'This write was given up before its body was read')
}
