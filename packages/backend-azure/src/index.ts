/**
 * Azure Blob, Table and Queue storage behind the contracts of `@aos-storage/core`.
 *
 * @packageDocumentation
 */
export { AzureStorageBackend } from './blobs/backend.ts'
export { provider } from './provider.ts'
export type { AzureBlobOptions, AzureConnectionOptions } from './options.ts'
export { AzureQueueBackend } from './queues/backend.ts'
export type { AzureQueueOptions } from './queues/options.ts'
export { AzureQueueStore, type AzureQueueStoreOptions } from './queues/store.ts'
export { AzureTableBackend } from './tables/backend.ts'
export type { AzureTableOptions } from './tables/options.ts'
export { AzureTableStore, type AzureTableStoreOptions } from './tables/store.ts'
