/** What a queue store is made with, found out now: not when a message is to be sent. */
import { isBackend } from '../backend.ts'
import { StorageManager } from '../manager/manager.ts'
import { assertMethods, assertOptions, describe, ownOptions } from '../options.ts'
import type { QueueBackend } from './backend.ts'
import type { ClaimSource, ClaimStorage } from './claims.ts'
import { optionNames, type QueueStoreOptions } from './options.ts'

const members: readonly string[] = [
  ...['name', 'capabilities', 'createQueue', 'deleteQueue', 'listQueues', 'send', 'receive'],
  ...['peek', 'update', 'delete', 'length', 'clear', 'health', 'close'],
]

/** @throws TypeError unless `backend` has every member of the contract. */
export function assertQueueBackend(backend: unknown): asserts backend is QueueBackend {
  if (typeof backend !== 'object' || backend === null) {
    throw new TypeError(`A queue backend is an object, not ${describe(backend)}`)
  }
  const missing = members.filter((member) => !(member in backend))
  if (missing.length > 0) {
    throw new TypeError(`This is no queue backend: it lacks ${missing.join(', ')}`)
  }
}

/** The options as they are now. @throws TypeError for what is no tool. */
export function queueStoreOptions(options: QueueStoreOptions): QueueStoreOptions {
  const own = ownOptions(options, optionNames.store, 'QueueStore')
  const { logger, diagnostics, clock, random } = own
  assertMethods(logger, 'logger', ['debug', 'info', 'warn', 'error'])
  assertMethods(clock, 'clock', ['now', 'monotonicMs', 'sleep'])
  assertMethods(random, 'random', ['next', 'id'])
  assertOptions(diagnostics, optionNames.diagnostics, 'diagnostics')
  const keys: unknown = diagnostics?.keys
  if (keys !== undefined && typeof keys !== 'boolean') {
    throw new TypeError(`diagnostics.keys is a boolean, not ${describe(keys)}`)
  }
  return own
}

/** @throws TypeError for what is no object storage. */
export function claimSourceOf(
  claims: unknown,
  { logger, clock, random }: QueueStoreOptions,
): ClaimSource | undefined {
  if (claims === undefined) return undefined
  if (claims instanceof StorageManager) return { open: async () => claims, isOwn: false }
  if (typeof claims === 'function') return { open: claims as ClaimStorage, isOwn: true }
  if (typeof claims === 'object' && claims !== null && isBackend(claims)) {
    const manager = new StorageManager(claims, { logger, clock, random })
    return { open: async () => manager, isOwn: false }
  }
  throw new TypeError(
    `claims is a StorageManager, a StorageBackend or a function that opens one, not ${describe(
      claims,
    )}`,
  )
}
