/** Queues of one test: closed and removed when it ends, however it ends. */
import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { AzureQueueBackend } from '../../../src/queues/backend.ts'
import type { AzureQueueOptions } from '../../../src/queues/options.ts'

/** A backend, and an empty queue of its own. */
export interface OpenQueue {
  readonly backend: AzureQueueBackend
  readonly queue: string
}

/** @param options How the backend under test is opened; the queue is made beside it. */
export async function openQueue(
  connectionString: string,
  options: AzureQueueOptions = { connectionString },
): Promise<OpenQueue> {
  const queue = `t-${randomUUID()}`
  const direct = new AzureQueueBackend({ connectionString })
  const backend = new AzureQueueBackend(options)
  onTestFinished(async () => {
    await direct.deleteQueue(queue)
    await Promise.all([direct.close(), backend.close()])
  })
  await direct.createQueue(queue)
  return { backend, queue }
}
