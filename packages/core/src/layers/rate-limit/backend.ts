/** The backend whose calls wait for their turn, and whose bodies pass at a pace. */
import type {
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
import { discardSource } from '../../source.ts'
import { aroundCalls, type LayerCall } from '../around.ts'
import type { BytePace } from './byte-pace.ts'
import { pacedBody, pacedSource } from './paced-body.ts'
import type { Turns } from './turns.ts'

/** What gives a body. */
const openings: ReadonlySet<string> = new Set(['read', 'readVersion', 'readSnapshot'])

export class RateLimitBackend implements StorageBackend {
  readonly name: string
  readonly capabilities: Capabilities
  readonly #inner: StorageBackend
  readonly #turns: Turns
  /** Undefined: bodies pass as they come. */
  readonly #pace: BytePace | undefined
  readonly #plain: StorageBackend

  constructor(inner: StorageBackend, turns: Turns, pace: BytePace | undefined) {
    this.name = inner.name
    this.capabilities = inner.capabilities
    this.#inner = inner
    this.#turns = turns
    this.#pace = pace
    this.#plain = aroundCalls(inner, (call, run) => this.#around(call, run))
    for (const name of this.capabilities.extras) {
      const value = (this.#plain as unknown as Record<string, unknown>)[name]
      Object.defineProperty(this, name, { value, enumerable: false })
    }
  }

  read(key: string, options?: ReadOptions): Promise<ReadResult> {
    return this.#plain.read(key, options)
  }

  async write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    const { signal } = options
    try {
      this.#pace?.assertBearable()
      await this.#turns.take(signal)
      // Meanwhile others may have booked more than is bearable.
      this.#pace?.assertBearable()
      if (body instanceof Uint8Array) await this.#pace?.pass(body.byteLength, signal)
    } catch (error) {
      discardSource(body)
      throw error
    }
    const isPaced = this.#pace !== undefined && !(body instanceof Uint8Array)
    const sent = isPaced ? pacedSource(body, this.#pace, signal) : body
    return this.#inner.write(key, sent, options)
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

  /** Not limited: it must answer also while the store is busy. */
  health(options?: OperationOptions): Promise<Health> {
    return this.#inner.health(options)
  }

  close(): Promise<void> {
    this.#turns.close()
    this.#pace?.close()
    return this.#inner.close()
  }

  async #around<T>(call: LayerCall, run: () => Promise<T>): Promise<T> {
    const { signal } = call.options ?? {}
    const isOpening = openings.has(call.operation)
    if (isOpening) this.#pace?.assertBearable()
    await this.#turns.take(signal)
    // Meanwhile others may have booked more than is bearable.
    if (isOpening) this.#pace?.assertBearable()
    const answer = await run()
    return isOpening ? (this.#paced(answer as ReadResult, signal) as T) : answer
  }

  #paced(opened: ReadResult, signal: AbortSignal | undefined): ReadResult {
    const { body } = opened
    if (this.#pace === undefined) return opened
    if (!(body instanceof Uint8Array)) {
      return { ...opened, body: pacedBody(body, this.#pace, signal) }
    }
    // It is here already: those after it pay for it.
    this.#pace.book(body.byteLength)
    return opened
  }
}
