/**
 * What authors of backends and layers need: the contract, and the parts of it that are the same
 * everywhere, so that a range, a cursor or a condition means one thing on every backend.
 *
 * @packageDocumentation
 */
export * from './backend.ts'
export * from './body.ts'
export * from './capabilities.ts'
export * from './clock.ts'
export * from './conditions.ts'
export { type OperationContext, traceOperation } from './diagnostics/channels.ts'
export * from './errors.ts'
export * from './extras.ts'
export * from './key-pattern.ts'
export * from './keys.ts'
export * from './layers/around.ts'
export * from './layers/layer.ts'
export { prefix, prefixOf } from './layers/prefix.ts'
export { type LayerStory, tellState } from './layers/stack.ts'
export * from './listing.ts'
export * from './metadata.ts'
export * from './options.ts'
export * from './provider.ts'
export * from './random.ts'
export * from './range.ts'
export { discardSource, guardSource, unlessAborted } from './source.ts'
export { StoredBody } from './stored-body.ts'
export { decodeText, encodeText, utf8Bytes } from './text.ts'
export * from './write-once.ts'

// Tables.
export * from './tables/backend.ts'
export * from './tables/change-check.ts'
export * from './tables/cursor.ts'
export * from './tables/entity.ts'
export { assertEntityLimits, ownEntity } from './tables/entity-check.ts'
export { entityBytes, isInt32, transactionBytes } from './tables/entity-size.ts'
export * from './tables/filter.ts'
export { formatFilter } from './tables/filter-format.ts'
export { parseFilter } from './tables/filter-parser.ts'
export * from './tables/guid.ts'
export * from './tables/key-range.ts'
export * from './tables/limits.ts'
export { compares, matches } from './tables/matches.ts'
export {
  assertEntityKey,
  assertPropertyName,
  assertTableName,
  foldTableName,
} from './tables/names.ts'
export { copyEntity, laidOver } from './tables/merge.ts'
export * from './tables/table-errors.ts'
export { compareEntityKeys, compareText } from './tables/text-order.ts'

// Queues.
export type * from './queues/backend.ts'
export * from './queues/limits.ts'
export { QueueTime } from './queues/time.ts'
