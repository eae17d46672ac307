/** Tables of an Azure Storage account, as users hold them. */
import { TableStore, type TableStoreOptions } from '@aos-storage/core'
import { AzureTableBackend } from './backend.ts'
import type { AzureTableOptions } from './options.ts'

/** Which account, and how calls are observed. */
export interface AzureTableStoreOptions
  extends AzureTableOptions, Pick<TableStoreOptions, 'logger' | 'diagnostics'> {}

/**
 * A {@link TableStore} on Azure Tables: what `openTables({ storageType: 'azure', ... })` of
 * `@aos-storage/core` gives.
 */
export class AzureTableStore extends TableStore {
  /** @throws TypeError and StorageError as {@link AzureTableBackend}. */
  constructor(options: AzureTableStoreOptions) {
    const { logger, diagnostics, ...account } = options ?? {}
    super(new AzureTableBackend(account), { logger, diagnostics, clock: account.clock })
  }
}
