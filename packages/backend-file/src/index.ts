/**
 * Local files as a storage backend: readable, atomic, durable, and safe between processes.
 *
 * Use it through `StorageManager.open({ storageType: 'file', basePath: './data' })` of
 * `@aos-storage/core`, or hand a {@link FileStorageBackend} to the manager. What lies where in the
 * folder: `docs/formats/file-layout.md` of the repository.
 *
 * @packageDocumentation
 */
export { FileStorageBackend } from './backend.ts'
export type { Descriptor, FileSystem } from './file-system.ts'
export { nodeFileSystem } from './file-system.ts'
export type { FileBackendOptions } from './options.ts'
export { provider } from './provider.ts'
export { SqliteQueueBackend } from './queues/backend.ts'
export type { SqliteQueueOptions } from './queues/options.ts'
export { SqliteQueueStore, type SqliteQueueStoreOptions } from './queues/store.ts'
export { SqliteTableBackend } from './tables/backend.ts'
export { SqliteTableStore, type SqliteTableStoreOptions } from './tables/store.ts'
export type { Finding, FindingKind, VerifyOptions, VerifyReport } from './verify.ts'
