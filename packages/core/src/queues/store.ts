/**
 * The class that users hold: one API over every queue backend.
 *
 * It checks names, counts and times, encodes payloads, claims those that are too large, and keeps
 * the receipt of each message; backends get clean input.
 */
import type { Health, OperationOptions } from '../backend.ts'
import { systemClock, type Clock } from '../clock.ts'
import { CodecRegistry } from '../codecs/registry.ts'
import { Calls, Lifecycle } from '../diagnostics/calls.ts'
import type { Logger } from '../diagnostics/logger.ts'
import { isStorageError, StorageError } from '../errors.ts'
import { CircleWatch } from '../listing.ts'
import { assertContentType } from '../metadata.ts'
import { assertInteger, assertToken, ownOptions } from '../options.ts'
import { type Random, systemRandom } from '../random.ts'
import type {
  ListQueuesOptions,
  PeekOptions,
  QueueBackend,
  QueueCapabilities,
  QueuePage,
  ReceiveOptions,
  SentMessage,
  UpdatedMessage,
} from './backend.ts'
import { Claims } from './claims.ts'
import { Consumer } from './consumer.ts'
import { Deliveries } from './deliveries.ts'
import * as limits from './limits.ts'
import {
  type MessageHandle,
  type MessageTools,
  PeekedQueueMessage,
  QueueMessage,
} from './message.ts'
import * as types from './options.ts'
import { Payloads } from './payloads.ts'
import { assertQueueBackend, claimSourceOf, queueStoreOptions } from './setup.ts'

const { optionNames } = types
/** Most names of one page that is asked for. */
const queuePageMax = 5000

/**
 * Sends, receives and handles messages. Delivery is at least once and in no promised order.
 *
 * All methods reject with `StorageError` for what data and service cause (`NOT_FOUND` for a missing
 * queue, which its `key` names), with `TypeError` for mistakes in the program, and take a `signal`
 * that ends them with `ABORTED`.
 */
export class QueueStore implements AsyncDisposable {
  readonly #backend: QueueBackend
  readonly #calls: Calls
  readonly #claims: Claims | undefined
  readonly #deliveries: Deliveries
  readonly #tools: MessageTools
  readonly #clock: Clock
  readonly #random: Random
  readonly #logger: Logger | undefined
  readonly #consumers = new Set<Promise<unknown>>()
  readonly #closing = new AbortController()
  #closed: Promise<void> | undefined

  /** @param backend Made by a backend package; most programs call `openQueues`. */
  constructor(backend: QueueBackend, options: types.QueueStoreOptions = {}) {
    assertQueueBackend(backend)
    const own = queueStoreOptions(options)
    const { claims, codecs = [], logger, diagnostics } = own
    const clock = own.clock ?? systemClock
    this.#clock = clock
    this.#random = own.random ?? systemRandom
    this.#logger = logger
    this.#backend = backend
    const observation = { clock, logger, areKeysTraced: diagnostics?.keys === true }
    const calls = new Calls(backend, new Lifecycle(), observation, 'queue store')
    this.#calls = calls
    const source = claimSourceOf(claims, own)
    this.#claims = source && new Claims(source, this.#random)
    const payloads = new Payloads(new CodecRegistry(codecs), this.#claims, clock, backend)
    this.#deliveries = new Deliveries({ backend, calls, payloads, clock, logger })
    this.#tools = { payloads, fault: (...place) => calls.fault(...place) }
  }

  /** The backend's name, for instance `azqueue`. */
  get name(): string {
    return this.#backend.name
  }

  get capabilities(): QueueCapabilities {
    return this.#backend.capabilities
  }

  /** The escape hatch: it takes clean input only, and knows nothing of payloads and claims. */
  get backend(): QueueBackend {
    return this.#backend
  }

  /**
   * True when the queue was created, false when it was there.
   *
   * @throws StorageError `INVALID_KEY` for a name that no service takes, `CONFLICT` while a queue
   * of this name is being deleted.
   */
  async createQueue(queue: string, options?: OperationOptions): Promise<boolean> {
    const own = plain(queue, options, 'createQueue')
    return this.#run('createQueue', queue, own, () => this.#backend.createQueue(queue, own))
  }

  /** True when the queue was deleted with its messages, false when there was none. */
  async deleteQueue(queue: string, options?: OperationOptions): Promise<boolean> {
    const own = plain(queue, options, 'deleteQueue')
    return this.#run('deleteQueue', queue, own, () => this.#backend.deleteQueue(queue, own))
  }

  /** All names in order, page by page as consumed. */
  async *listQueues(
    options: types.ListAllQueuesOptions = {},
  ): AsyncGenerator<string, void, undefined> {
    const own = ownOptions(options, optionNames.list, 'listQueues')
    const circle = new CircleWatch()
    let cursor: string | undefined
    do {
      const page = await this.listQueuePage({ ...own, cursor })
      yield* page.queues
      cursor = page.cursor
      if (cursor !== undefined) circle.pass(cursor)
    } while (cursor !== undefined)
  }

  /** One page, to hand its cursor to somebody else. */
  async listQueuePage(options: ListQueuesOptions = {}): Promise<QueuePage> {
    const own = ownOptions(options, optionNames.listPage, 'listQueuePage')
    const { prefix, limit, cursor, signal } = own
    if (prefix !== undefined) limits.assertQueuePrefix(prefix)
    if (limit !== undefined) assertInteger(limit, 'limit', 1, queuePageMax)
    assertToken(cursor, 'cursor')
    return this.#calls.run('queues.listQueues', { prefix, signal }, () =>
      this.#backend.listQueues(own),
    )
  }

