/**
 * Giving a message up: from its queue to the poison queue, with its payload and its history.
 *
 * ```
 *   1 copy the claimed payload   2 add to the poison queue   3 delete here: message, payload
 * ```
 *
 * Invariant: the message is in one of the queues at every moment. Whoever is killed behind 2 leaves
 * it in both: it is poisoned once more, recognisable by the queue and id of its `origin`.
 */
import { isStorageError, StorageError } from '../errors.ts'
import type { Claims } from './claims.ts'
import type { ClaimTicket, MessageContent, MessageOrigin } from './frame.ts'
import { foreverMs } from './limits.ts'
import { contentOf, type QueueMessage } from './message.ts'
import { isRefusal, type Payloads } from './payloads.ts'

const errorNameCharsMax = 100
const errorMessageCharsMax = 1000

/** What moving a message needs of its store. */
export interface PoisonTools {
  readonly payloads: Pick<Payloads, 'claims' | 'removeQuietly'>
  readonly nowMs: () => number
  readonly createQueue: (queue: string) => Promise<void>
  /** Sends content to a queue, for ever. */
  readonly ship: (shipment: {
    readonly queue: string
    readonly content: MessageContent
  }) => Promise<void>
  /** Deletes the message where it is, with its payload. */
  readonly remove: () => Promise<void>
}

/** Moves a message that is held. @throws StorageError of the step that failed. */
export async function moveToPoison(
  message: QueueMessage,
  poisonQueue: string,
  error: unknown,
  tools: PoisonTools,
): Promise<void> {
  const { payloads } = tools
  const { contentType, body: given, fault, claim: before } = contentOf(message)!
  const claim = before && (await ownCopy(before, poisonQueue, payloads.claims))
  // Where the payload is claimed only a stranger's message has a body.
  const body = claim === undefined ? given : new Uint8Array(0)
  const origin = originOf(message, error, tools.nowMs())
  try {
    await sendTo(poisonQueue, { contentType, body, claim, fault }, origin, tools)
  } catch (failure) {
    const isCopy = claim !== undefined && claim !== before
    if (isCopy && isRefusal(failure)) await payloads.removeQuietly(claim, poisonQueue)
    throw failure
  }
  await tools.remove()
}

/**
 * A payload of the poisoned message's own: that of the original expires with it. One that is gone
 * already keeps its claim, which tells what it was.
 */
async function ownCopy(
  claim: ClaimTicket,
  poisonQueue: string,
  claims: Claims | undefined,
): Promise<ClaimTicket> {
  if (claims === undefined) return claim
  try {
    return await claims.copy(claim, poisonQueue, new Date(foreverMs), {})
  } catch (error) {
    // Damaged or foreign claims are as dead as missing ones, and must not keep a message alive.
    if (isStorageError(error, 'NOT_FOUND', 'CORRUPT')) return claim
    throw error
  }
}

/** With the whole origin; what has no room for it goes with a short one, or with none. */
async function sendTo(
  queue: string,
  content: MessageContent,
  origin: MessageOrigin,
  tools: PoisonTools,
): Promise<void> {
  const short = { ...origin, error: { name: origin.error.name, message: '' } }
  const forms: MessageContent[] = [{ ...content, origin }, { ...content, origin: short }, content]
  for (const [at, form] of forms.entries()) {
    try {
      await createdFirst(queue, form, tools)
      return
    } catch (error) {
      // Claims refuse the type of a stranger's message, which is any text.
      const hasNoRoom = isStorageError(error, 'QUOTA_EXCEEDED', 'INVALID_ARGUMENT')
      if (!hasNoRoom || at === forms.length - 1) throw error
    }
  }
}

/** The poison queue is created when it is first needed. */
async function createdFirst(
  queue: string,
  content: MessageContent,
  tools: PoisonTools,
): Promise<void> {
  try {
    await tools.ship({ queue, content })
  } catch (error) {
    if (!isStorageError(error, 'NOT_FOUND')) throw error
    await tools.createQueue(queue)
    await tools.ship({ queue, content })
  }
}

function originOf(message: QueueMessage, error: unknown, nowMs: number): MessageOrigin {
  const { queue, id, dequeueCount, insertedAt } = message
  return {
    queue,
    id,
    dequeueCount,
    insertedAt: insertedAt.toISOString(),
    poisonedAt: new Date(nowMs).toISOString(),
    error: errorFacts(error),
  }
}

/** Anything can be thrown, also what has no text or throws when it is read. */
function errorFacts(error: unknown): MessageOrigin['error'] {
  try {
    return readableFacts(error)
  } catch {
    return { name: typeof error, message: 'What the handler threw cannot be read' }
  }
}

function readableFacts(error: unknown): MessageOrigin['error'] {
  const { name, message, code } = (error ?? {}) as Record<string, unknown>
  const text = typeof message === 'string' ? message : String(error)
  return {
    name: (typeof name === 'string' ? name : typeof error).slice(0, errorNameCharsMax),
    message: text.slice(0, errorMessageCharsMax).toWellFormed(),
    ...(typeof code === 'string' ? { code: code.slice(0, errorNameCharsMax) } : {}),
  }
}

/** The failure of a message whose handlers never told one: they were killed, or lost their hold. */
export function countExceeded(message: QueueMessage): StorageError {
  const before = message.dequeueCount - 1
  return new StorageError(
    'CONFLICT',
    `The message was received ${before} times and never settled: its consumers were killed, or ` +
      'took longer than they held it',
    { retryable: 'no', key: message.queue },
  )
}
