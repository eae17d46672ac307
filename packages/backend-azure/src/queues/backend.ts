/**
 * Azure Queue Storage behind the contract of queues.
 *
 * Answers get lost, and requests are sent again. What that means here:
 *
 *   send            the message may be there twice: delivery is at least once anyway; told as open
 *                   when a later try is refused
 *   receive         messages that nobody got come back when their visibility ends
 *   delete          a message that is gone then was deleted by us: done
 *   update          a receipt that is void then may have been voided by us: told as open, as any
 *                   other failure behind a lost answer
 *   create, delete  of a queue: told as done, though another one may have been there first
 *   clear           may remove what was sent meanwhile, as any clear that takes its time
 *
 * https://learn.microsoft.com/rest/api/storageservices/queue-service-rest-api
 */
import type { QueueClient } from '@azure/storage-queue'
import { type Health, isStorageError, type OperationOptions, StorageError } from '@aos-storage/core'
import {
  listPageMax,
  type ListQueuesOptions,
  type PeekedMessage,
  type PeekOptions,
  type QueueBackend,
  type QueueCapabilities,
  type QueuePage,
  type ReceivedMessage,
  type ReceiveOptions,
  type SendOptions,
  type SentMessage,
  throwIfAborted,
  type UpdatedMessage,
  type UpdateMessageOptions,
  visibilitySecondsDefault,
} from '@aos-storage/core/backend'
import { closedError, type Request } from '@aos-storage/core/remote'
import { Connection } from '../connection.ts'
import { azureFailures, failureOf } from '../errors.ts'
import { decodeText, encodeBody, messageBytesMax } from './message-text.ts'
import { assertQueueOptions, type AzureQueueOptions } from './options.ts'
import { cutPage, positionOf, servicePageMax } from './queue-pages.ts'
import { namedQueue } from './refusal.ts'
import { QueueService } from './service.ts'

const backend = 'azqueue'

/** A request about one queue. */
interface QueueRequest<T> extends Pick<Request<T>, 'signal' | 'bytes' | 'onRefused'> {
  /** Told instead of any failure behind a try that may have been carried out. */
  readonly lostText?: string
  readonly operation: string
  readonly queue: string
  readonly send: (
    client: QueueClient,
    abortSignal: AbortSignal,
    lost: StorageError | undefined,
  ) => Promise<T>
}

/** Messages in Azure Queue Storage. {@link AzureQueueStore} is the class for programs. */
export class AzureQueueBackend implements QueueBackend {
  readonly name: string = backend
  readonly capabilities: QueueCapabilities = Object.freeze({
    durability: 'service',
    messageBytesMax,
    recreatesAtOnce: false,
  })
  readonly #connection: Connection
  readonly #service: QueueService

  /** Sends nothing. @throws TypeError or StorageError `INVALID_ARGUMENT`. */
  constructor(options: AzureQueueOptions) {
    assertQueueOptions(options)
    this.#connection = new Connection(options)
    this.#service = new QueueService(this.#connection)
  }

