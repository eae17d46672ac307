/**
 * Messages on their way: sent, changed, deleted, given up, each with its payload.
 *
 * Invariant: a payload in object storage is written before the message that claims it, and removed
 * after that message is gone or claims another one.
 */
import type { OperationOptions } from '../backend.ts'
import type { Clock } from '../clock.ts'
import type { Calls } from '../diagnostics/calls.ts'
import type { Logger } from '../diagnostics/logger.ts'
import type { QueueBackend, SendOptions, SentMessage, UpdatedMessage } from './backend.ts'
import type { ClaimTicket } from './frame.ts'
import { foreverMs, timeToLiveForever, timeToLiveSecondsDefault } from './limits.ts'
import {
  contentOf,
  holdOf,
  type MessageHandle,
  type QueueMessage,
  replaceContent,
} from './message.ts'
import type { SendMessageOptions, UpdateValueOptions } from './options.ts'
import type { Payloads } from './payloads.ts'
import { moveToPoison } from './poison.ts'

/** What deliveries are made with. */
export interface DeliveryTools {
  readonly backend: QueueBackend
  readonly calls: Calls
  readonly payloads: Payloads
  readonly clock: Clock
  readonly logger: Logger | undefined
}

/** The deliveries of one store. Names and options were checked before, and nobody changes them. */
export class Deliveries {
  readonly #tools: DeliveryTools
  /** Of handles that are no received messages: a sent one may be deleted by what the send gave. */
  readonly #claims = new WeakMap<object, ClaimTicket>()

  constructor(tools: DeliveryTools) {
    this.#tools = tools
  }

  async send(
    queue: string,
    value: unknown,
    { contentType, ...options }: SendMessageOptions,
  ): Promise<SentMessage> {
    const { signal, timeToLiveSeconds } = options
    return this.#told('sendMessage', queue, signal, async () => {
      const content = await this.#tools.payloads.encode(value, contentType)
      const expiresAt = this.#expiryOf(timeToLiveSeconds)
      const shipment = { queue, content, expiresAt, options: { signal } }
      const shipped = await this.#tools.payloads.ship(shipment, (body) =>
        this.#send(queue, body, options),
      )
      this.#note(shipped.result, shipped.content.claim)
      return shipped.result
    })
  }

  async update(
    queue: string,
    message: MessageHandle,
    options: UpdateValueOptions,
  ): Promise<UpdatedMessage> {
    const { backend, calls, payloads } = this.#tools
    const { visibilitySeconds, value, contentType, signal } = options
    const hold = holdOf(queue, message)
    const { id } = message
    const update = (body: Uint8Array | undefined): Promise<UpdatedMessage> =>
      hold.use(async (receipt) => {
        const change = { visibilitySeconds, body, signal }
        const updated = await calls.run('queues.update', { key: queue, signal }, () =>
          backend.update(queue, id, receipt, change),
        )
        hold.renew(updated.receipt, updated.visibleAt)
        return updated
      })
    if (!('value' in options)) return update(undefined)
    return this.#told('updateMessage', queue, signal, async () => {
      const encoded = await payloads.encode(value, contentType)
      const origin = contentOf(message)?.origin
      const content = origin === undefined ? encoded : { ...encoded, origin }
      const expiresAt = (message as Partial<QueueMessage>).expiresAt ?? new Date(foreverMs)
      const shipment = { queue, content, expiresAt, options: { signal } }
      const shipped = await payloads.ship(shipment, update)
      const before = this.#claimOf(message)
      replaceContent(message, shipped.content)
      this.#note(message, shipped.content.claim)
      await this.#dropClaim(before, queue)
      return shipped.result
    })
  }

  async delete(
    queue: string,
    message: MessageHandle,
    options: OperationOptions | undefined,
  ): Promise<void> {
    const { backend, calls } = this.#tools
    const hold = holdOf(queue, message)
    const { id } = message
    const place = { key: queue, signal: options?.signal }
    await hold.use((receipt) =>
      calls.run('queues.delete', place, () => backend.delete(queue, id, receipt, options)),
    )
    await this.#dropClaim(this.#claimOf(message), queue)
  }

  /** Moves a message that is held to a poison queue, where messages never expire. */
  async poison(message: QueueMessage, poisonQueue: string, error: unknown): Promise<void> {
    const { backend, calls, payloads, clock } = this.#tools
    await moveToPoison(message, poisonQueue, error, {
      payloads,
      nowMs: () => clock.now(),
      createQueue: async (queue) => {
        await calls.run('queues.createQueue', { key: queue }, () => backend.createQueue(queue))
      },
      ship: async ({ queue, content }) => {
        const shipment = { queue, content, expiresAt: new Date(foreverMs), options: {} }
        const options = { timeToLiveSeconds: timeToLiveForever }
        await payloads.ship(shipment, (body) => this.#send(queue, body, options))
      },
      remove: () => this.delete(message.queue, message, undefined),
    })
  }

  #send(queue: string, body: Uint8Array, options: SendOptions): Promise<SentMessage> {
    const { backend, calls } = this.#tools
    const place = { key: queue, signal: options.signal, bytesOf: () => body.byteLength }
    return calls.run('queues.send', place, () => backend.send(queue, body, options))
  }

  async #told<T>(
    operation: string,
    queue: string,
    signal: AbortSignal | undefined,
    call: () => Promise<T>,
  ): Promise<T> {
    const { calls } = this.#tools
    try {
      calls.assertUsable(signal)
      return await call()
    } catch (error) {
      throw calls.fault(error, operation, queue, signal)
    }
  }

  #expiryOf(timeToLiveSeconds: number = timeToLiveSecondsDefault): Date {
    const isForever = timeToLiveSeconds === timeToLiveForever
    return new Date(isForever ? foreverMs : this.#tools.clock.now() + timeToLiveSeconds * 1000)
  }

  #note(handle: object, claim: ClaimTicket | undefined): void {
    if (claim === undefined) this.#claims.delete(handle)
    else this.#claims.set(handle, claim)
  }

  #claimOf(message: object): ClaimTicket | undefined {
    return contentOf(message)?.claim ?? this.#claims.get(message)
  }

  /** No message needs it any more: what cannot be removed now is left for a sweep. */
  async #dropClaim(claim: ClaimTicket | undefined, queue: string): Promise<void> {
    if (claim === undefined) return
    const error = await this.#tools.payloads.removeQuietly(claim, queue)
    if (error === undefined) return
    try {
      const fields = { operation: 'sweepClaims', queue, outcome: error.code }
      this.#tools.logger?.warn(fields, 'A claimed payload was left for sweepClaims')
    } catch {
      // There is nobody to tell but the logger.
    }
  }
}