  /**
   * Puts a value in: JSON as it is, anything else in a frame. A payload over
   * `capabilities.messageBytesMax` goes to object storage first.
   *
   * @throws StorageError `NOT_FOUND`, `SERIALIZATION`, `QUOTA_EXCEEDED`; with `UNAVAILABLE` and
   * `TIMEOUT` the message may be in the queue all the same.
   */
  async sendMessage(
    queue: string,
    value: unknown,
    options: types.SendMessageOptions = {},
  ): Promise<SentMessage> {
    limits.assertQueueName(queue)
    const own = ownOptions(options, optionNames.send, 'sendMessage')
    limits.assertSendTimes(own.delaySeconds, own.timeToLiveSeconds)
    if (own.contentType !== undefined) assertContentType(own.contentType)
    return this.#deliveries.send(queue, value, own)
  }

  /** Messages that are visible now; empty when there is none. Waits for nothing. */
  async receiveMessages(queue: string, options: ReceiveOptions = {}): Promise<QueueMessage[]> {
    limits.assertQueueName(queue)
    const own = ownOptions(options, optionNames.receive, 'receiveMessages')
    limits.assertMessageCount(own.max)
    limits.assertVisibility(own.visibilitySeconds, 1)
    const place = { key: queue, signal: own.signal, bytesOf: bodyBytes }
    const messages = await this.#calls.run('queues.receive', place, () =>
      this.#backend.receive(queue, own),
    )
    return messages.map((message) => new QueueMessage(this.#tools, queue, message))
  }

  /** A message that is visible now, or undefined. */
  async receiveMessage(
    queue: string,
    options: Omit<ReceiveOptions, 'max'> = {},
  ): Promise<QueueMessage | undefined> {
    const own = ownOptions(options, optionNames.receiveOne, 'receiveMessage')
    return (await this.receiveMessages(queue, own))[0]
  }

  /** Messages that are visible now, which stay as they are. */
  async peekMessages(queue: string, options: PeekOptions = {}): Promise<PeekedQueueMessage[]> {
    limits.assertQueueName(queue)
    const own = ownOptions(options, optionNames.peek, 'peekMessages')
    limits.assertMessageCount(own.max)
    const place = { key: queue, signal: own.signal, bytesOf: bodyBytes }
    const messages = await this.#calls.run('queues.peek', place, () =>
      this.#backend.peek(queue, own),
    )
    return messages.map((message) => new PeekedQueueMessage(this.#tools, queue, message))
  }

  /**
   * Holds a message for longer, or gives it back (`visibilitySeconds: 0`), and may replace its
   * value. The message takes the new receipt; a plain handle does not.
   *
   * @throws StorageError `NOT_FOUND` when the message is gone, `PRECONDITION_FAILED` when somebody
   * else has it, `SERIALIZATION`, `QUOTA_EXCEEDED`.
   */
  async updateMessage(
    queue: string,
    message: MessageHandle,
    options: types.UpdateValueOptions,
  ): Promise<UpdatedMessage> {
    limits.assertQueueName(queue)
    const own = ownOptions(options, optionNames.update, 'updateMessage')
    limits.assertVisibility(own.visibilitySeconds ?? Number.NaN, 0)
    if (own.contentType !== undefined) assertContentType(own.contentType)
    return this.#deliveries.update(queue, message, own)
  }

  /**
   * Removes a message that was handled, and its payload where that was claimed.
   *
   * @throws StorageError `NOT_FOUND` when the message is gone, `PRECONDITION_FAILED` when somebody
   * else has it.
   */
  async deleteMessage(
    queue: string,
    message: MessageHandle,
    options?: OperationOptions,
  ): Promise<void> {
    await this.#deliveries.delete(queue, message, plain(queue, options, 'deleteMessage'))
  }

  /** Messages, visible or not: approximate, and never less than there are. */
  async length(queue: string, options?: OperationOptions): Promise<number> {
    const own = plain(queue, options, 'length')
    return this.#run('length', queue, own, () => this.#backend.length(queue, own))
  }

  /** Removes all messages; their claimed payloads go with a later `sweepClaims`. */
  async clear(queue: string, options?: OperationOptions): Promise<void> {
    const own = plain(queue, options, 'clear')
    return this.#run('clear', queue, own, () => this.#backend.clear(queue, own))
  }

  /**
   * Handles messages until `signal` fires, and resolves when the running handlers have ended. While
   * a handler runs its message is held; one that fails comes again, and goes to the poison queue
   * when it failed `maxDequeueCount` times.
   *
   * @throws StorageError what ends it for good: the queue is missing, access is denied, the store
   * was closed; after the handlers have ended.
   */
  async consume(
    queue: string,
    handler: types.MessageHandler,
    options: types.ConsumeOptions = {},
  ): Promise<types.ConsumeSummary> {
    limits.assertQueueName(queue)
    const consumer = new Consumer(queue, handler, options, {
      store: this,
      poison: (...move) => this.#deliveries.poison(...move),
      closing: this.#closing.signal,
      clock: this.#clock,
      random: this.#random,
      logger: this.#logger,
    })
    this.#calls.assertUsable(undefined)
    const running = consumer.run()
    const ended = Promise.allSettled([running])
    this.#consumers.add(ended)
    try {
      return await running
    } finally {
      this.#consumers.delete(ended)
    }
  }

  /**
   * Removes claimed payloads that no message can need any more: of messages that expired, and what
   * was left by processes that died. Run it now and then, for instance daily. A payload of one that
   * never expires is removed when its queue is missing or empty. Nothing is removed in its
   * first 24 hours, nor in those after its message may have expired.
   *
   * @returns How many were removed.
   * @throws StorageError `UNSUPPORTED` for a store without `claims`.
   */
  async sweepClaims(options?: OperationOptions): Promise<number> {
    const own = ownOptions(options, optionNames.plain, 'sweepClaims') ?? {}
    this.#calls.assertUsable(own.signal)
    if (this.#claims === undefined) {
      throw new StorageError('UNSUPPORTED', 'The queue store was opened without { claims }')
    }
    return this.#claims.sweep(this.#clock.now(), (queue) => this.#isQuiet(queue, own), own)
  }

  /** Whether the service can be reached and used; an unhealthy one does not reject. */
  async health(options?: OperationOptions): Promise<Health> {
    const own = ownOptions(options, optionNames.plain, 'health')
    return this.#run('health', undefined, own, () => this.#backend.health(own))
  }

  /**
   * Stops what consumes and waits for it, then closes the backend, and the storage of claims where
   * this store opened it. Idempotent; later calls of other methods reject with `CLOSED`.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#consumers)
    const endings = [this.#calls.close(), this.#claims?.close() ?? Promise.resolve()]
    for (const ending of await Promise.allSettled(endings)) {
      if (ending.status === 'rejected') throw ending.reason
    }
  }

  #run<T>(
    operation: 'createQueue' | 'deleteQueue' | 'length' | 'clear' | 'health',
    queue: string | undefined,
    options: OperationOptions | undefined,
    call: () => Promise<T>,
  ): Promise<T> {
    return this.#calls.run(`queues.${operation}`, { key: queue, signal: options?.signal }, call)
  }

  async #isQuiet(queue: string, options: OperationOptions): Promise<boolean> {
    try {
      return (await this.length(queue, options)) === 0
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) return true
      throw error
    }
  }
}

function plain(
  queue: unknown,
  options: OperationOptions | undefined,
  operation: string,
): OperationOptions | undefined {
  limits.assertQueueName(queue)
  return ownOptions(options, optionNames.plain, operation)
}

function bodyBytes(messages: readonly { readonly body?: Uint8Array | undefined }[]): number {
  return messages.reduce((sum, { body }) => sum + (body?.byteLength ?? 0), 0)
}
