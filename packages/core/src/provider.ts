/** How `StorageManager.open` comes to a backend: what a backend package exports as `provider`. */
import type { StorageBackend } from './backend.ts'
import type { QueueBackend } from './queues/backend.ts'
import type { TableBackend } from './tables/backend.ts'

/** Environment variables, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Settings that a provider checks as it opens, without telling the compiler. */
export type UnknownSettings = Readonly<Record<string, unknown>>

/** Opens one thing that a storage type has: its objects, its tables or its queues. */
export interface Opener<Backend, Settings = UnknownSettings> {
  /**
   * Opens from the configuration without `storageType`, `backend` and `provider`.
   *
   * @throws TypeError for a setting that it does not know, StorageError for what cannot be.
   */
  fromConfig(config: Settings): Promise<Backend>
  /** @throws StorageError `INVALID_ARGUMENT`, without credentials in its message. */
  fromUrl(url: URL): Promise<Backend>
}

/**
 * Opens the backends of one storage type. A package exports one as `provider`. One that says what
 * its `Settings` are lets the compiler find misspelt ones.
 *
 * One configuration opens all that the type has: what is of no use for tables or queues (a
 * container, a part size) is accepted there and means nothing.
 */
export interface BackendProvider<Settings = UnknownSettings> extends Opener<
  StorageBackend,
  Settings
> {
  /** The `storageType` of its configurations, for instance `file`. */
  readonly storageType: string
  /** Protocols of its URLs with the colon, for instance `file:`. */
  readonly protocols: readonly string[]
  /** Absent where the type has no tables. */
  readonly tables?: Opener<TableBackend, Settings> | undefined
  /** Absent where the type has no queues. */
  readonly queues?: Opener<QueueBackend, Settings> | undefined
}
