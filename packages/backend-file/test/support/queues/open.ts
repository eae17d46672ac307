/** Embedded queues of one test: closed and removed when it ends, however it ends. */
import { onTestFinished } from 'vitest'
import { SqliteQueueBackend, type SqliteQueueOptions } from '../../../src/index.ts'
import { tempFolder } from '../open.ts'

/** Queues in a folder of their own unless told which, with one that is called `work`. */
export async function openQueues(
  options: Partial<SqliteQueueOptions> = {},
): Promise<{ readonly backend: SqliteQueueBackend; readonly basePath: string }> {
  const basePath = options.basePath ?? (await tempFolder())
  const backend = new SqliteQueueBackend({ ...options, basePath })
  onTestFinished(() => backend.close())
  await backend.createQueue('work')
  return { backend, basePath }
}
