/**
 * One storage interface for Node services: values and streams under keys, on memory, files and
 * cloud stores, with honest errors, conditions that hold and nothing lost in silence.
 *
 * Begin with {@link StorageManager.open}. Authors of backends and layers find their tools in
 * `@aos-storage/core/backend`, and the conformance suite in `@aos-storage/core/testing`.
 *
 * @packageDocumentation
 */
export * from './backend.ts'
export type { BodyInput } from './body.ts'
export type { Capabilities, ConditionScope, Durability } from './capabilities.ts'
export { type Clock, systemClock } from './clock.ts'
export type { Codec } from './codecs/codec.ts'
export type { LoadAs } from './codecs/registry.ts'
export { valueDepthMax } from './codecs/value-path.ts'
export type {
  FileConfig,
  MemoryConfig,
  ProviderConfig,
  ReadyConfig,
  StorageConfig,
} from './config.ts'
export {
  operationChannels,
  type OperationContext,
  type OperationOutcome,
  type TracedOperation,
  tracedOperations,
} from './diagnostics/channels.ts'
export type { Logger } from './diagnostics/logger.ts'
export {
  collectStatistics,
  type OperationStatistics,
  type StatisticsCollector,
} from './diagnostics/statistics.ts'
export { configFromEnvironment } from './environment.ts'
export {
  isStorageError,
  type Retryable,
  StorageError,
  type StorageErrorCode,
  storageErrorCodes,
  type StorageErrorDetails,
} from './errors.ts'
export * from './extras.ts'
export { assertKey, compareKeys, keyBytesMax, keyFault, quoteKey, sortKeys } from './keys.ts'
export { applyLayers, type Layer } from './layers/layer.ts'
export { prefix } from './layers/prefix.ts'
export { batchConcurrencyDefault, batchConcurrencyMax, batchResults } from './manager/batch.ts'
export {
  Collection,
  type CollectionDocument,
  updateAttemptsDefault,
  updateAttemptsMax,
  type UpdateOptions,
} from './manager/collection.ts'
export { StorageManager } from './manager/manager.ts'
export type {
  BatchOptions,
  BatchResult,
  CopyKeyOptions,
  DeleteKeyOptions,
  DeleteManyOptions,
  DeleteResult,
  ForeignOption,
  ListAllOptions,
  ListEntry,
  ListKeysOptions,
  LoadedEntry,
  LoadManyOptions,
  LoadOptions,
  LoadResult,
  ManagerOptions,
  MoveOptions,
  PlainSaveOptions,
  ReadStreamOptions,
  SaveEntry,
  SaveOptions,
  SaveResult,
  StatKeyOptions,
  WriteConditions,
  WriteStreamOptions,
} from './manager/options.ts'
export type { Items } from './manager/pool.ts'
export { type MemoryBackendOptions, MemoryStorageBackend } from './memory/backend.ts'
export { metadataBytesMax } from './metadata.ts'
export type { BackendProvider, Environment, UnknownSettings } from './provider.ts'
export { type Random, systemRandom } from './random.ts'
export type {
  SchemaFault,
  SchemaInput,
  SchemaIssue,
  SchemaOutput,
  SchemaResult,
  StandardSchema,
} from './schema.ts'
export { StoredBody } from './stored-body.ts'
