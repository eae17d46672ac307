/**
 * A body on its way out that is read on where it broke off.
 *
 * ```
 * reading --- broken off ---> pause --> read(position.., If-Match) --> reading
 *         --- end, cancel --> over
 * ```
 *
 * Invariants: all bytes are of one version (where etags name content, of the same content), or the
 * body fails; what it opened is freed once it is over, however it came to that. Tries count from
 * the last byte that came, so that a long body may break off often.
 */
import type { BodyStream, ReadResult } from '../../backend.ts'
import { isStorageError, StorageError } from '../../errors.ts'
import { closeIterator } from '../../source.ts'
import type { Attempts } from './attempts.ts'

/** Made once: an abort without a reason makes an error, with its stack. */
const over = new Error('The body is over')

const ended = { done: true, value: undefined } as const

/** How a body is read on. */
export interface Resuming {
  /** The caller's. */
  readonly signal: AbortSignal | undefined
  readonly attempts: (signal: AbortSignal) => Attempts
  /** Opens the same version at a position. */
  readonly reopen: (position: number, signal: AbortSignal) => Promise<ReadResult>
}

/** One body, for one reader. An object, not a generator, so that `return()` always frees it. */
export class ResumedBody implements BodyStream, AsyncIterableIterator<Uint8Array> {
  readonly #opened: ReadResult
  readonly #resuming: Resuming
  #source: BodyStream
  #iterator: AsyncIterator<Uint8Array> | undefined
  #position: number
  #isOver = false
  /** True once another version was found in place of this one. */
  #isReplaced = false
  /** From the first time on that it broke off. */
  #attempts: Attempts | undefined
  /** Likewise. Ends a pause, and what is being opened. */
  #ending: AbortController | undefined
  readonly #onAbort = (): void => this.#ending?.abort(this.#resuming.signal?.reason)

  constructor(opened: ReadResult, source: BodyStream, resuming: Resuming) {
    this.#opened = opened
    this.#source = source
    this.#resuming = resuming
    this.#position = opened.start
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      if (this.#isOver) return ended
      try {
        this.#iterator ??= this.#source[Symbol.asyncIterator]()
        const next = await this.#iterator.next()
        if (next.done === true) {
          if (!this.#isOver && this.#position < this.#opened.end) throw this.#shortError()
          this.#end()
          return ended
        }
        if (next.value.byteLength > 0) this.#attempts?.reset()
        this.#position += next.value.byteLength
        return next
      } catch (error) {
        // Whoever cancelled it expects no error of it.
        if (this.#isOver) return ended
        await this.#readOn(error)
      }
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    await this.cancel()
    return ended
  }

  async cancel(): Promise<void> {
    if (this.#isOver) return
    this.#end()
    await this.#free()
  }

  /** Opens the rest. @throws what is to be told, when that may not be. */
  async #readOn(error: unknown): Promise<void> {
    let failure = error
    for (;;) {
      const told = await this.#told(failure)
      if (this.#isOver) return
      if (told !== undefined) {
        this.#end()
        this.#freeSoon()
        throw told as Error
      }
      try {
        await this.#reopen()
        return
      } catch (thrown) {
        failure = isReplaced(thrown) ? this.#replacedError(thrown) : thrown
      }
    }
  }

  /** The error to tell; undefined, after a pause, when it is to be read on. */
  async #told(failure: unknown): Promise<unknown> {
    // Another version will not become this one again.
    if (!isStorageError(failure) || this.#isReplaced) return failure
    try {
      this.#attempts ??= this.#resuming.attempts(this.#signal())
      return await this.#attempts.after(failure)
    } catch (aborted) {
      return aborted
    }
  }

  /** Fires with the caller's, and when the body is over. */
  #signal(): AbortSignal {
    if (this.#ending === undefined) {
      this.#ending = new AbortController()
      const { signal } = this.#resuming
      signal?.addEventListener('abort', this.#onAbort, { once: true })
      if (signal?.aborted === true) this.#onAbort()
    }
    return this.#ending.signal
  }

  async #reopen(): Promise<void> {
    const { end, info } = this.#opened
    this.#freeSoon()
    const position = this.#position
    const {
      info: found,
      start,
      end: foundEnd,
      body,
    } = await this.#resuming.reopen(position, this.#signal())
    const source = body instanceof Uint8Array ? wholeBody(body) : body
    if (this.#isOver) return source.cancel()
    this.#source = source
    if (found.etag === info.etag && start === position && foundEnd === end) return
    throw this.#replacedError(undefined)
  }

  /** It is broken: nobody waits for how it ends. */
  #freeSoon(): void {
    this.#free().catch(() => undefined)
  }

  /** Frees what is open now. */
  async #free(): Promise<void> {
    const iterator = this.#iterator
    this.#iterator = undefined
    // Not awaited: an iterator that is stuck in its own await would never answer.
    if (iterator !== undefined) void closeIterator(iterator)
    await this.#source.cancel()
  }

  #end(): void {
    this.#isOver = true
    this.#resuming.signal?.removeEventListener('abort', this.#onAbort)
    this.#ending?.abort(over)
  }

  #replacedError(cause: unknown): StorageError {
    this.#isReplaced = true
    return new StorageError(
      'CONFLICT',
      'The object was overwritten or deleted while it was read, and the body broke off; read it ' +
        'again',
      { operation: 'read', key: this.#opened.info.key, ...(cause === undefined ? {} : { cause }) },
    )
  }

  #shortError(): StorageError {
    const { info, end } = this.#opened
    const message = `The body ended at byte ${this.#position} of ${end}; read it again`
    return new StorageError('UNAVAILABLE', message, { operation: 'read', key: info.key })
  }
}

function isReplaced(error: unknown): boolean {
  if (isStorageError(error, 'PRECONDITION_FAILED', 'NOT_FOUND')) return true
  // 416: what is there now is shorter.
  return isStorageError(error) && error.status === 416
}

/** Bytes as a stream that is read once. */
function wholeBody(bytes: Uint8Array): BodyStream {
  return {
    async *[Symbol.asyncIterator]() {
      if (bytes.byteLength > 0) yield bytes
    },
    cancel: () => Promise.resolve(),
  }
}
