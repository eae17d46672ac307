/** Opens tables in the child processes that the conformance kit starts. */
import type { TableBackend } from '@aos-storage/core'
import { type FileBackendOptions, SqliteTableBackend } from '../../../src/index.ts'

export async function openChild(args: unknown): Promise<TableBackend> {
  return new SqliteTableBackend(args as FileBackendOptions)
}
