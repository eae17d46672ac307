/**
 * The contract between {@link QueueStore} and whatever keeps the messages.
 *
 * Small on purpose: the store validates, encodes payloads, renews, gives up and claims; a backend
 * moves bytes. `@aos-storage/core/testing` proves what the comments say.
 *
 * ```
 *          send                 receive (dequeueCount + 1, a new receipt)
 *   ───────────────► visible ──────────────────────────────► in flight ───► deleted
 *     after delay       ▲                                        │ delete(receipt)
 *                       └────── visibility ran out, or update(0) ┘
 * ```
 *
 * Delivery is at least once, and in no promised order. Times are whole seconds, as the service's.
 */
import type { Health, OperationOptions } from '../backend.ts'
import type { Durability } from '../capabilities.ts'

export interface SendOptions extends OperationOptions {
  /** Seconds until it becomes visible. Default 0. */
  readonly delaySeconds?: number | undefined
  /** Seconds until it expires, more than the delay; -1 for never. Default 604,800 (7 days). */
  readonly timeToLiveSeconds?: number | undefined
}

/** A message that was put in. */
export interface SentMessage {
  /** Unique in its queue, given by the backend. */
  readonly id: string
  readonly receipt: string
  readonly insertedAt: Date
  readonly expiresAt: Date
  readonly visibleAt: Date
}

/** A message that somebody else may have by now. */
export interface PeekedMessage {
  readonly id: string
  /** Undefined when the body is not what this backend's senders write; see `text`. */
  readonly body: Uint8Array | undefined
  /** The message as the service gave it, when it does not decode. */
  readonly text?: string | undefined
  /** How often it was received. */
  readonly dequeueCount: number
  readonly insertedAt: Date
  readonly expiresAt: Date
}

/** A message that is the receiver's until `visibleAt`. */
export interface ReceivedMessage extends PeekedMessage {
  /** Proves possession; each receive and update gives a new one, and the old one is void. */
  readonly receipt: string
  readonly visibleAt: Date
}

export interface ReceiveOptions extends OperationOptions {
  /** Most messages, 1 to 32. Default 1. */
  readonly max?: number | undefined
  /** How long they stay invisible to others, 1 to 604,800. Default 30. */
  readonly visibilitySeconds?: number | undefined
}

export interface PeekOptions extends OperationOptions {
  /** Most messages, 1 to 32. Default 1. */
  readonly max?: number | undefined
}

export interface UpdateMessageOptions extends OperationOptions {
  /** From now on, 0 to 604,800; 0 makes it visible at once. */
  readonly visibilitySeconds: number
  /** Replaces the body. */
  readonly body?: Uint8Array | undefined
}

/** The new hold on a message. */
export interface UpdatedMessage {
  readonly receipt: string
  readonly visibleAt: Date
}

export interface ListQueuesOptions extends OperationOptions {
  readonly prefix?: string | undefined
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

/** Names in order. */
export interface QueuePage {
  readonly queues: readonly string[]
  readonly cursor: string | undefined
}

/** What a queue backend can do, as data. */
export interface QueueCapabilities {
  readonly durability: Durability
  /** Largest body of a message in bytes, after any encoding that the service needs. */
  readonly messageBytesMax: number
  /** True when a queue that was deleted can be created again at once. */
  readonly recreatesAtOnce: boolean
}

/**
 * What keeps the messages. All methods: reject with `StorageError` only; `NOT_FOUND` for a missing
 * queue; `ABORTED` when `signal` fires, `CLOSED` after `close`; may run concurrently.
 */
export interface QueueBackend {
  /** Names the engine: `azqueue`, `sqlite`, `memory`. */
  readonly name: string
  readonly capabilities: QueueCapabilities

  /** True when the queue was created, false when it was there. */
  createQueue(queue: string, options?: OperationOptions): Promise<boolean>
  /** True when the queue was deleted with its messages, false when there was none. */
  deleteQueue(queue: string, options?: OperationOptions): Promise<boolean>
  listQueues(options?: ListQueuesOptions): Promise<QueuePage>

  send(queue: string, body: Uint8Array, options?: SendOptions): Promise<SentMessage>
  /** Empty when nothing is visible; waits for nothing. */
  receive(queue: string, options?: ReceiveOptions): Promise<ReceivedMessage[]>
  peek(queue: string, options?: PeekOptions): Promise<PeekedMessage[]>
  /** Errors: `NOT_FOUND` (the message is gone), `PRECONDITION_FAILED` (the receipt is void). */
  update(
    queue: string,
    id: string,
    receipt: string,
    options: UpdateMessageOptions,
  ): Promise<UpdatedMessage>
  /** Errors: `NOT_FOUND` (the message is gone), `PRECONDITION_FAILED` (the receipt is void). */
  delete(queue: string, id: string, receipt: string, options?: OperationOptions): Promise<void>
  /** Messages, visible or not: approximate, and never less than there are. */
  length(queue: string, options?: OperationOptions): Promise<number>
  /** Removes all messages. */
  clear(queue: string, options?: OperationOptions): Promise<void>

  health(options?: OperationOptions): Promise<Health>
  /** Later calls fail with `CLOSED`. Idempotent. */
  close(): Promise<void>
}
