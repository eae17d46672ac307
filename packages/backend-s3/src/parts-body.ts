/**
 * A long body, read in parts: the one that the reader is at, and some behind it that are on their
 * way or here already.
 *
 * ```
 * part      0 (as it streams)   1 (here)   2 (on its way)   3 (on its way)   4 ...
 * reader    --------^
 * ```
 *
 * Invariants: bytes come in order, all of one version, or the body fails with `CONFLICT`; no more
 * than `concurrency` parts are held in memory; none is on its way any more when the body is over.
 */
import type { Readable } from 'node:stream'
import { type BodyStream, isStorageError, StorageError } from '@aos-storage/core'
import { abortError } from '@aos-storage/core/backend'
import { closedError, placed, type RemoteBody } from '@aos-storage/core/remote'

export interface PartsBodyOptions {
  readonly key: string
  /** The bytes `[start, end)` of the object. */
  readonly start: number
  readonly end: number
  readonly partBytes: number
  /** Parts on their way or waiting for the reader, the one that it is at included. */
  readonly concurrency: number
  /** What has been opened at `start`, up to `end`; `bytes` when it is here already. */
  readonly first: {
    readonly source: Readable
    readonly bytes: Uint8Array | undefined
    readonly end: number
  }
  /** Opens a part of the same version. */
  readonly open: (start: number, end: number, signal: AbortSignal) => Promise<Readable>
  /** The body of a part that was opened. */
  readonly part: (start: number, end: number, source: Readable, signal: AbortSignal) => RemoteBody
  readonly signal: AbortSignal | undefined
  /** Called once, when the body is over. */
  readonly onEnd: (body: PartsBody) => void
}

export class PartsBody implements BodyStream {
  readonly #options: PartsBodyOptions
  /** Ends all parts. */
  readonly #ending = new AbortController()
  readonly #first: RemoteBody | undefined
  /** Parts that were begun and not given yet, in order. */
  readonly #begun: Promise<Uint8Array>[] = []
  /** Where the next part begins. */
  #next: number
  #isOver = false
  #failure: StorageError | undefined
  readonly #onAbort = (): void => this.#end(abortError(this.#options.signal!))

  constructor(options: PartsBodyOptions) {
    this.#options = options
    const { first, start, signal } = options
    this.#next = first.end
    const { signal: ending } = this.#ending
    this.#first =
      first.bytes === undefined ? options.part(start, first.end, first.source, ending) : undefined
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (signal?.aborted === true) this.#onAbort()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      // The reader is at the first.
      this.#beginParts(this.#options.concurrency - 1)
      if (this.#first !== undefined) yield* this.#first
      else yield this.#options.first.bytes!
      while (!this.#isOver) {
        this.#beginParts(this.#options.concurrency)
        const part = this.#begun.shift()
        if (part === undefined) break
        yield await part
      }
      if (this.#failure !== undefined) throw this.#failure
    } catch (error) {
      // Parts end with ABORTED because the body did.
      throw this.#faultOf(this.#failure ?? error)
    } finally {
      this.#end()
    }
  }

  async cancel(): Promise<void> {
    this.#end()
  }

  /** Ends the body because the store was closed: who reads on gets `CLOSED`. */
  closeStore(): void {
    this.#end(closedError('S3'))
  }

  #beginParts(count: number): void {
    const { end, partBytes } = this.#options
    while (this.#begun.length < count && this.#next < end && !this.#isOver) {
      const from = this.#next
      this.#next = Math.min(end, from + partBytes)
      const part = this.#fetch(from, this.#next)
      // Who waits for it is told; until then it is nobody's.
      part.catch(() => undefined)
      this.#begun.push(part)
    }
  }

  async #fetch(start: number, end: number): Promise<Uint8Array> {
    const { signal } = this.#ending
    const source = await this.#options.open(start, end, signal)
    const bytes = new Uint8Array(end - start)
    let at = 0
    for await (const chunk of this.#options.part(start, end, source, signal)) {
      bytes.set(chunk, at)
      at += chunk.byteLength
    }
    return bytes
  }

  /** A part may be of no version any more: of another one, missing, or behind its end. */
  #faultOf(error: unknown): unknown {
    const place = { backend: 's3', operation: 'read', key: this.#options.key }
    if (!isStorageError(error)) return error
    const isReplaced = error.code === 'PRECONDITION_FAILED' || error.code === 'NOT_FOUND'
    if (!isReplaced && error.status !== 416) return placed(error, place)
    return new StorageError(
      'CONFLICT',
      'The object was overwritten or deleted while it was read in parts; read it again, or with ' +
        'readConcurrency: 1',
      { ...place, cause: error },
    )
  }

  #end(failure?: StorageError): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#failure = failure
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    this.#ending.abort()
    void this.#first?.cancel()
    this.#begun.length = 0
    this.#options.onEnd(this)
  }
}
