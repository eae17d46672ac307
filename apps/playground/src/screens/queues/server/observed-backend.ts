/**
 * A queue backend whose calls are seen, and which can be cut off from one moment to the next, as a
 * process is that is killed: what it holds it neither deletes nor gives back.
 *
 * Invariant: once it is cut, no call reaches the queues any more.
 */
import {
  type QueueBackend,
  type ReceivedMessage,
  StorageError,
  type UpdatedMessage,
  type UpdateMessageOptions,
} from '@aos-storage/core'

/** What is told of calls that succeeded. */
export interface QueueEyes {
  readonly onReceive?: ((messages: readonly ReceivedMessage[]) => void) | undefined
  readonly onUpdate?:
    | ((id: string, updated: UpdatedMessage, options: UpdateMessageOptions) => void)
    | undefined
  readonly onDelete?: ((id: string) => void) | undefined
  readonly onSend?: ((queue: string, body: Uint8Array) => void) | undefined
}

export interface ObservedBackend extends QueueBackend {
  /** From now on every call fails with `CLOSED`. */
  cut(): void
}

/** Closing it leaves `inner` open, which is somebody else's. */
export function observed(inner: QueueBackend, eyes: QueueEyes): ObservedBackend {
  let isCut = false
  const reach = (): QueueBackend => {
    if (isCut) throw new StorageError('CLOSED', 'The consumer crashed', { retryable: 'no' })
    return inner
  }
  return {
    name: inner.name,
    capabilities: inner.capabilities,
    cut: () => (isCut = true),
    createQueue: async (...call) => reach().createQueue(...call),
    deleteQueue: async (...call) => reach().deleteQueue(...call),
    listQueues: async (...call) => reach().listQueues(...call),
    peek: async (...call) => reach().peek(...call),
    length: async (...call) => reach().length(...call),
    clear: async (...call) => reach().clear(...call),
    health: async (...call) => reach().health(...call),
    close: async () => void (isCut = true),
    async send(queue, body, options) {
      const sent = await reach().send(queue, body, options)
      eyes.onSend?.(queue, body)
      return sent
    },
    async receive(...call) {
      const messages = await reach().receive(...call)
      // Told also when it was cut meanwhile: they are held by nobody who lives.
      eyes.onReceive?.(messages)
      return messages
    },
    async update(queue, id, receipt, options) {
      const updated = await reach().update(queue, id, receipt, options)
      eyes.onUpdate?.(id, updated, options)
      return updated
    },
    async delete(queue, id, receipt, options) {
      await reach().delete(queue, id, receipt, options)
      eyes.onDelete?.(id)
    },
  }
}
