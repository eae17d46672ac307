/**
 * Azure Blob, Table and Queue storage behind the contracts of `@aos-storage/core`.
 *
 * @packageDocumentation
 */
export { AzureStorageBackend } from './blobs/backend.ts'
export type {
  ContainerAccess,
  ContainerInfo,
  CreateContainerOptions,
  ListContainersOptions,
} from './blobs/extras/containers.ts'
export type { ListBlobsOptions, ListedBlob, UploadBlobOptions } from './blobs/extras/named-blobs.ts'
export { provider } from './provider.ts'
export type { AzureBlobOptions, AzureConnectionOptions } from './options.ts'
export { AzureQueueBackend } from './queues/backend.ts'
export type { AzureQueueOptions } from './queues/options.ts'
export { AzureQueueStore, type AzureQueueStoreOptions } from './queues/store.ts'
export { AzureTableBackend } from './tables/backend.ts'
export type { AzureTableOptions } from './tables/options.ts'
export { AzureTableStore, type AzureTableStoreOptions } from './tables/store.ts'
