/**
 * Which failures are an outage: the service did not answer, or asks to be left alone. Anything else
 * (no such object, a condition, a denied access) is an answer, and asking another store for it
 * would only get a second opinion.
 */
import type { StorageBackend } from '../../backend.ts'
import type { Clock } from '../../clock.ts'
import { isStorageError, type StorageError } from '../../errors.ts'

/** True when another store may be asked. */
export function isOutage(error: unknown): error is StorageError {
  return isStorageError(error, 'UNAVAILABLE', 'TIMEOUT', 'RATE_LIMITED')
}

/** The first choice, and whether it answers. */
export class Primary {
  readonly backend: StorageBackend
  readonly name: string
  readonly #clock: Clock
  #awaySinceMs: number | undefined

  constructor(backend: StorageBackend, clock: Clock) {
    this.backend = backend
    this.name = backend.name
    this.#clock = clock
  }

  /** The wall clock's time of the first call that it did not answer; undefined once it does. */
  get awaySinceMs(): number | undefined {
    return this.#awaySinceMs
  }

  /** Makes a call, and notes whether there was an answer. */
  async ask<T>(call: (backend: StorageBackend) => Promise<T>): Promise<T> {
    try {
      const result = await call(this.backend)
      this.#awaySinceMs = undefined
      return result
    } catch (error) {
      if (isOutage(error)) this.#awaySinceMs ??= this.#clock.now()
      // What the caller's own side ended says nothing of the service.
      else if (!isStorageError(error, 'ABORTED', 'CLOSED')) this.#awaySinceMs = undefined
      throw error
    }
  }
}
