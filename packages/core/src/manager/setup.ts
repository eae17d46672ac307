/**
 * What a manager is made with, found out now: not when an operation was done and cannot be told.
 */
import { backendMembers, type StorageBackend } from '../backend.ts'
import { assertMethods, assertOptions, describe, ownOptions } from '../options.ts'
import { type ManagerOptions, optionNames } from './options.ts'

/** @throws TypeError unless `backend` has every member of the contract. */
export function assertBackend(backend: unknown): asserts backend is StorageBackend {
  if (typeof backend !== 'object' || backend === null) {
    throw new TypeError(`A backend is an object, not ${describe(backend)}`)
  }
  const missing = backendMembers.filter((member) => !(member in backend))
  if (missing.length > 0) {
    throw new TypeError(`This is no storage backend: it lacks ${missing.join(', ')}`)
  }
}

/** The options as they are now. @throws TypeError for what is no tool. */
export function managerOptions(options: ManagerOptions): ManagerOptions {
  const own = ownOptions(options, optionNames.manager, 'StorageManager')
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
