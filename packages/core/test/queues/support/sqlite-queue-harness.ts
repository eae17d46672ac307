/** A harness with every part, on the small SQLite queue. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { QueueKitHarness } from '../../../src/testing/index.ts'
import { SqliteQueue, type SqliteQueueFault } from './sqlite-queue.ts'

export function sqliteQueueHarness(fault?: SqliteQueueFault): QueueKitHarness {
  return {
    name: fault === undefined ? 'a queue in sqlite' : `a queue in sqlite that ${fault}`,
    async open() {
      const folder = await mkdtemp(join(tmpdir(), 'aos-queue-kit-'))
      const args = { path: join(folder, 'queue.db'), fault }
      return {
        backend: new SqliteQueue(args),
        reopen: async () => new SqliteQueue(args),
        child: { module: new URL('./sqlite-queue.ts', import.meta.url).href, args },
        dispose: () => rm(folder, { recursive: true }),
      }
    },
  }
}