  createQueue(queue: string, { signal }: OperationOptions = {}): Promise<boolean> {
    return this.#send({
      operation: 'createQueue',
      queue,
      signal,
      async send(client, abortSignal, lost) {
        const { _response } = await client.create({ abortSignal })
        // 204: it is there, by an earlier try of ours if an answer was lost.
        return _response.status === 201 || lost !== undefined
      },
      async onRefused(error) {
        // There with metadata, which another program gave it.
        if (error.code === 'ALREADY_EXISTS') return false
        throw error
      },
    })
  }

  deleteQueue(queue: string, { signal }: OperationOptions = {}): Promise<boolean> {
    return this.#send({
      operation: 'deleteQueue',
      queue,
      signal,
      async send(client, abortSignal) {
        await client.delete({ abortSignal })
        return true
      },
      async onRefused(error, lost) {
        if (error.code === 'NOT_FOUND') return lost !== undefined
        throw error
      },
    })
  }

  async listQueues(options: ListQueuesOptions = {}): Promise<QueuePage> {
    const { prefix = '', limit = listPageMax, cursor, signal } = options
    const position = positionOf(cursor, prefix)
    const { names, next } = await this.#connection.requests.send({
      backend,
      operation: 'listQueues',
      signal,
      send: (abortSignal) =>
        this.#service.names(position.marker, { prefix, max: servicePageMax, abortSignal }),
    })
    return cutPage(names, next, { position, prefix, limit })
  }

  async send(queue: string, body: Uint8Array, options: SendOptions = {}): Promise<SentMessage> {
    const { delaySeconds = 0, timeToLiveSeconds, signal } = options
    const text = textOf(body, 'send', queue)
    return this.#send({
      operation: 'send',
      queue,
      signal,
      bytes: text.length,
      lostText: lostSend,
      async send(client, abortSignal) {
        const item = await client.sendMessage(text, {
          // Left out where it is visible at once: the service takes 1 and more.
          ...(delaySeconds === 0 ? {} : { visibilityTimeout: delaySeconds }),
          ...(timeToLiveSeconds === undefined ? {} : { messageTimeToLive: timeToLiveSeconds }),
          abortSignal,
        })
        return {
          id: item.messageId,
          receipt: item.popReceipt,
          insertedAt: item.insertedOn,
          expiresAt: item.expiresOn,
          visibleAt: item.nextVisibleOn,
        }
      },
    })
  }

  receive(queue: string, options: ReceiveOptions = {}): Promise<ReceivedMessage[]> {
    const { max = 1, visibilitySeconds = visibilitySecondsDefault, signal } = options
    return this.#send({
      operation: 'receive',
      queue,
      signal,
      async send(client, abortSignal) {
        const { receivedMessageItems } = await client.receiveMessages({
          numberOfMessages: max,
          visibilityTimeout: visibilitySeconds,
          abortSignal,
        })
        return receivedMessageItems.map((item) => ({
          ...messageOf(item),
          receipt: item.popReceipt,
          visibleAt: item.nextVisibleOn,
        }))
      },
    })
  }

  peek(queue: string, { max = 1, signal }: PeekOptions = {}): Promise<PeekedMessage[]> {
    return this.#send({
      operation: 'peek',
      queue,
      signal,
      async send(client, abortSignal) {
        const answer = await client.peekMessages({ numberOfMessages: max, abortSignal })
        return answer.peekedMessageItems.map(messageOf)
      },
    })
  }

  async update(
    queue: string,
    id: string,
    receipt: string,
    { visibilitySeconds, body, signal }: UpdateMessageOptions,
  ): Promise<UpdatedMessage> {
    const text = body === undefined ? undefined : textOf(body, 'update', queue)
    return this.#send({
      operation: 'update',
      queue,
      signal,
      bytes: text?.length,
      lostText: lostReceipt,
      async send(client, abortSignal) {
        const options = { abortSignal }
        const held = await client.updateMessage(id, receipt, text, visibilitySeconds, options)
        return { receipt: held.popReceipt!, visibleAt: held.nextVisibleOn! }
      },
    })
  }

  delete(
    queue: string,
    id: string,
    receipt: string,
    { signal }: OperationOptions = {},
  ): Promise<void> {
    return this.#send({
      operation: 'delete',
      queue,
      signal,
      async send(client, abortSignal) {
        await client.deleteMessage(id, receipt, { abortSignal })
      },
      async onRefused(error, lost) {
        if (lost !== undefined && codeOf(error) === 'MessageNotFound') return
        throw error
      },
    })
  }

  length(queue: string, { signal }: OperationOptions = {}): Promise<number> {
    return this.#send({
      operation: 'length',
      queue,
      signal,
      async send(client, abortSignal) {
        const { approximateMessagesCount = 0 } = await client.getProperties({ abortSignal })
        return approximateMessagesCount
      },
    })
  }

  clear(queue: string, { signal }: OperationOptions = {}): Promise<void> {
    return this.#send({
      operation: 'clear',
      queue,
      signal,
      async send(client, abortSignal) {
        await client.clearMessages({ abortSignal })
      },
    })
  }

  async health({ signal }: OperationOptions = {}): Promise<Health> {
    throwIfAborted(signal)
    const { clock, requests } = this.#connection
    const startedMs = clock.monotonicMs()
    const report = (ok: boolean, message: string): Health => ({
      ok,
      latencyMs: clock.monotonicMs() - startedMs,
      message,
      details: { url: this.#connection.urlOf('queue') },
    })
    if (requests.isClosed) return report(false, closedError(azureFailures.service).message)
    try {
      await requests.send({
        backend,
        operation: 'health',
        signal,
        send: (abortSignal) => this.#service.names(undefined, { prefix: '', max: 1, abortSignal }),
      })
      return report(true, 'The queue service answers')
    } catch (error) {
      if (!isStorageError(error) || error.code === 'ABORTED') throw error
      return report(false, error.message)
    }
  }

  async close(): Promise<void> {
    this.#connection.close()
  }

  async #send<T>({ queue, send, lostText, ...request }: QueueRequest<T>): Promise<T> {
    let before: StorageError | undefined
    try {
      return await this.#connection.requests.send({
        ...request,
        backend,
        key: queue,
        send: (abortSignal, lost) => {
          before = lost
          return send(this.#service.queue(queue), abortSignal, lost)
        },
      })
    } catch (thrown) {
      const error = namedQueue(thrown, queue)
      if (lostText === undefined || before === undefined || !isDefinite(error)) throw error
      throw before.with({ message: `${lostText} (${error.message})`, retryable: 'no' })
    }
  }
}

const openCodes = ['UNAVAILABLE', 'TIMEOUT', 'ABORTED', 'CLOSED'] as const
const lostSend =
  'An answer to the send was lost, and later tries were refused; the outcome is open: the ' +
  'message may be in the queue'
const lostReceipt =
  'The answer to an update of the message was lost, and with it perhaps the new receipt; the ' +
  'outcome is open: receive the message again when its visibility ends'

/** What the SDK gives of a message that is received or peeked. */
interface Item {
  readonly messageId: string
  readonly messageText: string | undefined
  readonly dequeueCount: number
  readonly insertedOn: Date
  readonly expiresOn: Date
}

function messageOf({ messageId, messageText, dequeueCount, ...times }: Item): PeekedMessage {
  return {
    id: messageId,
    // An empty element has no text.
    ...decodeText(messageText ?? ''),
    dequeueCount,
    insertedAt: times.insertedOn,
    expiresAt: times.expiresOn,
  }
}

/** @throws StorageError `QUOTA_EXCEEDED`. */
function textOf(body: Uint8Array, operation: string, key: string): string {
  if (body.byteLength <= messageBytesMax) return encodeBody(body)
  throw new StorageError(
    'QUOTA_EXCEEDED',
    `The message has ${body.byteLength} bytes; at most ${messageBytesMax} fit, put more into ` +
      'object storage and send its key',
    { backend, operation, key },
  )
}

/** True for what says of itself that nothing was done. Of what is open, or was ended, it is not. */
function isDefinite(error: unknown): error is StorageError {
  return isStorageError(error) && !isStorageError(error, ...openCodes)
}

/** The service's own code. */
function codeOf({ cause }: StorageError): string {
  return failureOf(cause).code
}
