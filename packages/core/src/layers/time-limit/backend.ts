/** The backend whose calls, and chunks of bodies, come within their time. */
import type { BodyStream, Health, ReadResult, StorageBackend, WriteBody } from '../../backend.ts'
import type { Clock } from '../../clock.ts'
import { isStorageError, type StorageError } from '../../errors.ts'
import { iterableExtras } from '../../extras.ts'
import { Deadlines } from '../../remote/deadlines.ts'
import { aroundCalls, bodyOpenings, type LayerCall } from '../around.ts'
import type { OpenedItems } from '../opened-items.ts'
import { tellState } from '../stack.ts'
import { TimedBody } from './body.ts'
import { CallWatch, endingMs, type LimitedCall } from './call.ts'
import { TimedSource } from './source.ts'

/** What changes nothing: it needs no time to end well. */
const reads: ReadonlySet<string> = new Set([
  ...['read', 'stat', 'list', 'health'],
  ...['presign', 'getAccessTier', 'readVersion', 'readSnapshot', 'getTags'],
  ...iterableExtras,
])

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

/** The backend whose calls come within their time; `message` is what its state says. */
export function timeLimited(
  inner: StorageBackend,
  limits: TimeLimits,
  message: string,
): StorageBackend {
  const limiter = new TimeLimiter(limits)
  const outer = aroundCalls(inner, (call, run) => limiter.around(call, run), {
    onClose: () => limiter.close(),
  })
  tellState(outer, { state: () => ({ ok: true, message, details: { ...limiter.late } }) })
  return outer
}

type Run<T> = (signal?: AbortSignal, body?: WriteBody) => Promise<T>

class TimeLimiter {
  readonly #limits: TimeLimits
  readonly #deadlines: Deadlines
  #lateCalls = 0
  #lateChunks = 0

  constructor(limits: TimeLimits) {
    this.#limits = limits
    const { clock, callMs, chunkMs } = limits
    this.#deadlines = new Deadlines(clock, Math.min(callMs, chunkMs, endingMs))
  }

  /** Calls and chunks so far that took too long. */
  get late(): { readonly lateCalls: number; readonly lateChunks: number } {
    return { lateCalls: this.#lateCalls, lateChunks: this.#lateChunks }
  }

  /** What is under way still ends in time. */
  close(): void {
    this.#deadlines.endSoon()
  }

  async around<T>(call: LayerCall, run: Run<T>): Promise<T> {
    if (call.operation === 'health') return this.#health(call, run)
    if (call.body !== undefined) return this.#write(call, call.body, run)
    const answer = await this.#watch(call, this.#limits.callMs).run(run)
    if (bodyOpenings.has(call.operation)) {
      return this.#timed(answer as ReadResult, call.options?.signal) as T
    }
    return iterableExtras.has(call.operation)
      ? (this.#items(call, answer as OpenedItems) as T)
      : answer
  }

  async #write<T>(call: LayerCall, body: WriteBody, run: Run<T>): Promise<T> {
    if (body instanceof Uint8Array) {
      return this.#watch(call, this.#limitMs(body.byteLength)).run(run)
    }
    const watch = this.#watch(call, this.#limitMs(0))
    const source = new TimedSource(body, watch, (held) => this.#limitMs(held))
    try {
      return await watch.run((signal) => run(signal, source))
    } finally {
      // A backend that did not hear of the end closes nothing.
      if (watch.failure !== undefined) source.giveUp()
    }
  }

  /** A store that is silent is not well: that is an answer. */
  async #health<T>(call: LayerCall, run: Run<T>): Promise<T> {
    const { clock, callMs } = this.#limits
    const startedMs = clock.monotonicMs()
    try {
      return await this.#watch(call, callMs).run(run)
    } catch (error) {
      if (!isStorageError(error, 'TIMEOUT')) throw error
      const message = `the store did not answer within ${callMs} ms`
      const latencyMs = clock.monotonicMs() - startedMs
      return { ok: false, latencyMs, message, details: {} } satisfies Health as T
    }
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

  /** Each item within the time of a call: a page may have to be asked for. */
  #items(call: LayerCall, items: OpenedItems): OpenedItems {
    const { callMs } = this.#limits
    const { signal } = call.options ?? {}
    const lateError = (): StorageError => this.#lateCall(call, callMs)
    return new TimedBody(items, { deadlines: this.#deadlines, limitMs: callMs, signal, lateError })
  }

  #watch(call: LayerCall, limitMs: number): CallWatch {
    const { operation, options } = call
    const limited: LimitedCall = {
      limitMs,
      signal: options?.signal,
      isChange: !reads.has(operation),
      lateError: () => this.#lateCall(call, limitMs),
      ...(bodyOpenings.has(operation) && { free: freeBody }),
      ...(iterableExtras.has(operation) && { free: freeItems }),
    }
    return new CallWatch(this.#deadlines, limited)
  }

  #lateCall({ operation, key }: LayerCall, limitMs: number): StorageError {
    this.#lateCalls++
    return this.#lateError('call', limitMs, operation, key)
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

/** Likewise of a listing of an extra. */
function freeItems(answer: unknown): void {
  void (answer as OpenedItems).cancel().catch(() => undefined)
}

/** Of a read whose answer came when nobody waited for it any more. */
function freeBody(answer: unknown): void {
  const { body } = answer as { readonly body: Uint8Array | BodyStream }
  if (!(body instanceof Uint8Array)) void body.cancel().catch(() => undefined)
}
