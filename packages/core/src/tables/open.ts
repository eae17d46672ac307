/** Opens the tables that a configuration describes. */
import type { StorageConfig } from '../config.ts'
import { openTableBackend } from '../open.ts'
import { assertOptions } from '../options.ts'
import type { TableBackend } from './backend.ts'
import { optionNames, type TableStoreOptions } from './options.ts'
import { TableStore } from './store.ts'

/** A configuration as `StorageManager.open` takes it, or a table backend that is open. */
export type TableConfig<Settings = unknown> =
  | StorageConfig<Settings>
  | TableBackend
  | { readonly backend: TableBackend }

/**
 * Opens the tables of a storage type, and a store over them that owns them. The configuration is
 * the one that opens the objects.
 *
 * @throws StorageError `INVALID_ARGUMENT` for a type, URL or setting that cannot be, `UNSUPPORTED`
 * when the type has no tables or its package is not installed; and the backend's own.
 */
export async function openTables<Settings = unknown>(
  config: TableConfig<Settings>,
  options: TableStoreOptions = {},
): Promise<TableStore> {
  assertOptions(options, optionNames.store, 'openTables')
  const backend = await openTableBackend(config)
  try {
    return new TableStore(backend, options)
  } catch (error) {
    // A backend that the caller opened stays the caller's when no store came to own it.
    const isOwn = backend === config || backend === (config as { backend?: unknown }).backend
    // Should that fail as well, the first error is the one to tell.
    if (!isOwn) await backend.close().catch(() => undefined)
    throw error
  }
}
