/**
 * A consumer whose handler always fails, and that is killed in the very moment in which the message
 * is in the poison queue and not yet deleted from its own; unless told to live.
 *
 * Arguments: base path, queue, `die` or `live`.
 */
import { QueueStore } from '@aos-storage/core'
import { SqliteQueueBackend } from '../../../src/index.ts'

const [, , basePath, queue, fate] = process.argv

class DyingBackend extends SqliteQueueBackend {
  override async delete(...args: Parameters<SqliteQueueBackend['delete']>): Promise<void> {
    if (fate === 'die') process.kill(process.pid, 'SIGKILL')
    await super.delete(...args)
  }
}

const store = new QueueStore(new DyingBackend({ basePath: basePath! }))
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
