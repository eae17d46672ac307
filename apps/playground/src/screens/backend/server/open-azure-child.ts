/** As `open-child.ts`, in a container of the account that the environment names. */
import { AzureStorageBackend } from '@aos-storage/backend-azure'
import type { StorageBackend } from '@aos-storage/core'
import { accountVariable } from '../../../server/azure.ts'

export async function openChild(
  args: Readonly<Record<'container' | 'prefix', string>>,
): Promise<StorageBackend> {
  return new AzureStorageBackend({ connectionString: process.env[accountVariable], ...args })
}
