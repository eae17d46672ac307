/** Opens queues in memory, by the configuration that opens objects in memory. */
import { assertOptions } from '../options.ts'
import type { Opener } from '../provider.ts'
import type { QueueBackend } from '../queues/backend.ts'
import { MemoryQueueBackend, type MemoryQueueBackendOptions } from './queue-backend.ts'

/** Those of objects: what is of no use for queues means nothing here. */
const settingNames: ReadonlySet<string> = new Set([
  ...['objectBytesMax', 'totalBytesMax', 'clock', 'random'],
])

/** The `queues` of the memory provider. */
export const memoryQueues: Pick<Opener<QueueBackend>, 'fromConfig'> = {
  async fromConfig(config) {
    assertOptions(config, settingNames, 'openQueues')
    const { totalBytesMax, clock, random } = config as MemoryQueueBackendOptions
    return new MemoryQueueBackend({ totalBytesMax, clock, random })
  },
}
