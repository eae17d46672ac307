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
export * from './keys.ts'
export * from './layers/layer.ts'
export * from './layers/prefix.ts'
export * from './listing.ts'
export * from './metadata.ts'
export * from './options.ts'
export * from './provider.ts'
export * from './random.ts'
export * from './range.ts'
export { discardSource, guardSource } from './source.ts'
export { StoredBody } from './stored-body.ts'
export { decodeText, encodeText, utf8Bytes } from './text.ts'
export * from './write-once.ts'
