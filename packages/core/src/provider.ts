/** How `StorageManager.open` comes to a backend: what a backend package exports as `provider`. */
import type { StorageBackend } from './backend.ts'

/** Environment variables, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Settings that a provider checks as it opens, without telling the compiler. */
export type UnknownSettings = Readonly<Record<string, unknown>>

/**
 * Opens the backends of one storage type. A package exports one as `provider`. One that says what
 * its `Settings` are lets the compiler find misspelt ones.
 */
export interface BackendProvider<Settings = UnknownSettings> {
  /** The `storageType` of its configurations, for instance `file`. */
  readonly storageType: string
  /** Protocols of its URLs with the colon, for instance `file:`. */
  readonly protocols: readonly string[]
  /**
   * Opens from the configuration without `storageType`, `backend` and `provider`.
   *
   * @throws TypeError for a setting that it does not know, StorageError for what cannot be.
   */
  fromConfig(config: Settings): Promise<StorageBackend>
  /** @throws StorageError `INVALID_ARGUMENT`, without credentials in its message. */
  fromUrl(url: URL): Promise<StorageBackend>
  /** The configuration that the environment describes for this type, with `storageType`. */
  fromEnvironment?(env: Environment): Readonly<Record<string, unknown>>
}
