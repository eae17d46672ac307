/** What the queues' kit needs to know of the embedded engine. */
import { rm } from 'node:fs/promises'
import type { QueueKitHarness } from '@aos-storage/core/testing'
import { SqliteQueueBackend, type SqliteQueueOptions } from '../../../src/index.ts'
import { newFolder } from '../store.ts'

export function sqliteQueueHarness(
  name: string,
  options: Omit<SqliteQueueOptions, 'basePath'> = {},
): QueueKitHarness {
  return {
    name,
    async open() {
      const args = { ...options, basePath: await newFolder() }
      return {
        backend: new SqliteQueueBackend(args),
        reopen: async () => new SqliteQueueBackend(args),
        child: { module: new URL('./child-queues.ts', import.meta.url).href, args },
        dispose: () => rm(args.basePath, { recursive: true, force: true }),
      }
    },
  }
}
