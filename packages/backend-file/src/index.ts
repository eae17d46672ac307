/**
 * Local files as a storage backend.
 *
 * @packageDocumentation
 */
export { FileStorageBackend } from './backend.ts'
export type { Descriptor, FileSystem } from './file-system.ts'
export { nodeFileSystem } from './file-system.ts'
export type { FileBackendOptions } from './options.ts'
export type { Finding, FindingKind, VerifyOptions, VerifyReport } from './verify.ts'
