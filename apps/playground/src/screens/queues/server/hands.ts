/**
 * Messages that a person received by hand, with their receipts: the page has none.
 *
 * Invariant: bounded. At most {@link handsMax}; one whose hold ran out some minutes ago is
 * forgotten.
 */
import {
  type Clock,
  isStorageError,
  type QueueMessage,
  type QueueStore,
  StorageError,
} from '@aos-storage/core'
import { payloadOf, previewOf, summaryOf, typedValue } from './payload.ts'
import type { HeldMessage, MessagePayload, TypedPayload } from './wire.ts'

const handsMax = 128
/** A receipt is good until somebody else receives: for so long one may still try it. */
const keptAfterMs = 5 * 60_000
/** Longest time to give back what is held. */
const closeMsMax = 2000

/** What is told of messages in hand. */
export interface HandsEyes {
  /** Others are in hand, or for another time. */
  readonly onChange: (queue: string) => void
  /** One was deleted: it is done. */
  readonly onDone: (queue: string) => void
}

interface Hand {
  readonly message: QueueMessage
  extensions: number
  /** What was put in the place of the payload; `message` has the one that was received. */
  replaced?: TypedPayload
}

export class Hands {
  readonly #queues: QueueStore
  readonly #clock: Clock
  readonly #eyes: HandsEyes
  /** By queue and id. */
  readonly #hands = new Map<string, Hand>()

  constructor(queues: QueueStore, clock: Clock, eyes: HandsEyes) {
    this.#queues = queues
    this.#clock = clock
    this.#eyes = eyes
  }

  /** Of a queue those whose hold lasts. */
  held(queue: string): number {
    const nowMs = this.#clock.now()
    return this.#of(queue).filter(({ message }) => message.visibleAt.getTime() > nowMs).length
  }

  /** Queues of which something is held. */
  get queues(): ReadonlySet<string> {
    this.#forgetOld()
    return new Set([...this.#hands.values()].map(({ message }) => message.queue))
  }

  list(queue: string): Promise<HeldMessage[]> {
    this.#forgetOld()
    return Promise.all(this.#of(queue).map(shownHand))
  }

  /** @throws StorageError `CONFLICT` for more than are kept. */
  async receive(
    queue: string,
    options: { readonly max: number; readonly visibilitySeconds: number },
    signal: AbortSignal,
  ): Promise<HeldMessage[]> {
    this.#forgetOld()
    if (this.#hands.size + options.max > handsMax) {
      const message = `${this.#hands.size} messages are in hand; delete some, or let them go`
      throw new StorageError('CONFLICT', message)
    }
    signal.throwIfAborted()
    // Not with the signal: what is received amid an abort would be held by nobody.
    const messages = await this.#queues.receiveMessages(queue, options)
    const hands = messages.map((message): Hand => ({ message, extensions: 0 }))
    for (const hand of hands) this.#hands.set(nameOf(queue, hand.message.id), hand)
    this.#eyes.onChange(queue)
    return Promise.all(hands.map(shownHand))
  }

  /** Held for so long from now on. @throws StorageError `NOT_FOUND`, `PRECONDITION_FAILED` */
  async extend(queue: string, id: string, visibilitySeconds: number): Promise<HeldMessage> {
    const hand = this.#hand(queue, id)
    await this.#use(queue, id, () =>
      this.#queues.updateMessage(queue, hand.message, { visibilitySeconds }),
    )
    hand.extensions += 1
    this.#eyes.onChange(queue)
    return shownHand(hand)
  }

  /** Another payload in its place; held for so long from now on. */
  async replace(
    queue: string,
    id: string,
    payload: TypedPayload,
    visibilitySeconds: number,
  ): Promise<HeldMessage> {
    const hand = this.#hand(queue, id)
    const value = typedValue(payload)
    await this.#use(queue, id, () =>
      this.#queues.updateMessage(queue, hand.message, { visibilitySeconds, value }),
    )
    hand.replaced = payload
    hand.extensions += 1
    this.#eyes.onChange(queue)
    return shownHand(hand)
  }

  /** Visible to all at once. */
  async letGo(queue: string, id: string): Promise<void> {
    const hand = this.#hand(queue, id)
    await this.#use(queue, id, () =>
      this.#queues.updateMessage(queue, hand.message, { visibilitySeconds: 0 }),
    )
    this.#drop(queue, id)
  }

  async delete(queue: string, id: string): Promise<void> {
    const hand = this.#hand(queue, id)
    await this.#use(queue, id, () => this.#queues.deleteMessage(queue, hand.message))
    this.#eyes.onDone(queue)
    this.#drop(queue, id)
  }

  async payload(queue: string, id: string, signal: AbortSignal): Promise<MessagePayload> {
    const { message, replaced } = this.#hand(queue, id)
    if (replaced === undefined) return payloadOf(message, signal)
    const { kind, text } = replaced
    return { kind, text, bytes: Buffer.byteLength(text), isCut: false }
  }

  /** Of a queue that is gone, or empty now. */
  forget(queue: string): void {
    for (const { message } of this.#of(queue)) this.#hands.delete(nameOf(queue, message.id))
    this.#eyes.onChange(queue)
  }

  /** Gives back what is held: nobody could use it after this. Never rejects. */
  async close(): Promise<void> {
    const signal = AbortSignal.timeout(closeMsMax)
    const nowMs = this.#clock.now()
    const held = [...this.#hands.values()].filter(({ message: { visibleAt } }) => {
      return visibleAt.getTime() > nowMs
    })
    this.#hands.clear()
    const options = { visibilitySeconds: 0, signal }
    await Promise.allSettled(
      held.map(({ message }) => this.#queues.updateMessage(message.queue, message, options)),
    )
  }

  #of(queue: string): Hand[] {
    return [...this.#hands.values()].filter(({ message }) => message.queue === queue)
  }

  #hand(queue: string, id: string): Hand {
    const hand = this.#hands.get(nameOf(queue, id))
    if (hand !== undefined) return hand
    throw new StorageError('NOT_FOUND', 'The message is not in hand any more; receive it again')
  }

  /** A message that is gone, or somebody else's, is in no hand. */
  async #use<T>(queue: string, id: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call()
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND', 'PRECONDITION_FAILED')) this.#drop(queue, id)
      throw error
    }
  }

  #drop(queue: string, id: string): void {
    if (this.#hands.delete(nameOf(queue, id))) this.#eyes.onChange(queue)
  }

  #forgetOld(): void {
    const nowMs = this.#clock.now()
    for (const [name, { message }] of this.#hands) {
      if (message.visibleAt.getTime() + keptAfterMs < nowMs) this.#hands.delete(name)
    }
  }
}

function nameOf(queue: string, id: string): string {
  return `${queue}/${id}`
}

async function shownHand({ message, extensions, replaced }: Hand): Promise<HeldMessage> {
  const summary = await summaryOf(message)
  const now = replaced === undefined ? {} : replacedFacts(replaced)
  return { ...summary, ...now, visibleAt: message.visibleAt.getTime(), extensions }
}

function replacedFacts({ kind, text }: TypedPayload): Partial<HeldMessage> {
  const contentType = 'application/json'
  return { kind, contentType, bytes: Buffer.byteLength(text), preview: previewOf(text) }
}
