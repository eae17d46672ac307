/** How `StorageManager.open` comes to a backend: what a backend package exports as `provider`. */
import type { StorageBackend } from './backend.ts'

/** Environment variables, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Opens the backends of one storage type. A package exports one as `provider`. */
export interface BackendProvider {
  /** The `storageType` of its configurations, for instance `file`. */
  readonly storageType: string
  /** Protocols of its URLs with the colon, for instance `file:`. */
  readonly protocols: readonly string[]
  /**
   * Opens from the configuration without `storageType`, `backend` and `provider`.
   *
   * @throws TypeError for a setting that it does not know, StorageError for what cannot be.
   */
  fromConfig(config: Readonly<Record<string, unknown>>): Promise<StorageBackend>
  /** @throws StorageError `INVALID_ARGUMENT`, without credentials in its message. */
  fromUrl(url: URL): Promise<StorageBackend>
  /** The configuration that the environment describes for this type, with `storageType`. */
  fromEnvironment?(env: Environment): Readonly<Record<string, unknown>>
}
