/**
 * Queues in this process's memory: the whole contract, for tests and small programs, and the
 * reference that other backends are compared with.
 *
 * Invariant: bodies are copied in and out. A message is in its queue until it is deleted or found
 * expired by an operation that comes across it. Moments are kept on the time of the queues, which
 * never goes back; callers see them on their wall clock.
 */
import type { Health, OperationOptions } from '../backend.ts'
import { ownBytes } from '../body.ts'
import { type Clock, systemClock } from '../clock.ts'
import { StorageError } from '../errors.ts'
import { decodeCursor, encodeCursor, listPageMax } from '../listing.ts'
import { assertInteger, assertOptions, throwIfAborted } from '../options.ts'
import type {
  ListQueuesOptions,
  PeekedMessage,
  PeekOptions,
  QueueBackend,
  QueueCapabilities,
  QueuePage,
  ReceivedMessage,
  ReceiveOptions,
  SendOptions,
  SentMessage,
  UpdatedMessage,
  UpdateMessageOptions,
} from '../queues/backend.ts'
import {
  foreverMs,
  timeToLiveForever,
  timeToLiveSecondsDefault,
  visibilitySecondsDefault,
} from '../queues/limits.ts'
import { QueueTime } from '../queues/time.ts'
import { type Random, systemRandom } from '../random.ts'

/** As much as Azure's 64 KiB hold in base64, so that what fits here fits there. */
const messageBytesMax = 48 * 1024

interface StoredMessage {
  readonly id: string
  body: Uint8Array
  receipt: string
  dequeueCount: number
  readonly insertedAtMs: number
  readonly expiresAtMs: number
  visibleAtMs: number
}

type StoredQueue = Map<string, StoredMessage>

/** What {@link MemoryQueueBackend} takes. */
export interface MemoryQueueBackendOptions {
  /** All messages together in bytes of body. Default 1 GiB; else `QUOTA_EXCEEDED`. */
  readonly totalBytesMax?: number | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

const optionNames: ReadonlySet<string> = new Set(['totalBytesMax', 'clock', 'random'])

/** The contract in memory. Nothing survives the process. */
export class MemoryQueueBackend implements QueueBackend {
  readonly name: string = 'memory'
  readonly capabilities: QueueCapabilities = Object.freeze({
    durability: 'none',
    messageBytesMax,
    recreatesAtOnce: true,
  })
  readonly #queues = new Map<string, StoredQueue>()
  readonly #time: QueueTime
  readonly #random: Random
  readonly #totalBytesMax: number
  #totalBytes = 0
  #isClosed = false

  /** @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing. */
  constructor(options: MemoryQueueBackendOptions = {}) {
    assertOptions(options, optionNames, 'MemoryQueueBackend')
    const { totalBytesMax = 1024 ** 3, clock = systemClock, random = systemRandom } = options
    assertInteger(totalBytesMax, 'totalBytesMax', 1, Number.MAX_SAFE_INTEGER)
    this.#time = new QueueTime(clock)
    this.#random = random
    this.#totalBytesMax = totalBytesMax
  }

