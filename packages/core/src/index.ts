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
export type {
  Capabilities,
  ConditionScope,
  Durability,
  EtagIdentity,
  ListedSize,
} from './capabilities.ts'
export { type Clock, systemClock } from './clock.ts'
export type { Codec } from './codecs/codec.ts'
export type { LoadAs } from './codecs/registry.ts'
export { valueDepthMax } from './codecs/value-path.ts'
export type {
  AzureConfig,
  FileConfig,
  MemoryConfig,
  ProviderConfig,
  ReadyConfig,
  S3Config,
  S3Keys,
  StorageConfig,
  TokenCredential,
} from './config.ts'
export {
  operationChannels,
  type OperationContext,
  type OperationOutcome,
  type RunInside,
  type TracedOperation,
  tracedOperations,
} from './diagnostics/channels.ts'
export type { DurationSummary } from './diagnostics/durations.ts'
export {
  circuitChannel,
  type CircuitEvent,
  type CircuitState,
  fallbackChannel,
  type FallbackEvent,
  retryChannel,
  type RetryEvent,
} from './diagnostics/layer-channels.ts'
export type { LayerReading } from './diagnostics/layer-readings.ts'
export type { Logger } from './diagnostics/logger.ts'
export type { MeterSnapshot, OperationReading } from './diagnostics/meter.ts'
export type { BodySummary, MeterReading } from './diagnostics/operation-meter.ts'
export { type OutcomeKind, outcomeKind } from './diagnostics/outcomes.ts'
export { formatPrometheus, prometheusContentType } from './diagnostics/prometheus.ts'
export type { WindowSummary } from './diagnostics/sliding-window.ts'
export {
  collectStatistics,
  type LayerStatistics,
  type OperationStatistics,
  type StatisticsCollector,
  type StatisticsSnapshot,
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
export { concurrency } from './layers/concurrency/layer.ts'
export type { AdaptiveConcurrency, ConcurrencyOptions } from './layers/concurrency/options.ts'
export {
  keyPattern,
  type KeyPattern,
  keyPatternCharsMax,
  type KeySelection,
} from './key-pattern.ts'
export {
  type AuditActor,
  type AuditContext,
  actorBytesMax,
  auditContextBytesMax,
  currentActor,
  runAs,
} from './layers/audit/actor.ts'
export { audit, type AuditLayer } from './layers/audit/audit.ts'
export {
  type AuditAction,
  auditActions,
  auditedChanges,
  type AuditEntry,
  auditEntryVersion,
  type AuditOutcome,
} from './layers/audit/entry.ts'
export { fileSink, type FileSinkOptions } from './layers/audit/file-sink.ts'
export { keyPrefixSink, type KeyPrefixSinkOptions } from './layers/audit/key-prefix-sink.ts'
export { type AuditLine, readAuditLog } from './layers/audit/log-reader.ts'
export {
  type AuditFailure,
  type AuditOptions,
  entriesWaitingDefault,
  entriesWaitingLimit,
  sinkTimeoutMsDefault,
} from './layers/audit/options.ts'
export { type AuditSink, callbackSink } from './layers/audit/sink.ts'
export { checksum, type ChecksumOptions } from './layers/checksum/checksum.ts'
export { type ChecksumAlgorithm, checksumAlgorithms } from './layers/checksum/digest.ts'
export { type CompressionAlgorithm, compressionAlgorithms } from './layers/compress/algorithms.ts'
export { compress, type CompressOptions } from './layers/compress/compress.ts'
export { type ContentTypes, isCompressible } from './layers/compress/content-types.ts'
export type {
  Conflict,
  ConflictChoice,
  ResolveConflictOptions,
} from './layers/fallback/conflicts.ts'
export { fallback, type FallbackLayer } from './layers/fallback/fallback.ts'
export type { FallbackOptions, FallbackStore } from './layers/fallback/options.ts'
export type { Resolve } from './layers/fallback/reconciler.ts'
export type { ReconcileOptions, ReconcileSummary } from './layers/fallback/runs.ts'
export { applyLayers, type Layer } from './layers/layer.ts'
export { log, type LogOptions } from './layers/log.ts'
export { type Meter, metrics, type MetricsOptions } from './layers/metrics.ts'
export { prefix } from './layers/prefix.ts'
export { quota } from './layers/quota/quota.ts'
export type { QuotaOptions, QuotaUsage } from './layers/quota/options.ts'
export { type LayerState, type StackEntry, stackOf } from './layers/stack.ts'
export type { CheckedOperation, InvalidObject } from './layers/validate/checker.ts'
export {
  type InvalidAction,
  validatedBytesDefault,
  validatedBytesLimit,
  type ValidateOptions,
} from './layers/validate/options.ts'
export type { ValidationRule, ValidationRules } from './layers/validate/rules.ts'
export { validate } from './layers/validate/validate.ts'
export { deadline, type DeadlineOptions } from './layers/deadline.ts'
export { rateLimit, type RateLimitOptions } from './layers/rate-limit/layer.ts'
export { retry, type RetryOptions } from './layers/retry/layer.ts'
export { timeout, type TimeoutOptions } from './layers/timeout.ts'
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
export type {
  Readiness,
  ReadinessCheck,
  ReadinessOptions,
  ReadinessStatus,
} from './manager/readiness/options.ts'
export type { Amount, UsageGroup, UsageGroups } from './manager/usage/groups.ts'
export type { SizedObject } from './manager/usage/largest.ts'
export type {
  UsageGrowth,
  UsageOptions,
  UsageProgress,
  UsageReading,
} from './manager/usage/options.ts'
export type {
  CurrentNativeOptions,
  CurrentVersionOptions,
  ListedVersion,
  ListNativeOptions,
  ListVersionsOptions,
  LoadedVersion,
  LoadNativeOptions,
  LoadVersionOptions,
  PruneNativeOptions,
  PruneOptions,
  PruneResult,
  RollbackNativeOptions,
  RollbackOptions,
  SavedVersion,
  SaveNativeOptions,
  SaveVersionOptions,
  VersionId,
} from './manager/versions/options.ts'
export { type MemoryBackendOptions, MemoryStorageBackend } from './memory/backend.ts'
export { metadataBytesMax } from './metadata.ts'
export type { MigrationEnd } from './migration/ends.ts'
export type { MigrationJob } from './migration/job.ts'
export type { KnownPairs } from './migration/known-pairs.ts'
export { migrate } from './migration/migrate.ts'
export {
  type JournalOptions,
  type KeyMapping,
  type MigrateOptions,
  migrationConcurrencyDefault,
  migrationConcurrencyMax,
} from './migration/options.ts'
export { originalTime } from './migration/origin.ts'
export type { MigrationProgress } from './migration/progress.ts'
export {
  type MigrationCounts,
  type MigrationFailure,
  migrationFailuresMax,
  type MigratedObject,
  type MigrationLoss,
  type MigrationReport,
  migrationReport,
} from './migration/report.ts'
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

// Queues.
export { MemoryQueueBackend, type MemoryQueueBackendOptions } from './memory/queue-backend.ts'
export type * from './queues/backend.ts'
export type { ClaimStorage } from './queues/claims.ts'
export type { MessageOrigin } from './queues/frame.ts'
export {
  assertQueueName,
  isForever,
  messageCountMax,
  queueNameCharsMax,
  queueNameFault,
  timeToLiveForever,
  timeToLiveSecondsDefault,
  timeToLiveSecondsMax,
  visibilitySecondsDefault,
  visibilitySecondsMax,
} from './queues/limits.ts'
export { type MessageHandle, PeekedQueueMessage, QueueMessage } from './queues/message.ts'
export { openQueues, type OpenQueuesOptions, type QueueConfig } from './queues/open.ts'
export type {
  ConsumeFault,
  ConsumeOptions,
  ConsumeSummary,
  HandlerContext,
  ListAllQueuesOptions,
  MessageHandler,
  QueueStoreOptions,
  SendMessageOptions,
  UpdateValueOptions,
} from './queues/options.ts'
export { QueueStore } from './queues/store.ts'

// Tables.
export { type MemoryTableBackendOptions, MemoryTableBackend } from './memory/table-backend.ts'
export * from './tables/backend.ts'
export type { TableChangeInput } from './tables/change-check.ts'
export * from './tables/entity.ts'
export { entityBytes } from './tables/entity-size.ts'
export {
  and,
  Condition,
  type FilterProperty,
  type FilterValue,
  not,
  odata,
  or,
  type Where,
  where,
} from './tables/filter-builder.ts'
export { formatFilter } from './tables/filter-format.ts'
export { parseFilter } from './tables/filter-parser.ts'
export * from './tables/filter.ts'
export * from './tables/guid.ts'
export { tableLimits } from './tables/limits.ts'
export { matches } from './tables/matches.ts'
export { openTables, type TableConfig } from './tables/open.ts'
export type {
  ChangedEntity,
  DeleteEntityOptions,
  EntityKeys,
  EntityShape,
  FilterInput,
  ListAllTablesOptions,
  QueryOnePageOptions,
  QueryOptions,
  TableStoreOptions,
  UpdateEntityOptions,
  UpsertOptions,
} from './tables/options.ts'
export { TableStore } from './tables/store.ts'
export { isMissingEntity } from './tables/table-errors.ts'
