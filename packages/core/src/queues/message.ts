/** Messages as callers get them: what is known of them, and their payload when it is asked for. */
import type { OperationOptions } from '../backend.ts'
import { StorageError } from '../errors.ts'
import { describe, ownOptions } from '../options.ts'
import { assertSchema, type SchemaOutput, type StandardSchema, validate } from '../schema.ts'
import { strictText } from '../text.ts'
import type { PeekedMessage, ReceivedMessage } from './backend.ts'
import type { MessageContent, MessageOrigin } from './frame.ts'
import { Hold } from './hold.ts'
import type { Payloads } from './payloads.ts'

const signalOnly: ReadonlySet<string> = new Set(['signal'])

/** What a message needs of the store that gave it. */
export interface MessageTools {
  readonly payloads: Payloads
  /** Makes what is thrown to callers of what was thrown here. */
  readonly fault: (
    error: unknown,
    operation: string,
    queue: string,
    signal?: AbortSignal,
  ) => unknown
}

/** What only this library sees of a message. */
interface Inside {
  readonly content: MessageContent
  readonly hold: Hold | undefined
}

const insides = new WeakMap<object, Inside>()

/** The content of a message that a store gave, undefined of all else. */
export function contentOf(message: object): MessageContent | undefined {
  return insides.get(message)?.content
}

/** A message that was given another value holds that from now on; a plain handle holds nothing. */
export function replaceContent(message: object, content: MessageContent): void {
  const inside = insides.get(message)
  if (inside !== undefined) insides.set(message, { ...inside, content })
}

/** A message that somebody else may have by now. */
export class PeekedQueueMessage {
  readonly queue: string
  readonly id: string
  /** How often it was received. */
  readonly dequeueCount: number
  readonly insertedAt: Date
  /** In the year 9999 when it never expires. */
  readonly expiresAt: Date
  readonly #tools: MessageTools

  constructor(tools: MessageTools, queue: string, message: PeekedMessage, hold?: Hold) {
    this.#tools = tools
    this.queue = queue
    this.id = message.id
    this.dequeueCount = message.dequeueCount
    this.insertedAt = message.insertedAt
    this.expiresAt = message.expiresAt
    insides.set(this, { content: tools.payloads.read(message), hold })
  }

  /**
   * Of the payload. `application/json` for all messages without a frame: also for those of foreign
   * senders, whatever they hold.
   */
  get contentType(): string {
    return contentOf(this)!.contentType
  }

  /** Of a message in a poison queue: where it came from, and why it was given up. */
  get origin(): MessageOrigin | undefined {
    return contentOf(this)!.origin
  }

  /** True when the payload lies in object storage. */
  get isClaimed(): boolean {
    return contentOf(this)!.claim !== undefined
  }

  /**
   * The value, decoded by its content type. Without a schema its type is what the caller says.
   *
   * @throws StorageError `SERIALIZATION` for what is no value (strangers may send anything),
   * `SCHEMA_INVALID`, `NOT_FOUND` and `CORRUPT` of a claimed payload, and its storage's.
   */
  load<S extends StandardSchema>(schema: S, options?: OperationOptions): Promise<SchemaOutput<S>>
  load<T = unknown>(schema?: undefined, options?: OperationOptions): Promise<T>
  load(schema?: StandardSchema, options?: OperationOptions): Promise<unknown> {
    return this.#told('load', options, async (own) => {
      if (schema !== undefined) assertSchema(schema)
      const { payloads } = this.#tools
      const content = contentOf(this)!
      const bytes = await payloads.bytes(content, own)
      const value = payloads.decode(bytes, content, this.queue)
      return schema === undefined ? value : validate(schema, value, this.queue, own.signal)
    })
  }

  /** The payload as it is; of a frame that cannot be read the whole message. */
  bytes(options?: OperationOptions): Promise<Uint8Array> {
    return this.#told('bytes', options, (own) => this.#tools.payloads.bytes(contentOf(this)!, own))
  }

  /** The payload as UTF-8. @throws StorageError `SERIALIZATION` when it is none. */
  text(options?: OperationOptions): Promise<string> {
    return this.#told('text', options, async (own) => {
      const bytes = await this.#tools.payloads.bytes(contentOf(this)!, own)
      try {
        return strictText(bytes)
      } catch (cause) {
        const message = 'The message is not UTF-8 text; read it with bytes()'
        throw new StorageError('SERIALIZATION', message, { cause })
      }
    })
  }

  async #told<T>(
    operation: string,
    options: OperationOptions | undefined,
    call: (options: OperationOptions) => Promise<T>,
  ): Promise<T> {
    const own = ownOptions(options, signalOnly, operation) ?? {}
    try {
      return await call(own)
    } catch (error) {
      throw this.#tools.fault(error, operation, this.queue, own.signal)
    }
  }
}

/** A message that is the receiver's until `visibleAt`; it holds the newest receipt. */
export class QueueMessage extends PeekedQueueMessage {
  readonly #hold: Hold

  constructor(tools: MessageTools, queue: string, message: ReceivedMessage) {
    const hold = new Hold(message.receipt, message.visibleAt)
    super(tools, queue, message, hold)
    this.#hold = hold
  }

  /** Proves possession; each update gives a new one. */
  get receipt(): string {
    return this.#hold.receipt
  }

  /** When others may receive it. */
  get visibleAt(): Date {
    return this.#hold.visibleAt
  }
}

/** What `updateMessage` and `deleteMessage` take: a message, or what another process wrote down. */
export interface MessageHandle {
  readonly id: string
  readonly receipt: string
}

/**
 * The hold that a handle stands for: a message's own, so that its receipt stays the newest.
 *
 * @throws TypeError for what is no handle, and for a message of another queue.
 */
export function holdOf(queue: string, message: unknown): Hold {
  const { id, receipt, queue: own } = (message ?? {}) as Partial<QueueMessage>
  if (typeof id !== 'string' || id === '' || typeof receipt !== 'string' || receipt === '') {
    throw new TypeError(
      `message is a received message or { id, receipt }, not ${describe(message)}`,
    )
  }
  const hold = insides.get(message as object)?.hold
  if (hold === undefined) return new Hold(receipt, new Date(0))
  if (own !== queue) throw new TypeError(`The message is one of "${own}", not of "${queue}"`)
  return hold
}
