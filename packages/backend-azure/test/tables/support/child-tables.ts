/** Opens tables in the child processes that the conformance kit starts. */
import type { TableBackend } from '@aos-storage/core'
import { AzureTableBackend, type AzureTableOptions } from '../../../src/index.ts'

export async function openChild(args: unknown): Promise<TableBackend> {
  return new AzureTableBackend(args as AzureTableOptions)
}
