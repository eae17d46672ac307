/**
 * The body of an object on its way out: read on by another request when its connection is cut, or
 * was given up because nothing moved.
 *
 * ```
 * reading --- cut, or silent for too long --> [open at the position, If-Match] --> reading
 *         --- nobody reads for too long ----> resting, without a socket ---------> reading
 *         --- end, cancel, abort, close ----> over
 * ```
 *
 * Invariants: all bytes are of one version, or the body fails; no socket is held by a body that is
 * over or resting.
 */
import type { Readable } from 'node:stream'
import type { BodyStream } from '../backend.ts'
import type { Clock } from '../clock.ts'
import { isStorageError, StorageError } from '../errors.ts'
import { abortError } from '../options.ts'
import { closedError, type Failures, placed } from './failures.ts'
import { ReadAhead } from './read-ahead.ts'

/** Connections in a row that give no byte. */
const emptyConnectionsMax = 4

/** What is read, and how. */
export interface RemoteBodyOptions {
  /** As the backend names itself. */
  readonly backend: string
  readonly failures: Failures
  readonly key: string
  /** The bytes `[start, end)` of the object. */
  readonly start: number
  readonly end: number
  /** What has been opened at `start`. */
  readonly source: Readable
  /** Opens the same version from a position on. */
  readonly reopen: (position: number) => Promise<Readable>
  readonly clock: Clock
  /** How long the service, or the reader, may be silent. */
  readonly idleMsMax: number
  readonly signal: AbortSignal | undefined
  /** Called once, when the body is over. */
  readonly onEnd: (body: RemoteBody) => void
}

/** One body, for one reader. */
export class RemoteBody implements BodyStream {
  readonly #options: RemoteBodyOptions
  #source: Readable | undefined
  #chunks: ReadAhead | undefined
  #position: number
  #isOver = false
  #failure: StorageError | undefined
  /** When something moved last: a chunk came, or was asked for. */
  #movedMs: number
  #isWaiting = false
  #watch: AbortController | undefined
  readonly #onAbort = (): void => {
    const { signal } = this.#options
    this.#end(abortError(signal!))
  }

  constructor(options: RemoteBodyOptions) {
    this.#options = options
    this.#source = options.source
    this.#position = options.start
    this.#movedMs = options.clock.monotonicMs()
    // A cut before somebody reads is seen when somebody does.
    options.source.on('error', () => undefined)
    options.signal?.addEventListener('abort', this.#onAbort, { once: true })
    this.#startWatch()
    // Between the answer and now.
    if (options.signal?.aborted === true) this.#onAbort()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    let empty = 0
    try {
      while (!this.#isOver && this.#position < this.#options.end) {
        const before = this.#position
        const chunks = await this.#connect()
        if (chunks === undefined) break
        // No other generator within, and no wait for what is here: each costs what a chunk does.
        for (;;) {
          const chunk = chunks.take() ?? (await this.#next(chunks))
          if (chunk === undefined || this.#isOver) break
          this.#moved(false)
          this.#position += chunk.byteLength
          yield chunk
          if (this.#isOver || this.#chunks !== chunks) break
        }
        if (this.#isOver) break
        const cut = this.#cutOf(chunks)
        empty = this.#position > before ? 0 : empty + 1
        if (cut !== undefined && empty >= emptyConnectionsMax) throw cut as Error
      }
      if (this.#failure !== undefined) throw this.#failure
    } catch (error) {
      throw this.#faultOf(error)
    } finally {
      this.#end()
    }
  }

  async cancel(): Promise<void> {
    this.#end()
  }

  /** Ends the body because the store was closed: who reads on gets `CLOSED`. */
  closeStore(): void {
    this.#end(closedError(this.#options.failures.service))
  }

  /** Starts to read a connection, the one that is open or another; undefined when all is over. */
  async #connect(): Promise<ReadAhead | undefined> {
    this.#moved(true)
    this.#source ??= await this.#options.reopen(this.#position)
    if (this.#isOver) {
      this.#drop()
      return undefined
    }
    this.#startWatch()
    this.#chunks = new ReadAhead(this.#source)
    return this.#chunks
  }

  /** Waits for the next chunk; undefined when none will come. */
  async #next(chunks: ReadAhead): Promise<Uint8Array | undefined> {
    this.#moved(true)
    await chunks.wait()
    return chunks.take()
  }

  /** Why a connection ended too early; undefined where it did not, or was given back meanwhile. */
  #cutOf(chunks: ReadAhead): unknown {
    if (this.#chunks !== chunks) return undefined
    this.#drop()
    const isShort = this.#position < this.#options.end
    return chunks.failure ?? (isShort ? this.#cutError() : undefined)
  }

  #moved(isWaiting: boolean): void {
    this.#isWaiting = isWaiting
    this.#movedMs = this.#options.clock.monotonicMs()
  }

  /** Gives the socket back. */
  #drop(): void {
    this.#watch?.abort()
    this.#watch = undefined
    this.#source?.destroy()
    this.#source = undefined
    this.#chunks = undefined
  }

  #end(failure?: StorageError): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#failure = failure
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    this.#drop()
    this.#options.onEnd(this)
  }

  #startWatch(): void {
    if (this.#watch !== undefined) return
    const watch = new AbortController()
    this.#watch = watch
    void this.#watchIdle(watch.signal)
  }

  /** One timer for many chunks: it looks how long ago the last one moved. */
  async #watchIdle(signal: AbortSignal): Promise<void> {
    const { clock, idleMsMax } = this.#options
    try {
      for (let leftMs = idleMsMax; leftMs > 0;) {
        await clock.sleep(leftMs, signal)
        leftMs = this.#movedMs + idleMsMax - clock.monotonicMs()
      }
    } catch {
      return
    }
    if (signal.aborted) return
    this.#watch = undefined
    if (this.#isWaiting) this.#source?.destroy(this.#silentError())
    else this.#drop()
  }

  #silentError(): StorageError {
    const { idleMsMax, key } = this.#options
    const message = `No byte of the body came for ${idleMsMax} ms; try again`
    return new StorageError('TIMEOUT', message, { key, retryable: 'exhausted' })
  }

  #cutError(): StorageError {
    const { end, key } = this.#options
    const message = `The body was cut at byte ${this.#position} of ${end}; read it again`
    return new StorageError('UNAVAILABLE', message, { key, retryable: 'exhausted' })
  }

  #faultOf(error: unknown): StorageError {
    const { backend, failures, key } = this.#options
    const place = { backend, operation: 'read', key }
    // 416: what is there now is shorter.
    const isReplaced = isStorageError(error, 'PRECONDITION_FAILED', 'NOT_FOUND')
    if (isReplaced || (isStorageError(error) && error.status === 416)) {
      return new StorageError(
        'CONFLICT',
        'The object was overwritten or deleted while it was read, and the connection was cut; ' +
          'read it again',
        { ...place, cause: error },
      )
    }
    if (isStorageError(error)) return placed(error, place)
    // An aborted connection has no code; whose abort it was is known above.
    const fault = failures.toStorageError(error, place)
    return fault.retryable === 'no' ? this.#cutError().with({ ...place, cause: error }) : fault
  }
}
