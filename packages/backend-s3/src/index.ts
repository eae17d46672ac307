/**
 * Amazon S3, and servers that speak it, behind the contract of `@aos-storage/core`.
 *
 * @packageDocumentation
 */
export { S3StorageBackend } from './backend.ts'
export type { S3Encryption, S3Options } from './options.ts'
export { provider } from './provider.ts'
export { awsServer, type EtagQuotes, plainServer, type S3Server } from './server.ts'
