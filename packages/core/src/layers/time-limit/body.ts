/**
 * A body on its way out, or a listing of an extra, of which each piece comes within its time.
 *
 * Invariants: time passes only while somebody waits for a chunk, so that a reader who rests is no
 * fault of the store; a body that was late or aborted is freed at once, and told as that, never as
 * ended.
 */
import type { StorageError } from '../../errors.ts'
import { abortError } from '../../options.ts'
import type { Deadline, Deadlines } from '../../remote/deadlines.ts'
import { closeIterator } from '../../source.ts'

const ended = { done: true, value: undefined } as const

/** How long a chunk may take, and what is told when it takes longer. */
export interface ChunkLimit {
  readonly deadlines: Deadlines
  readonly limitMs: number
  readonly signal: AbortSignal | undefined
  readonly lateError: () => StorageError
}

/** What comes piece by piece, and can be left. */
export interface Timed<T> extends AsyncIterable<T> {
  cancel(): Promise<void>
}

/** One body, for one reader. An object, not a generator, so that `return()` always frees it. */
export class TimedBody<T> implements Timed<T>, AsyncIterableIterator<T> {
  readonly #source: Timed<T>
  readonly #limit: ChunkLimit
  #iterator: AsyncIterator<T> | undefined
  #isOver = false
  /** To be told to whoever reads on. */
  #failure: StorageError | undefined
  /** Ends the wait for the chunk that was asked for last. */
  #endWait: (() => void) | undefined
  readonly #onAbort = (): void => this.#fail(abortError(this.#limit.signal!))

  constructor(source: Timed<T>, limit: ChunkLimit) {
    this.#source = source
    this.#limit = limit
    limit.signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (limit.signal?.aborted === true) this.#onAbort()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<T>> {
    return new Promise((resolve, reject) => {
      if (this.#isOver) return this.#answerOver(resolve, reject)
      const { deadlines, limitMs, lateError } = this.#limit
      const deadline = deadlines.start(limitMs, () => this.#fail(lateError()))
      this.#endWait = () => {
        deadlines.end(deadline)
        this.#answerOver(resolve, reject)
      }
      void this.#pull(deadline, resolve, reject)
    })
  }

  /** Answers with the next chunk, unless the wait was ended before. Never throws. */
  async #pull(
    deadline: Deadline,
    resolve: (next: IteratorResult<T>) => void,
    reject: (error: unknown) => void,
  ): Promise<void> {
    try {
      this.#iterator ??= this.#source[Symbol.asyncIterator]()
      const next = await this.#iterator.next()
      if (this.#isOver) return
      this.#answered(deadline)
      if (next.done === true) this.#end()
      resolve(next)
    } catch (error) {
      if (this.#isOver) return
      this.#answered(deadline)
      this.#end()
      reject(error)
    }
  }

  #answered(deadline: Deadline): void {
    this.#limit.deadlines.end(deadline)
    this.#endWait = undefined
  }

  async return(): Promise<IteratorResult<T>> {
    await this.cancel()
    return ended
  }

  async cancel(): Promise<void> {
    if (this.#isOver) return
    this.#end()
    await this.#free()
  }

  #fail(failure: StorageError): void {
    if (this.#isOver) return
    this.#failure = failure
    this.#end()
    // Nobody waits for a source that may answer nothing any more.
    this.#free().catch(() => undefined)
  }

  #end(): void {
    this.#isOver = true
    this.#limit.signal?.removeEventListener('abort', this.#onAbort)
    this.#endWait?.()
    this.#endWait = undefined
  }

  async #free(): Promise<void> {
    // Not awaited: an iterator that is stuck in its own await answers after the cancel, or never.
    if (this.#iterator !== undefined) void closeIterator(this.#iterator)
    await this.#source.cancel()
  }

  #answerOver(resolve: (next: IteratorResult<T>) => void, reject: (error: unknown) => void): void {
    const failure = this.#failure
    this.#failure = undefined
    if (failure === undefined) resolve(ended)
    else reject(failure)
  }
}
