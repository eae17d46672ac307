/** What the kit's child processes import to open the store of the test. */
import type { StorageBackend } from '../../src/backend.ts'
import { type SqliteArgs, SqliteStorageBackend } from './sqlite-backend.ts'

export async function openChild(args: unknown): Promise<StorageBackend> {
  return new SqliteStorageBackend(args as SqliteArgs)
}
