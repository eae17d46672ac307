/** The options of every call of the queue store, and the names that each call knows. */
import type { OperationOptions, StorageBackend } from '../backend.ts'
import type { Clock } from '../clock.ts'
import type { Codec } from '../codecs/codec.ts'
import type { Logger } from '../diagnostics/logger.ts'
import type { StorageManager } from '../manager/manager.ts'
import type { Random } from '../random.ts'
import type { SendOptions, UpdateMessageOptions } from './backend.ts'
import type { ClaimStorage } from './claims.ts'
import type { QueueMessage } from './message.ts'

/** What a queue store is made with, besides its backend. */
export interface QueueStoreOptions {
  /**
   * Object storage for payloads over `capabilities.messageBytesMax`, under keys beginning
   * `queue-claims/`: a manager, or a backend, which stay the caller's to close; or a function that
   * opens one when it is first needed, which the store closes. Without it such payloads are refused
   * with `QUOTA_EXCEEDED`. Not to be shared with queues of the same names elsewhere, whose payloads
   * a sweep would take for left over.
   */
  readonly claims?: StorageManager | StorageBackend | ClaimStorage | undefined
  /** Own codecs; they take precedence over the built-in ones, the first match wins. */
  readonly codecs?: readonly Codec[] | undefined
  /** Any pino-shaped object. Default: silent. It gets names of queues, never values. */
  readonly logger?: Logger | undefined
  /** `keys: true` puts names of queues into the contexts of the tracing channels. Default false. */
  readonly diagnostics?: { readonly keys?: boolean | undefined } | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

/** What `sendMessage` takes. */
export interface SendMessageOptions extends SendOptions {
  /** Default: by the value. Decides the codec when given. */
  readonly contentType?: string | undefined
}

/** A new value replaces the old one; without one only the visibility changes. */
export interface UpdateValueOptions extends Omit<UpdateMessageOptions, 'body'> {
  readonly value?: unknown
  readonly contentType?: string | undefined
}

/** What `listQueues` of the store takes. */
export interface ListAllQueuesOptions extends OperationOptions {
  readonly prefix?: string | undefined
}

/** What a handler gets besides its message. */
export interface HandlerContext {
  /** Fires when the hold on the message was lost, and `stopTimeoutMs` after the stop. */
  readonly signal: AbortSignal
}

/**
 * Handles one message. It is deleted when this returns; when it throws, or its promise rejects, the
 * message becomes visible again. Messages come at least once: make it safe to do twice.
 */
export type MessageHandler = (message: QueueMessage, context: HandlerContext) => unknown

/** Where something went wrong that `consume` goes on after. */
export interface ConsumeFault {
  readonly step: 'receive' | 'handle' | 'renew' | 'delete' | 'release' | 'poison'
  readonly queue: string
  readonly message?: QueueMessage | undefined
}

/** How a queue is consumed. */
export interface ConsumeOptions extends OperationOptions {
  /** Handlers that run at once, 1 to 1,024. Default 1. Nothing is received without a free one. */
  readonly concurrency?: number | undefined
  /** Time that a message is held, and renewed by while its handler runs, in s. Default 30. */
  readonly visibilitySeconds?: number | undefined
  /** A message that was received so often and failed goes to the poison queue. Default 5. */
  readonly maxDequeueCount?: number | undefined
  /** Default: the queue's name and `-poison`. Created when it is first needed. */
  readonly poisonQueue?: string | undefined
  /**
   * Time until a message that failed is visible again, in s, 0 to 604,800; or a function of message
   * and error. Default: 1, 2, 4, … up to 60.
   */
  readonly retryDelaySeconds?:
    | number
    | ((message: QueueMessage, error: unknown) => number)
    | undefined
  /** Longest pause between looks into an empty queue, in ms. Default 5,000. */
  readonly idleDelayMsMax?: number | undefined
  /** Time for handlers to end after the stop, in ms; then they are aborted. Default 30,000. */
  readonly stopTimeoutMs?: number | undefined
  /**
   * Told of what went wrong, handlers' failures included. Default: the store's `logger` is, of the
   * step, the queue and the code only; without a logger nobody is, and failures are merely counted
   * in the summary. Give one of the two.
   */
  readonly onError?: ((error: unknown, fault: ConsumeFault) => void) | undefined
}

/** What `consume` did. */
export interface ConsumeSummary {
  readonly received: number
  /** Handled and deleted. */
  readonly handled: number
  /** Failures of handlers, of messages that were poisoned for them too. */
  readonly failed: number
  readonly poisoned: number
  /** Handled or not, but held no longer when that was to be written: they come, or came, again. */
  readonly lost: number
  /** Received as the stop came, or ended by it: given back at once. */
  readonly released: number
  /** Handlers that did not end although their signal fired: their messages come again. */
  readonly abandoned: number
}

type Names = ReadonlySet<string>

/** The option names of each call. */
export const optionNames = {
  store: new Set(['claims', 'codecs', 'logger', 'diagnostics', 'clock', 'random']) as Names,
  open: new Set(['claims', 'codecs', 'logger', 'diagnostics', 'clock', 'random']) as Names,
  diagnostics: new Set(['keys']) as Names,
  plain: new Set(['signal']) as Names,
  list: new Set(['prefix', 'signal']) as Names,
  listPage: new Set(['prefix', 'limit', 'cursor', 'signal']) as Names,
  send: new Set(['delaySeconds', 'timeToLiveSeconds', 'contentType', 'signal']) as Names,
  receive: new Set(['max', 'visibilitySeconds', 'signal']) as Names,
  receiveOne: new Set(['visibilitySeconds', 'signal']) as Names,
  peek: new Set(['max', 'signal']) as Names,
  update: new Set(['visibilitySeconds', 'value', 'contentType', 'signal']) as Names,
  consume: new Set([
    ...['concurrency', 'visibilitySeconds', 'maxDequeueCount', 'poisonQueue', 'retryDelaySeconds'],
    ...['idleDelayMsMax', 'stopTimeoutMs', 'onError', 'signal'],
  ]) as Names,
} as const
