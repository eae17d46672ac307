/** Values in and out of messages: encoded by content type, framed, claimed where they are large. */
import type { OperationOptions } from '../backend.ts'
import { collect, inOwnBuffer } from '../body.ts'
import type { Clock } from '../clock.ts'
import type { CodecRegistry } from '../codecs/registry.ts'
import { isStorageError, StorageError } from '../errors.ts'
import { utf8Bytes } from '../text.ts'
import { isAnswerLost } from '../write-once.ts'
import type { PeekedMessage, QueueBackend } from './backend.ts'
import { type Claims, sendAfterClaimMsMax } from './claims.ts'
import {
  type ClaimTicket,
  decodeFrame,
  encodeFrame,
  type MessageContent,
  plainType,
} from './frame.ts'

/** What a message is to hold, and who gets it. */
export interface Shipment {
  readonly queue: string
  readonly content: MessageContent
  /** When the message expires, as far as it is known before it is sent. */
  readonly expiresAt: Date
  readonly options: OperationOptions
}

/** What became of a {@link Shipment}. */
export interface Shipped<T> {
  readonly result: T
  /** As the message holds it: claimed, where it did not fit. */
  readonly content: MessageContent
}

/** The payloads of one queue store. */
export class Payloads {
  readonly claims: Claims | undefined
  readonly #codecs: CodecRegistry
  readonly #clock: Clock
  readonly #messageBytesMax: number

  constructor(
    codecs: CodecRegistry,
    claims: Claims | undefined,
    clock: Clock,
    backend: QueueBackend,
  ) {
    this.#codecs = codecs
    this.claims = claims
    this.#clock = clock
    this.#messageBytesMax = backend.capabilities.messageBytesMax
  }

  /**
   * A value as content. Only a Blob is read later; all else is the caller's again at once.
   *
   * @throws StorageError `SERIALIZATION`.
   */
  async encode(value: unknown, contentType: string | undefined): Promise<MessageContent> {
    const encoded = this.#encoded(value, contentType)
    const body = await collect(encoded.body)
    // Text is a JSON value as well, and other consumers read that rather than a frame of ours.
    if (typeof value === 'string' && contentType === undefined && isText(body, value)) {
      const json = this.#encoded(value, plainType)
      return { contentType: json.contentType, body: await collect(json.body) }
    }
    return { contentType: encoded.contentType, body }
  }

  /** The content of a message. Never throws. */
  read(message: PeekedMessage): MessageContent {
    return decodeFrame(message.body ?? utf8Bytes((message.text ?? '').toWellFormed()))
  }

  /** The encoded value of a content, fetched where it is claimed. */
  async bytes(content: MessageContent, options: OperationOptions): Promise<Uint8Array> {
    if (content.claim === undefined) return inOwnBuffer(content.body)
    if (this.claims === undefined) {
      throw new StorageError(
        'UNSUPPORTED',
        'The payload of the message is in object storage; open the queue store with { claims }',
      )
    }
    try {
      return inOwnBuffer(await this.claims.get(content.claim, options))
    } catch (error) {
      if (!isStorageError(error, 'NOT_FOUND')) throw error
      const message = 'The payload is gone: its message was deleted or expired meanwhile'
      throw error.with({ message })
    }
  }

  /** @throws StorageError `SERIALIZATION` for what no codec reads. */
  decode(bytes: Uint8Array, { contentType, fault }: MessageContent, queue: string): unknown {
    if (fault !== undefined) {
      throw new StorageError('SERIALIZATION', `The message ${fault}; look at its bytes()`, {
        key: queue,
      })
    }
    return this.#codecs.decode(bytes, contentType, undefined, queue)
  }

  /**
   * Hands the bytes of a shipment to `send`. What does not fit is put into object storage before,
   * and removed when `send` was refused; where its outcome is open the payload stays.
   *
   * @throws StorageError `QUOTA_EXCEEDED` for what does not fit, without claims; those of `send`.
   */
  async ship<T>(shipment: Shipment, send: (body: Uint8Array) => Promise<T>): Promise<Shipped<T>> {
    const { queue, content, expiresAt, options } = shipment
    const whole = encodeFrame(content)
    if (whole.byteLength <= this.#messageBytesMax) {
      return { result: await send(whole), content }
    }
    if (content.claim !== undefined || this.claims === undefined) {
      throw this.#tooLarge(whole.byteLength)
    }
    const startedMs = this.#clock.monotonicMs()
    const { contentType, body, origin } = content
    const claim = await this.claims
      .put(queue, body, contentType, expiresAt, options)
      .catch((error: unknown) => {
        throw this.#notStored(error, whole.byteLength)
      })
    try {
      if (this.#clock.monotonicMs() - startedMs > sendAfterClaimMsMax) throw tooLate()
      const claimed: MessageContent = { contentType, body: new Uint8Array(0), claim, origin }
      return { result: await send(encodeFrame(claimed)), content: claimed }
    } catch (error) {
      if (isRefusal(error)) await this.removeQuietly(claim, queue)
      throw error
    }
  }

  /** Removes a payload that no message of `queue` names any more. What remains is for a sweep. */
  async removeQuietly(claim: ClaimTicket, queue: string): Promise<StorageError | undefined> {
    try {
      await this.claims?.remove(claim, queue, {})
      return undefined
    } catch (error) {
      return isStorageError(error)
        ? error
        : new StorageError('UNAVAILABLE', 'A payload could not be removed', { cause: error })
    }
  }

  #encoded(value: unknown, contentType: string | undefined): ReturnType<CodecRegistry['encode']> {
    try {
      return this.#codecs.encode(value, contentType)
    } catch (cause) {
      // What is no error of a codec was thrown by the value: an accessor, a proxy, its size.
      if (isStorageError(cause) || cause instanceof TypeError) throw cause
      throw new StorageError('SERIALIZATION', 'The value threw as it was read; see cause', {
        cause,
      })
    }
  }

  #tooLarge(bytes: number): StorageError {
    return new StorageError(
      'QUOTA_EXCEEDED',
      `The message has ${bytes} bytes, ${this.#messageBytesMax} fit; open the queue store with ` +
        '{ claims }, object storage that holds what is larger (AzureQueueStore: or with a ' +
        'container), or send a reference to it',
    )
  }

  /** The payload's message cannot be sent without it: the error tells why, and keeps its code. */
  #notStored(error: unknown, bytes: number): unknown {
    if (!isStorageError(error) || error.code === 'ABORTED' || error.code === 'CLOSED') return error
    const why =
      `The message has ${bytes} bytes, ${this.#messageBytesMax} fit, and object storage for what ` +
      `is larger cannot be used: ${error.message}`
    // What is no storage as it was asked for; all else tells its own fix.
    const isUnopened = error.code === 'INVALID_ARGUMENT' || error.code === 'UNSUPPORTED'
    const fix =
      '. Open the queues with what opens objects as well (on Azure a container beside ' +
      'connectionString), or with { claims }'
    return error.with({ message: isUnopened ? why + fix : why })
  }
}

function tooLate(): StorageError {
  return new StorageError('TIMEOUT', 'Storing the payload took too long; send it again', {
    retryable: 'yes',
  })
}

/** True when the message was certainly not put in: what was ended under way may have been. */
export function isRefusal(error: unknown): boolean {
  const isOpen: boolean = isAnswerLost(error) || isStorageError(error, 'ABORTED', 'CLOSED')
  return isStorageError(error) && !isOpen
}

/** True for text that no codec of the user's took. */
function isText(bytes: Uint8Array, text: string): boolean {
  return Buffer.compare(bytes, utf8Bytes(text)) === 0
}
