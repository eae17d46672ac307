/** Opens queues in the child processes that the kit starts. */
import type { QueueBackend } from '@aos-storage/core'
import { AzureQueueBackend } from '../../../src/queues/backend.ts'

export async function openChild(args: unknown): Promise<QueueBackend> {
  return new AzureQueueBackend({ connectionString: args as string })
}
