/**
 * A stream on its way into the store, which can be handed on again as long as nothing was pulled
 * from it.
 *
 * Invariants: a backend that closes it unread closes nothing; once it was read, it is the backend
 * that closes it, and `release` does so otherwise. A try that was given up and goes on all the same
 * gets an error, never an end, which would make a whole object of a part.
 */
import type { BodyStream } from '../../backend.ts'
import { StorageError } from '../../errors.ts'
import { discardSource } from '../../source.ts'

const ended = { done: true, value: undefined } as const

/** One stream, for as many tries as leave it unread. */
export class UnreadSource {
  readonly #source: AsyncIterable<Uint8Array>
  #iterator: AsyncIterator<Uint8Array> | undefined
  #handedOut = 0

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source
  }

  /** True once something was pulled: it cannot be sent again. */
  get isRead(): boolean {
    return this.#iterator !== undefined
  }

  /** The stream, for one try. */
  handOut(): BodyStream {
    const number = ++this.#handedOut
    let isClosed = false
    const close = async (): Promise<void> => {
      isClosed = true
      if (number === this.#handedOut) await this.#iterator?.return?.()
    }
    const iterator: AsyncIterableIterator<Uint8Array> = {
      [Symbol.asyncIterator]: () => iterator,
      next: async () => {
        if (number !== this.#handedOut) throw givenUp()
        if (isClosed) return ended
        this.#iterator ??= this.#source[Symbol.asyncIterator]()
        return this.#iterator.next()
      },
      return: async () => {
        await close()
        return ended
      },
    }
    return { [Symbol.asyncIterator]: () => iterator, cancel: close }
  }

  /** No more tries: closes what nobody read. */
  release(): void {
    if (this.isRead) return
    this.#handedOut++
    discardSource(this.#source)
  }
}

function givenUp(): StorageError {
  return new StorageError('ABORTED', 'This write was given up; its body went elsewhere')
}
