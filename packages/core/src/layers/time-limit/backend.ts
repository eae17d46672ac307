/** The backend whose calls, and chunks of bodies, come within their time. */
import type {
  BodyStream,
  CopyOptions,
  DeleteOptions,
  DeleteOutcome,
  Health,
  ListOptions,
  ListPage,
  ObjectInfo,
  OperationOptions,
  ReadOptions,
  ReadResult,
  StatOptions,
  StorageBackend,
  WriteBody,
  WriteOptions,
} from '../../backend.ts'
import type { Capabilities } from '../../capabilities.ts'
import type { Clock } from '../../clock.ts'
import { isStorageError, type StorageError } from '../../errors.ts'
import { Deadlines } from '../../remote/deadlines.ts'
import { aroundCalls, type LayerCall } from '../around.ts'
import { TimedBody } from './body.ts'
import { CallWatch, endingMs, type LimitedCall } from './call.ts'
import { TimedSource } from './source.ts'

/** What changes nothing: it needs no time to end well. */
const reads: ReadonlySet<string> = new Set([
  ...['read', 'stat', 'list', 'health'],
  ...['presign', 'getAccessTier', 'readVersion', 'readSnapshot', 'getTags'],
])

/** What gives a body. */
const openings: ReadonlySet<string> = new Set(['read', 'readVersion', 'readSnapshot'])

/** The limits of a layer, and how it tells that one was reached. */
export interface TimeLimits {
  readonly clock: Clock
  /** Of a call, until it answers. */
  readonly callMs: number
  /** Of the wait for a chunk of a body. */
  readonly chunkMs: number
  /** A call gets a second more for so many bytes that it sends. Undefined: it does not. */
  readonly bytesPerSecondMin: number | undefined
  /** Of a call that took `limitMs`, or of a chunk. */
  readonly lateError: (what: 'call' | 'chunk', limitMs: number) => StorageError
}

export class TimeLimitBackend implements StorageBackend {
  readonly name: string
  readonly capabilities: Capabilities
  readonly #inner: StorageBackend
  readonly #limits: TimeLimits
  readonly #deadlines: Deadlines
  readonly #plain: StorageBackend
  #lateCalls = 0
  #lateChunks = 0

  constructor(inner: StorageBackend, limits: TimeLimits) {
    this.name = inner.name
    this.capabilities = inner.capabilities
    this.#inner = inner
    this.#limits = limits
    const { clock, callMs, chunkMs } = limits
    this.#deadlines = new Deadlines(clock, Math.min(callMs, chunkMs, endingMs))
    this.#plain = aroundCalls(inner, (call, run) => this.#around(call, run))
    for (const name of this.capabilities.extras) {
      const value = (this.#plain as unknown as Record<string, unknown>)[name]
      Object.defineProperty(this, name, { value, enumerable: false })
    }
  }

  /** Calls and chunks so far that took too long. */
  get late(): { readonly lateCalls: number; readonly lateChunks: number } {
    return { lateCalls: this.#lateCalls, lateChunks: this.#lateChunks }
  }

  read(key: string, options?: ReadOptions): Promise<ReadResult> {
    return this.#plain.read(key, options)
  }

  async write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    const bytes = body instanceof Uint8Array ? body.byteLength : 0
    const watch = this.#watch('write', key, options.signal, this.#limitMs(bytes))
    const send = (sent: WriteBody): Promise<ObjectInfo> =>
      watch.run((signal) => this.#inner.write(key, sent, { ...options, signal }))
    if (body instanceof Uint8Array) return send(body)
    const source = new TimedSource(body, watch, (held) => this.#limitMs(held))
    try {
      return await send(source)
    } finally {
      // A backend that did not hear of the end closes nothing.
      if (watch.failure !== undefined) source.giveUp()
    }
  }

  stat(key: string, options?: StatOptions): Promise<ObjectInfo> {
    return this.#plain.stat(key, options)
  }

  delete(key: string, options?: DeleteOptions): Promise<boolean> {
    return this.#plain.delete(key, options)
  }

  list(options?: ListOptions): Promise<ListPage> {
    return this.#plain.list(options)
  }

  copy(from: string, to: string, options?: CopyOptions): Promise<ObjectInfo> {
    return this.#plain.copy(from, to, options)
  }

  deleteMany(keys: readonly string[], options?: OperationOptions): Promise<DeleteOutcome[]> {
    return this.#plain.deleteMany(keys, options)
  }

  /** A store that is silent is not well: that is an answer. */
  async health(options?: OperationOptions): Promise<Health> {
    const { clock, callMs } = this.#limits
    const startedMs = clock.monotonicMs()
    try {
      return await this.#plain.health(options)
    } catch (error) {
      if (!isStorageError(error, 'TIMEOUT')) throw error
      const message = `the store did not answer within ${callMs} ms`
      return { ok: false, latencyMs: clock.monotonicMs() - startedMs, message, details: {} }
    }
  }

  close(): Promise<void> {
    return this.#inner.close()
  }

  async #around<T>(call: LayerCall, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { operation, key, options } = call
    const { signal } = options ?? {}
    const watch = this.#watch(operation, key, signal, this.#limits.callMs)
    const answer = await watch.run(run)
    return openings.has(operation) ? (this.#timed(answer as ReadResult, signal) as T) : answer
  }

  #timed(opened: ReadResult, signal: AbortSignal | undefined): ReadResult {
    const { body, info } = opened
    if (body instanceof Uint8Array) return opened
    const { chunkMs } = this.#limits
    const lateError = (): StorageError => {
      this.#lateChunks++
      return this.#lateError('chunk', chunkMs, 'read', info.key)
    }
    const limit = { deadlines: this.#deadlines, limitMs: chunkMs, signal, lateError }
    return { ...opened, body: new TimedBody(body, limit) }
  }

  #watch(
    operation: string,
    key: string | undefined,
    signal: AbortSignal | undefined,
    limitMs: number,
  ): CallWatch {
    const call: LimitedCall = {
      limitMs,
      signal,
      isChange: !reads.has(operation),
      lateError: () => {
        this.#lateCalls++
        return this.#lateError('call', limitMs, operation, key)
      },
      ...(openings.has(operation) && { free: freeBody }),
    }
    return new CallWatch(this.#deadlines, call)
  }

  #lateError(
    what: 'call' | 'chunk',
    limitMs: number,
    operation: string,
    key: string | undefined,
  ): StorageError {
    return this.#limits.lateError(what, limitMs).with({ operation, key })
  }

  #limitMs(bytes: number): number {
    const { callMs, bytesPerSecondMin } = this.#limits
    if (bytesPerSecondMin === undefined) return callMs
    return callMs + Math.ceil((bytes * 1000) / bytesPerSecondMin)
  }
}

/** Of a read whose answer came when nobody waited for it any more. */
function freeBody(answer: unknown): void {
  const { body } = answer as { readonly body: Uint8Array | BodyStream }
  if (!(body instanceof Uint8Array)) void body.cancel().catch(() => undefined)
}
