/** A body on its way out, whose bytes and end are told. Chunks pass as they are. */
import type { BodyStream } from '../backend.ts'
import { type OperationOutcome, outcomeOf } from './outcomes.ts'

/** Who is told. */
export interface BodyListener {
  chunk(bytes: number): void
  /** Once. Undefined: its reader wanted no more. */
  end(outcome: OperationOutcome | undefined): void
}

/** The stream with somebody who counts. */
export class MeteredBody implements BodyStream {
  readonly #source: BodyStream
  readonly #bytesExpected: number
  readonly #listener: BodyListener
  #bytes = 0
  #isOver = false

  constructor(source: BodyStream, bytesExpected: number, listener: BodyListener) {
    this.#source = source
    this.#bytesExpected = bytesExpected
    this.#listener = listener
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const iterator = this.#source[Symbol.asyncIterator]()
    const pass = (next: IteratorResult<Uint8Array>): IteratorResult<Uint8Array> => this.#pass(next)
    const fail = (error: unknown): never => {
      this.#end(outcomeOf(error))
      throw error
    }
    return {
      next: () => iterator.next().then(pass, fail),
      return: async () => {
        this.#leave()
        await iterator.return?.()
        return { done: true, value: undefined }
      },
    }
  }

  cancel(): Promise<void> {
    this.#leave()
    return this.#source.cancel()
  }

  #pass(next: IteratorResult<Uint8Array>): IteratorResult<Uint8Array> {
    if (next.done === true) {
      // One that ends early, or gives too much, is refused by whoever reads it.
      const isShort = this.#bytes < this.#bytesExpected
      if (this.#bytes === this.#bytesExpected) this.#end('OK')
      else this.#end(isShort ? 'UNAVAILABLE' : 'CORRUPT')
      return next
    }
    this.#bytes += next.value.byteLength
    this.#listener.chunk(next.value.byteLength)
    return next
  }

  /** Some readers ask for no end once they have all. */
  #leave(): void {
    this.#end(this.#bytes === this.#bytesExpected ? 'OK' : undefined)
  }

  #end(outcome: OperationOutcome | undefined): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#listener.end(outcome)
  }
}