  async createQueue(queue: string, options?: OperationOptions): Promise<boolean> {
    this.#assertUsable(options)
    if (this.#queues.has(queue)) return false
    this.#queues.set(queue, new Map())
    return true
  }

  async deleteQueue(queue: string, options?: OperationOptions): Promise<boolean> {
    this.#assertUsable(options)
    const messages = this.#queues.get(queue)
    if (messages === undefined) return false
    this.#removeAll(messages)
    return this.#queues.delete(queue)
  }

  async listQueues(options: ListQueuesOptions = {}): Promise<QueuePage> {
    this.#assertUsable(options)
    const { prefix = '', limit = listPageMax, cursor } = options
    const after = cursor === undefined ? '' : decodeCursor(cursor, { prefix }).after
    // Names are ASCII: the order of UTF-16 is that of UTF-8.
    const names = [...this.#queues.keys()]
      .filter((name) => name.startsWith(prefix) && name > after)
      .sort()
    const queues = names.slice(0, limit)
    const last = names.length > limit ? queues.at(-1) : undefined
    const next = last && encodeCursor({ after: last, kind: 'object' }, { prefix })
    return { queues, cursor: next }
  }

  async send(queue: string, body: Uint8Array, options: SendOptions = {}): Promise<SentMessage> {
    const messages = this.#queue(queue, options)
    const { delaySeconds = 0, timeToLiveSeconds = timeToLiveSecondsDefault } = options
    this.#assertRoom(body.byteLength, 0)
    const nowMs = this.#time.now()
    const isForever = timeToLiveSeconds === timeToLiveForever
    const message: StoredMessage = {
      id: this.#random.id(),
      body: ownBytes(body),
      receipt: this.#random.id(),
      dequeueCount: 0,
      insertedAtMs: nowMs,
      expiresAtMs: isForever ? foreverMs : nowMs + timeToLiveSeconds * 1000,
      visibleAtMs: nowMs + delaySeconds * 1000,
    }
    messages.set(message.id, message)
    this.#totalBytes += body.byteLength
    const { id, receipt, insertedAtMs, expiresAtMs, visibleAtMs } = message
    return {
      id,
      receipt,
      insertedAt: this.#time.toDate(insertedAtMs, nowMs),
      expiresAt: this.#time.toDate(expiresAtMs, nowMs),
      visibleAt: this.#time.toDate(visibleAtMs, nowMs),
    }
  }

  async receive(queue: string, options: ReceiveOptions = {}): Promise<ReceivedMessage[]> {
    const { max = 1, visibilitySeconds = visibilitySecondsDefault } = options
    const nowMs = this.#time.now()
    const visibleAtMs = nowMs + visibilitySeconds * 1000
    const visibleAt = this.#time.toDate(visibleAtMs, nowMs)
    return this.#visible(this.#queue(queue, options), max, nowMs).map((message) => {
      message.dequeueCount++
      message.receipt = this.#random.id()
      message.visibleAtMs = visibleAtMs
      const { receipt } = message
      return { ...this.#told(message, nowMs), receipt, visibleAt: new Date(visibleAt) }
    })
  }

  async peek(queue: string, options: PeekOptions = {}): Promise<PeekedMessage[]> {
    const nowMs = this.#time.now()
    const messages = this.#visible(this.#queue(queue, options), options.max ?? 1, nowMs)
    return messages.map((message) => this.#told(message, nowMs))
  }

  async update(
    queue: string,
    id: string,
    receipt: string,
    options: UpdateMessageOptions,
  ): Promise<UpdatedMessage> {
    const message = this.#held(this.#queue(queue, options), queue, id, receipt)
    const { visibilitySeconds, body } = options
    if (body !== undefined) {
      this.#assertRoom(body.byteLength, message.body.byteLength)
      this.#totalBytes += body.byteLength - message.body.byteLength
      message.body = ownBytes(body)
    }
    message.receipt = this.#random.id()
    const nowMs = this.#time.now()
    message.visibleAtMs = nowMs + visibilitySeconds * 1000
    const visibleAt = this.#time.toDate(message.visibleAtMs, nowMs)
    return { receipt: message.receipt, visibleAt }
  }

  async delete(
    queue: string,
    id: string,
    receipt: string,
    options?: OperationOptions,
  ): Promise<void> {
    const messages = this.#queue(queue, options)
    this.#remove(messages, this.#held(messages, queue, id, receipt))
  }

  async length(queue: string, options?: OperationOptions): Promise<number> {
    const messages = this.#queue(queue, options)
    this.#dropExpired(messages)
    return messages.size
  }

  async clear(queue: string, options?: OperationOptions): Promise<void> {
    this.#removeAll(this.#queue(queue, options))
  }

  async health(options?: OperationOptions): Promise<Health> {
    throwIfAborted(options?.signal)
    const details = { queues: this.#queues.size, bytes: this.#totalBytes }
    return this.#isClosed
      ? { ok: false, latencyMs: 0, message: 'The queues were closed; open them again', details }
      : { ok: true, latencyMs: 0, message: 'Queues in memory', details }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#queues.clear()
    this.#totalBytes = 0
  }

  #assertUsable(options: OperationOptions | undefined): void {
    if (this.#isClosed) {
      throw new StorageError('CLOSED', 'The queues were closed; open them again')
    }
    throwIfAborted(options?.signal)
  }

  #queue(queue: string, options: OperationOptions | undefined): StoredQueue {
    this.#assertUsable(options)
    const messages = this.#queues.get(queue)
    if (messages !== undefined) return messages
    throw new StorageError('NOT_FOUND', `There is no queue "${queue}"; create it first`, {
      key: queue,
    })
  }

  #visible(messages: StoredQueue, max: number, nowMs: number): StoredMessage[] {
    const visible: StoredMessage[] = []
    for (const message of messages.values()) {
      if (message.expiresAtMs <= nowMs) this.#remove(messages, message)
      else if (message.visibleAtMs <= nowMs) visible.push(message)
      if (visible.length >= max) break
    }
    return visible
  }

  #held(messages: StoredQueue, queue: string, id: string, receipt: string): StoredMessage {
    const message = messages.get(id)
    if (message === undefined || message.expiresAtMs <= this.#time.now()) {
      throw new StorageError('NOT_FOUND', 'The message is gone: deleted, or it expired', {
        key: queue,
      })
    }
    if (message.receipt === receipt) return message
    throw new StorageError(
      'PRECONDITION_FAILED',
      'The receipt is void: the message was received or updated by somebody since',
      { key: queue },
    )
  }

  #told(message: StoredMessage, nowMs: number): PeekedMessage {
    const { id, body, dequeueCount, insertedAtMs, expiresAtMs } = message
    return {
      id,
      body: ownBytes(body),
      dequeueCount,
      insertedAt: this.#time.toDate(insertedAtMs, nowMs),
      expiresAt: this.#time.toDate(expiresAtMs, nowMs),
    }
  }

  #assertRoom(bytes: number, insteadOfBytes: number): void {
    if (bytes > messageBytesMax) {
      throw new StorageError(
        'QUOTA_EXCEEDED',
        `The message has ${bytes} bytes; at most ${messageBytesMax} fit`,
      )
    }
    if (this.#totalBytes - insteadOfBytes + bytes <= this.#totalBytesMax) return
    throw new StorageError(
      'QUOTA_EXCEEDED',
      `The messages would be more than the ${this.#totalBytesMax} bytes of totalBytesMax`,
    )
  }

  #dropExpired(messages: StoredQueue): void {
    const nowMs = this.#time.now()
    for (const message of messages.values()) {
      if (message.expiresAtMs <= nowMs) this.#remove(messages, message)
    }
  }

  #remove(messages: StoredQueue, message: StoredMessage): void {
    messages.delete(message.id)
    this.#totalBytes -= message.body.byteLength
  }

  #removeAll(messages: StoredQueue): void {
    for (const message of messages.values()) this.#remove(messages, message)
  }
}
