/**
 * A consumer whose handler always fails, and that is killed in the very moment in which the message
 * is in the poison queue and not yet deleted from its own; unless told to live.
 *
 * Arguments: queue, `die` or `live`. Environment: the connection string, which is a secret.
 */
import { QueueStore } from '@aos-storage/core'
import { AzureQueueBackend } from '../../../src/queues/backend.ts'

const [, , queue, fate] = process.argv
const connectionString = process.env['AOS_AZURE_CONNECTION_STRING']!

class DyingBackend extends AzureQueueBackend {
  override async delete(...args: Parameters<AzureQueueBackend['delete']>): Promise<void> {
    if (fate === 'die') process.kill(process.pid, 'SIGKILL')
    await super.delete(...args)
  }
}

const store = new QueueStore(new DyingBackend({ connectionString }))
const stop = new AbortController()
process.on('SIGTERM', () => stop.abort())
await store.consume(
  queue!,
  () => {
    throw new Error('This one never works')
  },
  { visibilitySeconds: 1, maxDequeueCount: 1, idleDelayMsMax: 100, signal: stop.signal },
)
await store.close()
