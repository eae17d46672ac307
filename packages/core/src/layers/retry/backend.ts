/** The backend that tries again what may succeed: each operation in the way that it allows. */
import type {
  CopyOptions,
  DeleteOptions,
  DeleteOutcome,
  Health,
  ListedObject,
  ListOptions,
  ListPage,
  Metadata,
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
import { isStorageError, type StorageError } from '../../errors.ts'
import { iterableExtras } from '../../extras.ts'
import {
  isAnswerLost,
  isConditional,
  openOutcome,
  type SecondTime,
  tried,
  type TriedCall,
} from '../../lost-answer.ts'
import { retryIdMetadata, writeIdMetadata } from '../../metadata.ts'
import { writeTried } from '../../write-tried.ts'
import { aroundCalls, type LayerCall } from '../around.ts'
import { isWorthRetry, type RetryPolicy } from './attempts.ts'
import { deleteInRounds } from './delete-rounds.ts'
import { ResumedBody } from './resumed-body.ts'
import { UnreadSource } from './unread-source.ts'

/**
 * What may be called again of what a backend has beside the contract. What is not here makes
 * something of its own each time, or tells whether it was there: it is called once.
 */
const extras: ReadonlyMap<string, SecondTime> = new Map([
  ...['presign', 'getAccessTier', 'readVersion', 'readSnapshot', 'getTags', ...iterableExtras].map(
    (name): [string, SecondTime] => [name, 'none'],
  ),
  ...['setTags', 'deleteTags'].map((name): [string, SecondTime] => [name, 'same']),
])

/** Of these, what gives an object. */
const versions: ReadonlySet<string> = new Set(['readVersion', 'readSnapshot'])

const reads: ReadonlySet<string> = new Set(['read', 'stat', 'list'])

export class RetryBackend implements StorageBackend {
  readonly name: string
  readonly capabilities: Capabilities
  readonly #inner: StorageBackend
  readonly #policy: RetryPolicy
  /** Tries again what is the same call each time. */
  readonly #plain: StorageBackend

  constructor(inner: StorageBackend, policy: RetryPolicy) {
    this.name = inner.name
    this.capabilities = inner.capabilities
    this.#inner = inner
    this.#policy = policy
    this.#plain = aroundCalls(inner, (call, run) => this.#around(call, run))
    for (const name of this.capabilities.extras) {
      const value = (this.#plain as unknown as Record<string, unknown>)[name]
      Object.defineProperty(this, name, { value, enumerable: false })
    }
  }

  async read(key: string, options?: ReadOptions): Promise<ReadResult> {
    const result = withoutIdOf(await this.#plain.read(key, options))
    const { body } = result
    if (body instanceof Uint8Array || !this.#canResume) return result
    return { ...result, body: this.#resumed(key, result, body, options?.signal) }
  }

  async write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    if (!(body instanceof Uint8Array)) return this.#writeStream(key, body, options)
    const attempts = this.#policy.attempts('write', options.signal)
    const { tagged, idName } = this.#tagged(options)
    return withoutId(await writeTried(this.#inner, key, body, tagged, attempts, idName))
  }

  async stat(key: string, options?: StatOptions): Promise<ObjectInfo> {
    return withoutId(await this.#plain.stat(key, options))
  }

  delete(key: string, options?: DeleteOptions): Promise<boolean> {
    return this.#tried('delete', options?.signal, {
      key,
      secondTime: isConditional(options) ? 'refused' : 'same',
      run: () => this.#inner.delete(key, options),
      // Gone after a lost answer: most likely it was its own.
      afterLost: () => true,
    })
  }

  async list(options?: ListOptions): Promise<ListPage> {
    const page = await this.#plain.list(options)
    return page.objects.some(hasId) ? { ...page, objects: page.objects.map(withoutId) } : page
  }

  async copy(from: string, to: string, options?: CopyOptions): Promise<ObjectInfo> {
    // Onto itself it changes the version that it asks for.
    const meetsItself = from === to && options?.sourceIfMatch !== undefined
    const info = await this.#tried('copy', options?.signal, {
      key: to,
      secondTime: isConditional(options) || meetsItself ? 'refused' : 'same',
      run: () => this.#inner.copy(from, to, options),
    })
    return withoutId(info)
  }

  async deleteMany(keys: readonly string[], options?: OperationOptions): Promise<DeleteOutcome[]> {
    const attempts = this.#policy.attempts('deleteMany', options?.signal)
    const send = (some: readonly string[]): Promise<DeleteOutcome[]> =>
      this.#inner.deleteMany(some, options)
    const outcomes = await deleteInRounds(keys, send, attempts)
    // A store that failed for every key has not answered: its budget stays spent.
    const isAnswered = outcomes.some(({ error }) => error === undefined || error.retryable === 'no')
    if (isAnswered || keys.length === 0) attempts.answered()
    return outcomes
  }

  health(options?: OperationOptions): Promise<Health> {
    return this.#inner.health(options)
  }

  /** Also ends pauses: their calls then meet the closed store. */
  close(): Promise<void> {
    this.#policy.close()
    return this.#inner.close()
  }

  #around<T>(call: LayerCall, run: () => Promise<T>): Promise<T> {
    const { operation, key, options } = call
    const secondTime = reads.has(operation) ? 'none' : extras.get(operation)
    if (secondTime === undefined) return run()
    const tried = { key, secondTime, run: () => run() }
    if (!versions.has(operation)) return this.#tried(operation, options?.signal, tried)
    return this.#tried(operation, options?.signal, {
      ...tried,
      run: async () => withoutIdOf((await run()) as ReadResult) as T,
    })
  }

  #tried<T>(operation: string, signal: AbortSignal | undefined, call: TriedCall<T>): Promise<T> {
    return tried(call, this.#policy.attempts(operation, signal))
  }

  get #canResume(): boolean {
    const { rangeRead, conditionalRead } = this.capabilities
    return rangeRead && conditionalRead
  }

  #resumed(
    key: string,
    opened: ReadResult,
    body: Exclude<ReadResult['body'], Uint8Array>,
    signal: AbortSignal | undefined,
  ): ResumedBody {
    const { end, info } = opened
    return new ResumedBody(opened, body, {
      signal,
      attempts: (ending) => this.#policy.attempts('read', ending),
      reopen: async (position, ending) => {
        const range = { offset: position, length: end - position }
        const rest = await this.#inner.read(key, { range, ifMatch: info.etag, signal: ending })
        this.#policy.budget.giveBack()
        return rest
      },
    })
  }

  /** With an id by which a write that may be refused knows its own object. */
  #tagged(options: WriteOptions): { readonly tagged: WriteOptions; readonly idName: string } {
    const { metadata } = options
    // The caller's own id is as good, and stays visible.
    const isKnown = metadata?.[writeIdMetadata] !== undefined
    const idName = isKnown ? writeIdMetadata : retryIdMetadata
    if (!isConditional(options) || !this.capabilities.userMetadata || isKnown) {
      return { tagged: options, idName }
    }
    const id = metadata?.[retryIdMetadata] ?? this.#policy.settings.random.id()
    return { tagged: { ...options, metadata: { ...metadata, [retryIdMetadata]: id } }, idName }
  }

  async #writeStream(
    key: string,
    body: AsyncIterable<Uint8Array>,
    options: WriteOptions,
  ): Promise<ObjectInfo> {
    const source = new UnreadSource(body)
    const attempts = this.#policy.attempts('write', options.signal)
    try {
      for (;;) {
        try {
          const info = await this.#inner.write(key, source.handOut(), options)
          attempts.answered()
          return withoutId(info)
        } catch (error) {
          if (!isStorageError(error)) throw error
          if (source.isRead) throw readTwice(error, key, options)
          const told = await attempts.after(error)
          if (told !== undefined) throw told
        }
      }
    } finally {
      source.release()
    }
  }
}

function hasId({ metadata }: { readonly metadata?: Metadata | undefined }): boolean {
  return metadata?.[retryIdMetadata] !== undefined
}

/** The object without what this layer has put on it. */
function withoutId<T extends ObjectInfo | ListedObject>(object: T): T {
  if (!hasId(object)) return object
  const { [retryIdMetadata]: _, ...metadata } = object.metadata!
  return { ...object, metadata }
}

function withoutIdOf(result: ReadResult): ReadResult {
  const info = withoutId(result.info)
  return info === result.info ? result : { ...result, info }
}

/** The error of a stream that cannot be sent again; retryable for whoever has another one. */
function readTwice(error: StorageError, key: string, options: WriteOptions): StorageError {
  const told = isConditional(options) && isAnswerLost(error) ? openOutcome(error, key) : error
  if (!isWorthRetry(told)) return told
  const why = 'not tried again, since its body, a stream, cannot be read twice; give bytes for that'
  return told.with({ message: `${told.message}; ${why}` })
}
