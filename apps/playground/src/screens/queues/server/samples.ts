/**
 * A queue as programs have them: tasks for agents, one of them too large for a message, one that is
 * only bytes, and one that was given up.
 */
import type { QueueStore } from '@aos-storage/core'

const queue = 'agent-tasks'
const results = 'agent-results'

const tasks: readonly (readonly [task: string, document: string])[] = [
  ['summarise', 'knowledge/documents/q2_strategy'],
  ['translate', 'knowledge/documents/policy_handbook.md'],
  ['classify', 'knowledge/documents/doc_002'],
  ['extract-dates', 'knowledge/documents/q2_strategy'],
  ['draft-reply', 'knowledge/documents/policy_handbook.md'],
  ['check-facts', 'knowledge/documents/doc_002'],
]

/** Lays them, unless there is such a queue already: it may be somebody's. */
export async function laySamples(queues: QueueStore): Promise<void> {
  if (!(await queues.createQueue(queue))) return
  await layPoison(queues)
  for (const [index, [task, document]] of tasks.entries()) {
    const message = { id: `task-${index + 1}`, task, document, agent: 'ceo', priority: index % 3 }
    await queues.sendMessage(queue, message)
  }
  await queues.sendMessage(queue, 'ping')
  await queues.sendMessage(
    queue,
    Uint8Array.from({ length: 48 }, (_, at) => (at * 37) % 256),
  )
  const pages = 'All quiet on the western branch. '.repeat(2500)
  await queues.sendMessage(queue, { id: 'task-7', task: 'summarise', text: pages })
  await queues.createQueue(results)
  await queues.sendMessage(results, { id: 'task-0', outcome: 'done', words: 412 })
}

/** One that a consumer gave up, as consumers do. */
async function layPoison(queues: QueueStore): Promise<void> {
  const end = new AbortController()
  await queues.sendMessage(queue, { id: 'task-8', task: 'summarise', document: null })
  const handle = (): never => {
    // It was the only message: nothing more is received.
    end.abort()
    throw new TypeError('document is null, not a key')
  }
  const options = { maxDequeueCount: 1, signal: end.signal, onError: () => undefined }
  await queues.consume(queue, handle, options)
}
