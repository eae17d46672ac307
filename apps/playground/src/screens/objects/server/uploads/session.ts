/**
 * One upload: a write that is under way, and the requests that bring its bytes.
 *
 *     open ──► waits for bytes ◄──► takes a request ──► all bytes ──► finishes ──► over
 *                    └─── cancel, idle too long, close, the write failed ──────────┘
 *
 * Invariant: one request at a time, and `offset` is what the write consumed. Whatever ends it but
 * the last byte leaves the store as it was.
 */
import { type ObjectInfo, StorageError, type StorageManager } from '@aos-storage/core'
import type { Written } from '../save.ts'
import type { UploadRequest } from '../wire.ts'
import { ByteFeed } from './feed.ts'

/** What is done when all bytes are there: keeps what is replaced, then ends the write. */
type Finish = (write: () => Promise<ObjectInfo>) => Promise<Written>

export class UploadSession {
  readonly id: string
  readonly request: UploadRequest
  readonly #feed = new ByteFeed()
  readonly #end = new AbortController()
  readonly #write: Promise<ObjectInfo>
  readonly #onBytes: () => void
  #offset = 0
  #isTaking = false
  #isFinishing = false

  /** @param onBytes Called whenever bytes were consumed. */
  constructor(storage: StorageManager, id: string, request: UploadRequest, onBytes: () => void) {
    this.id = id
    this.request = request
    this.#onBytes = onBytes
    const { key, contentType, isOverwrite } = request
    const condition = isOverwrite ? {} : { ifNoneMatch: '*' as const }
    const { signal } = this.#end
    this.#write = storage.writeStream(key, this.#feed, { ...condition, contentType, signal })
    // Seen when bytes come, or by `over`.
    this.#write.catch(() => undefined)
  }

  /** The next byte that is wanted. */
  get offset(): number {
    return this.#offset
  }

  /** All bytes came. */
  get isWhole(): boolean {
    return this.#offset === this.request.size
  }

  /** True once its end has begun: it may be written already. */
  get isFinishing(): boolean {
    return this.#isFinishing
  }

  /** Resolves when the write has ended, well or not. */
  async over(): Promise<void> {
    await this.#write.catch(() => undefined)
    this.#feed.leave()
  }

  /** Ends it; nothing of it stays, unless it is written. `reason` is told to who sends bytes. */
  async cancel(reason: StorageError): Promise<void> {
    this.#end.abort(reason)
    await this.over()
  }

  /**
   * Takes the bytes of one request, as fast as they are written.
   *
   * @throws StorageError `CONFLICT` for a wrong offset or a second request at once,
   * `INVALID_ARGUMENT` for more bytes than were announced, `ABORTED` when the connection broke, and
   * that of the write. What was consumed until then counts.
   */
  async take(offset: number, body: ReadableStream<Uint8Array> | null): Promise<void> {
    if (this.#isTaking || offset !== this.#offset) throw this.#conflict(offset)
    this.#isTaking = true
    const reader = body?.getReader()
    // Not cancelled, here and below: that would close the connection before the answer.
    const onEnd = (): void => reader?.releaseLock()
    this.#end.signal.addEventListener('abort', onEnd, { once: true })
    try {
      for (;;) {
        const next = await reader?.read().catch((cause: unknown) => this.#brokenOff(cause))
        if (next === undefined || next.done) return
        await this.#pass(next.value)
      }
    } finally {
      this.#isTaking = false
      this.#end.signal.removeEventListener('abort', onEnd)
      onEnd()
    }
  }

  /**
   * Finishes when the last byte was taken; undefined before. @throws `CONFLICT` the second time.
   */
  async finish(finish: Finish): Promise<Written | undefined> {
    if (!this.isWhole) return undefined
    if (this.#isFinishing) throw this.#conflict(this.#offset)
    this.#isTaking = true
    this.#isFinishing = true
    try {
      return await finish(() => {
        this.#feed.end()
        return this.#write
      })
    } catch (error) {
      // When it failed before the write was ended, the write still waits for bytes.
      this.#end.abort(error)
      await this.over()
      throw error
    }
  }

  async #pass(chunk: Uint8Array): Promise<void> {
    const { key, size } = this.request
    if (this.#offset + chunk.byteLength > size) {
      const message = `These are more bytes than the ${size} that were announced`
      throw new StorageError('INVALID_ARGUMENT', message, { key })
    }
    if (!(await this.#feed.push(chunk))) {
      this.#end.signal.throwIfAborted()
      await this.#write
    }
    this.#offset += chunk.byteLength
    this.#onBytes()
  }

  #conflict(offset: number): StorageError {
    const { key } = this.request
    const what = this.#isTaking
      ? `Another request is sending this upload; it stands at byte ${this.#offset}`
      : `The upload stands at byte ${this.#offset}, not at ${offset}; go on from there`
    return new StorageError('CONFLICT', what, { key })
  }

  #brokenOff(cause: unknown): never {
    this.#end.signal.throwIfAborted()
    const message = 'The connection broke; go on from where the upload stands'
    throw new StorageError('ABORTED', message, { cause })
  }
}
