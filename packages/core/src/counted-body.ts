/**
 * The chunks of a body on its way out, counted against what was promised.
 *
 * ```
 * open --- the source ends, or fails; the consumer returns ---> over       next() is done
 *      --- somebody else cancels ---------------------------> cancelled  next() is ABORTED
 * ```
 */
import type { BodyStream } from './backend.ts'
import { StorageError } from './errors.ts'
import { closeIterator } from './source.ts'

/** What is thrown to the consumer for what was thrown here. */
export type Fault = (error: unknown) => unknown

const ended = { done: true, value: undefined } as const

/**
 * An object rather than a generator: `return()` of a generator that was not started runs none of
 * it, and the source would stay open.
 */
export class CountedBody implements AsyncIterableIterator<Uint8Array> {
  readonly #source: BodyStream
  readonly #bytesExpected: number
  readonly #key: string
  readonly #fault: Fault
  #iterator: AsyncIterator<Uint8Array> | undefined
  #bytes = 0
  #state: 'open' | 'over' | 'cancelled' = 'open'
  /** Ends the wait for the chunk that was asked for last: a source may be silent for ever. */
  #endWait: (() => void) | undefined

  constructor(source: BodyStream, bytesExpected: number, key: string, fault: Fault) {
    this.#source = source
    this.#bytesExpected = bytesExpected
    this.#key = key
    this.#fault = fault
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    try {
      const next = this.#state === 'open' ? await this.#wait() : ended
      // Also when it was ended during the wait: what has come since then counts for nothing.
      if (this.#state === 'cancelled') throw this.#cancelledError()
      if (this.#state === 'over') return ended
      // From here to the return nothing awaits, so that what is counted is what is given.
      if (next.done !== true) this.#bytes += next.value.byteLength
      if (next.done !== true && this.#bytes <= this.#bytesExpected) return next
      assertWhole(this.#bytes, this.#bytesExpected, this.#key)
      return await this.return()
    } catch (error) {
      // The first failure is the one to tell.
      await this.#end('over').catch(() => undefined)
      throw this.#fault(error)
    }
  }

  /** The consumer wants no more, by a `break` or by cancelling its web stream. Ends quietly. */
  async return(): Promise<IteratorResult<Uint8Array>> {
    await this.#end('over')
    return ended
  }

  /** Somebody else ends it: the consumer must not take what it has for the whole. */
  cancel(): Promise<void> {
    return this.#end(this.#bytes === this.#bytesExpected ? 'over' : 'cancelled')
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #cancelledError(): StorageError {
    return new StorageError(
      'ABORTED',
      `The body was cancelled after ${this.#bytes} of ${this.#bytesExpected} bytes; await what ` +
        'consumes it before you cancel it or leave its `await using`',
      { key: this.#key, operation: 'read' },
    )
  }

  #wait(): Promise<IteratorResult<Uint8Array>> {
    return new Promise((resolve, reject) => {
      this.#endWait = () => resolve(ended)
      this.#iterator ??= this.#source[Symbol.asyncIterator]()
      this.#iterator.next().then(resolve, reject)
    })
  }

  async #end(state: 'over' | 'cancelled'): Promise<void> {
    if (this.#state === 'open') this.#state = state
    this.#endWait?.()
    // Not awaited: an iterator that is stuck in its own await answers after the cancel, or never.
    if (this.#iterator !== undefined) void closeIterator(this.#iterator)
    try {
      await this.#source.cancel()
    } catch (error) {
      throw this.#fault(error)
    }
  }
}

/** @throws StorageError unless a body of this many bytes is the one that was promised. */
export function assertWhole(bytes: number, bytesExpected: number, key: string): void {
  if (bytes === bytesExpected) return
  const isShort = bytes < bytesExpected
  throw new StorageError(
    isShort ? 'UNAVAILABLE' : 'CORRUPT',
    isShort
      ? `The body ended after ${bytes} of ${bytesExpected} bytes; read it again`
      : `The body gives more than the ${bytesExpected} bytes that were announced`,
    { key, operation: 'read' },
  )
}
