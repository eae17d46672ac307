/**
 * Messages that were given up: sent back to where they came from, or discarded.
 *
 * Invariant: sent first, then deleted. Whoever is killed in between leaves it in both queues,
 * recognisable by the id of its origin; the other way round it would be lost.
 */
import { isStorageError, type QueueMessage, type QueueStore, StorageError } from '@aos-storage/core'
import { toldProblem } from '../../../server/told-problem.ts'
import { poisonedBy } from './names.ts'
import type { PoisonReport } from './wire.ts'

const receiveMax = 32
/** Looks for one message among so many times {@link receiveMax}. */
const roundsMax = 16
const visibilitySeconds = 60
const concurrency = 4

/** Sends one back. @throws StorageError `NOT_FOUND` for the message, or the queue it came from. */
export async function requeue(queues: QueueStore, queue: string, id: string): Promise<void> {
  await withMessage(queues, queue, id, (message) => sendBack(queues, message))
}

/** Deletes one. @throws StorageError `NOT_FOUND` */
export async function discard(queues: QueueStore, queue: string, id: string): Promise<void> {
  await withMessage(queues, queue, id, (message) => queues.deleteMessage(queue, message))
}

/** Sends all back that are there now. */
export async function requeueAll(
  queues: QueueStore,
  queue: string,
  signal: AbortSignal,
): Promise<PoisonReport> {
  const total = await queues.length(queue, { signal })
  let moved = 0
  let failed = 0
  let first: unknown
  while (moved + failed < total && !signal.aborted) {
    const max = Math.min(receiveMax, total - moved - failed)
    const messages = await queues.receiveMessages(queue, { max, visibilitySeconds })
    if (messages.length === 0) break
    await eachOf(messages, async (message) => {
      try {
        await sendBack(queues, message)
        moved++
      } catch (error) {
        first ??= error
        failed++
        await letGo(queues, message)
      }
    })
  }
  const problem = first === undefined ? undefined : toldProblem(first, 'queues')
  return { moved, failed, problem }
}

async function sendBack(queues: QueueStore, message: QueueMessage): Promise<void> {
  const { queue, origin, contentType } = message
  const [byName] = poisonedBy(queue)
  const to = origin?.queue ?? byName
  if (to === undefined) {
    throw new StorageError('INVALID_ARGUMENT', 'The message does not say which queue it came from')
  }
  const bytes = await message.bytes()
  // As a Blob: whatever it is, it is sent as it is.
  await queues.sendMessage(to, new Blob([bytes]), { contentType })
  await queues.deleteMessage(queue, message)
}

/** A message by its id: services give the next ones only, so that others are given back. */
async function withMessage(
  queues: QueueStore,
  queue: string,
  id: string,
  use: (message: QueueMessage) => Promise<void>,
): Promise<void> {
  const others: QueueMessage[] = []
  try {
    for (let round = 0; round < roundsMax; round++) {
      const options = { max: receiveMax, visibilitySeconds }
      const messages = await queues.receiveMessages(queue, options)
      const found = messages.find((message) => message.id === id)
      others.push(...messages.filter((message) => message !== found))
      if (found !== undefined) {
        await use(found).catch(async (error: unknown) => {
          await letGo(queues, found)
          throw error
        })
        return
      }
      if (messages.length === 0) break
    }
  } finally {
    await eachOf(others, (message) => letGo(queues, message))
  }
  throw new StorageError('NOT_FOUND', 'The message is not there, or somebody else has it just now')
}

async function letGo(queues: QueueStore, message: QueueMessage): Promise<void> {
  try {
    await queues.updateMessage(message.queue, message, { visibilitySeconds: 0 })
  } catch (error) {
    // It becomes visible by itself.
    if (!isStorageError(error)) throw error
  }
}

async function eachOf(
  messages: readonly QueueMessage[],
  work: (message: QueueMessage) => Promise<void>,
): Promise<void> {
  const waiting = messages.values()
  const works = Array.from({ length: concurrency }, async () => {
    for (const message of waiting) await work(message)
  })
  await Promise.all(works)
}
