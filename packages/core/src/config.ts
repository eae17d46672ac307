/** What `StorageManager.open` takes. */
import type { StorageBackend } from './backend.ts'
import type { BackendProvider } from './provider.ts'

/** Objects in this process's memory. */
export interface MemoryConfig {
  readonly storageType: 'memory'
  /** Largest object in bytes. Default 256 MiB. */
  readonly objectBytesMax?: number | undefined
  /** All objects together in bytes. Default 1 GiB. */
  readonly totalBytesMax?: number | undefined
}

/** Local files, by `@aos-storage/backend-file`; its README has all settings. */
export interface FileConfig {
  readonly storageType: 'file'
  /** The folder of the store. */
  readonly basePath: string
  readonly [setting: string]: unknown
}

/** A backend that is open already. */
export interface ReadyConfig {
  readonly backend: StorageBackend
}

/** A backend of another package, whose settings go to its provider. */
export interface ProviderConfig {
  readonly provider: BackendProvider
  readonly storageType?: string | undefined
  readonly [setting: string]: unknown
}

/**
 * A configuration, a URL (`memory:`, `file:///var/data`), a type that needs no settings
 * (`'memory'`), or a backend that is open already.
 */
export type StorageConfig =
  | MemoryConfig
  | FileConfig
  | ReadyConfig
  | ProviderConfig
  | StorageBackend
  | URL
  | 'memory'
  | (string & {})
