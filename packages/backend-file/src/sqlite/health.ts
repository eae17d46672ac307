/** Whether a database answers, and how large it is. */
import { statfs } from 'node:fs/promises'
import type { Clock, Health } from '@aos-storage/core'
import { isStorageError } from '@aos-storage/core'
import { abortError } from '@aos-storage/core/backend'
import type { StoreDatabase } from './database.ts'

/** @throws StorageError `ABORTED`; all else is told as `ok: false`. */
export async function databaseHealth(
  database: StoreDatabase,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<Health> {
  const startedMs = clock.monotonicMs()
  const report = (
    ok: boolean,
    message: string,
    details: Record<string, string | number> = {},
  ): Health => ({
    ok,
    latencyMs: clock.monotonicMs() - startedMs,
    message,
    details: { path: database.path, ...details },
  })
  try {
    const bytes = await database.read(signal, ({ database: sqlite }) => {
      const row = sqlite
        .prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size')
        .get() as { bytes: number }
      return row.bytes
    })
    const { bavail, bsize } = await statfs(database.path)
    const details = { bytes, freeBytes: bavail * bsize }
    if (bavail === 0) return report(false, 'The disk is full; free space', details)
    return report(true, 'The database can be read', details)
  } catch (error) {
    if (signal?.aborted === true) throw abortError(signal)
    const message = isStorageError(error) ? error.message : 'The database cannot be read'
    return report(false, message)
  }
}
