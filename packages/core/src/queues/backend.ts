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
 * Delivery is at least once, and in no promised order; a send whose answer was lost may have put
 * the message in, and is told as `UNAVAILABLE` or `TIMEOUT`. Times are whole seconds, as the
 * service's.
 *
 * The store hands over clean input: names, counts and times within the limits of `limits.ts`. What
 * only the backend knows it refuses itself: a body over `messageBytesMax`, a cursor, a receipt.
 */
import type { Health, OperationOptions } from '../backend.ts'
import type { Durability } from '../capabilities.ts'

/** What `send` of a queue backend takes. */
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
  /** Good for `update` and `delete` until somebody receives the message. */
  readonly receipt: string
  readonly insertedAt: Date
  /** In the year 9999 for one that never expires, see `isForever`. */
  readonly expiresAt: Date
  readonly visibleAt: Date
}

/** A message that somebody else may have by now. */
export interface PeekedMessage {
  readonly id: string
  /** The reader's own. Undefined when it is not what this backend's senders write; see `text`. */
  readonly body: Uint8Array | undefined
  /** The message as the service gave it, when it does not decode. */
  readonly text?: string | undefined
  /** How often it was received, this time included. */
  readonly dequeueCount: number
  readonly insertedAt: Date
  readonly expiresAt: Date
}

/** A message that is the receiver's until `visibleAt`. */
export interface ReceivedMessage extends PeekedMessage {
  /**
   * Proves possession: each receive and update gives a new one, and the old one is void. It stays
   * good when the visibility ran out, until somebody receives the message.
   */
  readonly receipt: string
  readonly visibleAt: Date
}

/** How many messages, and for how long they are held. */
export interface ReceiveOptions extends OperationOptions {
  /** Most messages, 1 to 32. Default 1. */
  readonly max?: number | undefined
  /** How long they stay invisible to others, 1 to 604,800. Default 30. */
  readonly visibilitySeconds?: number | undefined
}

/** How many messages are looked at. */
export interface PeekOptions extends OperationOptions {
  /** Most messages, 1 to 32. Default 1. */
  readonly max?: number | undefined
}

/** What `update` of a queue backend takes. */
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

/** Which queues a page lists, and where it begins. */
export interface ListQueuesOptions extends OperationOptions {
  readonly prefix?: string | undefined
  /** Most names of the page. A page may be shorter, also empty, and have a cursor. */
  readonly limit?: number | undefined
  /** Where the page before ended; only with the same prefix. Errors: `INVALID_ARGUMENT`. */
  readonly cursor?: string | undefined
}

/** Names in ascending order. */
export interface QueuePage {
  readonly queues: readonly string[]
  readonly cursor: string | undefined
}

/** What a queue backend can do, as data. */
export interface QueueCapabilities {
  readonly durability: Durability
  /**
   * Largest body of a message in bytes, as `send` takes it: what is left of the service's limit
   * after the encoding that the service needs.
   */
  readonly messageBytesMax: number
  /** True when a deleted queue can be created again at once; else `CONFLICT` for a while. */
  readonly recreatesAtOnce: boolean
}

/**
 * What keeps the messages. All methods: reject with `StorageError` only; `NOT_FOUND` for a missing
 * queue; `ABORTED` when `signal` fires, with the operation done or not; `CLOSED` after `close`,
 * where only `health` answers, with `ok: false`; may run concurrently.
 *
 * A message that expired is not received, peeked, updated or deleted any more: it is gone.
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

  /**
   * Keeps a copy of the body, which has at least one byte. Errors: `QUOTA_EXCEEDED` for more than
   * `messageBytesMax`.
   */
  send(queue: string, body: Uint8Array, options?: SendOptions): Promise<SentMessage>
  /**
   * Visible messages, each to one receiver only for as long as its visibility lasts, also among
   * several at once and in other processes. Empty when nothing is visible; waits for nothing.
   */
  receive(queue: string, options?: ReceiveOptions): Promise<ReceivedMessage[]>
  /** Visible messages, which stay as they are. */
  peek(queue: string, options?: PeekOptions): Promise<PeekedMessage[]>
  /**
   * Errors: `NOT_FOUND` (the message is gone), `PRECONDITION_FAILED` (the receipt is void; services
   * that cannot tell it apart say `NOT_FOUND`), `QUOTA_EXCEEDED` (the new body).
   */
  update(
    queue: string,
    id: string,
    receipt: string,
    options: UpdateMessageOptions,
  ): Promise<UpdatedMessage>
  /** Errors: as of `update`. */
  delete(queue: string, id: string, receipt: string, options?: OperationOptions): Promise<void>
  /** Messages, visible or not: approximate, and never less than there are. */
  length(queue: string, options?: OperationOptions): Promise<number>
  /** Removes all messages, also those in flight. */
  clear(queue: string, options?: OperationOptions): Promise<void>

  health(options?: OperationOptions): Promise<Health>
  /** Later calls fail with `CLOSED`. Idempotent. */
  close(): Promise<void>
}
