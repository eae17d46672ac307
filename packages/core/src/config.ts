/** What `StorageManager.open` takes. */
import type { StorageBackend } from './backend.ts'
import type { Clock } from './clock.ts'
import type { BackendProvider, UnknownSettings } from './provider.ts'
import type { Random } from './random.ts'

/** Objects in this process's memory. */
export interface MemoryConfig {
  readonly storageType: 'memory'
  /** Largest object in bytes. Default 256 MiB. */
  readonly objectBytesMax?: number | undefined
  /** All objects together in bytes. Default 1 GiB. */
  readonly totalBytesMax?: number | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

/**
 * Local files, by `@aos-storage/backend-file`, whose `FileBackendOptions` explain the settings.
 * They are repeated here, so that a misspelt one does not compile.
 */
export interface FileConfig {
  readonly storageType: 'file'
  /** The folder of the store. */
  readonly basePath: string
  readonly durability?: 'fsync' | 'none' | undefined
  readonly fileMode?: number | undefined
  readonly folderMode?: number | undefined
  readonly lockWaitMsMax?: number | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

/** A backend that is open already. */
export interface ReadyConfig {
  readonly backend: StorageBackend
}

/** A backend of another package, with the settings that its provider knows. */
export type ProviderConfig<Settings = UnknownSettings> = {
  readonly provider: BackendProvider<Settings>
  readonly storageType?: string | undefined
} & NoInfer<Settings>

/**
 * A configuration, a URL (`memory:`, `file:///var/data`), a type that needs no settings
 * (`'memory'`), or a backend that is open already.
 */
export type StorageConfig<Settings = unknown> =
  | MemoryConfig
  | FileConfig
  | ReadyConfig
  | ProviderConfig<Settings>
  | StorageBackend
  | URL
  | 'memory'
  | (string & {})
