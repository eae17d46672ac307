/** Tables in a folder, as users hold them. */
import { TableStore, type TableStoreOptions } from '@aos-storage/core'
import type { FileBackendOptions } from '../options.ts'
import { SqliteTableBackend } from './backend.ts'

/** Where the tables are, and how calls are observed. */
export interface SqliteTableStoreOptions
  extends FileBackendOptions, Pick<TableStoreOptions, 'logger' | 'diagnostics'> {}

/**
 * A {@link TableStore} on SQLite: what `openTables({ storageType: 'file', basePath })` of
 * `@aos-storage/core` gives.
 */
export class SqliteTableStore extends TableStore {
  /** @throws TypeError and StorageError as {@link SqliteTableBackend}. */
  constructor(options: SqliteTableStoreOptions) {
    const { logger, diagnostics, ...place } = options ?? {}
    super(new SqliteTableBackend(place), { logger, diagnostics, clock: place.clock })
  }
}
