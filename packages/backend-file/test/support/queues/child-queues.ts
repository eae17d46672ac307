/** Opens queues in the child processes that the kit starts. */
import type { QueueBackend } from '@aos-storage/core'
import { SqliteQueueBackend, type SqliteQueueOptions } from '../../../src/index.ts'

export async function openChild(args: unknown): Promise<QueueBackend> {
  return new SqliteQueueBackend(args as SqliteQueueOptions)
}
