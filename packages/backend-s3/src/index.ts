/**
 * Amazon S3, and servers that speak it, behind the contract of `@aos-storage/core`.
 *
 * @packageDocumentation
 */
export { S3StorageBackend } from './backend.ts'
export type {
  GetAccessTierOptions,
  S3AccessTier,
  S3SetAccessTierOptions,
} from './extras/access-tiers.ts'
export type { PresignedForm, PresignPostOptions } from './extras/form-presigner.ts'
export type {
  LockOptions,
  Retention,
  RetentionMode,
  SetRetentionOptions,
} from './extras/object-locks.ts'
export type { ListUploadsOptions, UnfinishedUpload } from './extras/uploads.ts'
export type { DeleteVersionOptions } from './extras/versions.ts'
export type { S3Encryption, S3Options } from './options.ts'
export { provider } from './provider.ts'
export { awsServer, type EtagQuotes, plainServer, type S3Server } from './server.ts'
