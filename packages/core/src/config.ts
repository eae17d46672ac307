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

/** What any credential of `@azure/identity` is, and whatever else can get a token for Azure. */
export interface TokenCredential {
  getToken(
    scopes: string | string[],
    options?: { readonly abortSignal?: AbortSignal },
  ): Promise<{ readonly token: string; readonly expiresOnTimestamp: number } | null>
}

/**
 * Azure Blob Storage (and, of the same account, tables and queues), by
 * `@aos-storage/backend-azure`, whose `AzureBlobOptions` explain the settings. They are repeated
 * here, so that a misspelt one does not compile.
 */
export interface AzureConfig {
  readonly storageType: 'azure'
  /** The account: one of this, `accountUrl` with `credential`, and `sasUrl`. A secret. */
  readonly connectionString?: string | undefined
  readonly accountUrl?: string | undefined
  readonly credential?: TokenCredential | undefined
  readonly sasUrl?: string | undefined
  readonly tableUrl?: string | undefined
  readonly queueUrl?: string | undefined
  /** The container of the objects; tables and queues need none. */
  readonly container?: string | undefined
  readonly prefix?: string | undefined
  readonly connectionsMax?: number | undefined
  readonly attemptsMax?: number | undefined
  readonly retryDelayMs?: number | undefined
  readonly retryDelayMsMax?: number | undefined
  readonly requestMsMax?: number | undefined
  readonly singleWriteBytesMax?: number | undefined
  readonly blockBytes?: number | undefined
  readonly blockConcurrency?: number | undefined
  readonly smallReadBytesMax?: number | undefined
  readonly bodyIdleMsMax?: number | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

/** Keys of an S3 server, with a token when they are temporary. Secrets. */
export interface S3Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

/**
 * Amazon S3, or a server that speaks it, by `@aos-storage/backend-s3`, whose `S3Options` explain
 * the settings. They are repeated here, so that a misspelt one does not compile.
 */
export interface S3Config {
  readonly storageType: 's3'
  readonly bucket: string
  readonly prefix?: string | undefined
  readonly region?: string | undefined
  readonly endpoint?: string | undefined
  readonly forcePathStyle?: boolean | undefined
  /** Keys, or a provider of the SDK's. Default: the SDK's own chain. */
  readonly credentials?: S3Keys | (() => Promise<S3Keys>) | undefined
  readonly profile?: string | undefined
  /** What the server honours, in place of a probe; `'unprobed'` for a store that is only read. */
  readonly server?: object | 'unprobed' | undefined
  readonly storageClass?: string | undefined
  readonly encryption?:
    | { readonly algorithm: 'AES256' }
    | {
        readonly algorithm: 'aws:kms' | 'aws:kms:dsse'
        readonly keyId?: string | undefined
        readonly bucketKey?: boolean | undefined
      }
    | undefined
  readonly checksum?: 'sha256' | undefined
  readonly connectionsMax?: number | undefined
  readonly attemptsMax?: number | undefined
  readonly retryDelayMs?: number | undefined
  readonly retryDelayMsMax?: number | undefined
  readonly requestMsMax?: number | undefined
  readonly singleWriteBytesMax?: number | undefined
  readonly partBytes?: number | undefined
  readonly partConcurrency?: number | undefined
  readonly smallReadBytesMax?: number | undefined
  readonly readPartBytes?: number | undefined
  readonly readConcurrency?: number | undefined
  readonly bodyIdleMsMax?: number | undefined
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
 * A configuration, a URL (`memory:`, `file:///var/data`, `azblob://container`,
 * `s3://bucket`), a type that needs
 * no settings (`'memory'`), or a backend that is open already.
 */
export type StorageConfig<Settings = unknown> =
  | MemoryConfig
  | FileConfig
  | AzureConfig
  | S3Config
  | ReadyConfig
  | ProviderConfig<Settings>
  | StorageBackend
  | URL
  | 'memory'
  | (string & {})
