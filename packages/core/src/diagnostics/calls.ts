/**
 * The one way from a class that users hold to its backend: refuses after `close`, publishes and
 * logs the operation when somebody wants to know, and lets out nothing but `StorageError` and
 * `TypeError`, with the place filled in.
 */
import type { Clock } from '../clock.ts'
import { isStorageError, StorageError } from '../errors.ts'
import { abortError, throwIfAborted } from '../options.ts'
import {
  operationChannels,
  type OperationContext,
  traceOperation,
  type TracedOperation,
} from './channels.ts'
import { type Logger, logOperation } from './logger.ts'

/** Whether a store is open. A view (`within`) ends with its parent, not the other way round. */
export class Lifecycle {
  readonly #parent: Lifecycle | undefined
  #isClosed = false
  #closing: Promise<void> | undefined

  constructor(parent?: Lifecycle) {
    this.#parent = parent
  }

  get isClosed(): boolean {
    return this.#isClosed || this.#parent?.isClosed === true
  }

  get isView(): boolean {
    return this.#parent !== undefined
  }

  /** Ends, and closes what is owned once; all calls wait for that one and share its outcome. */
  end(close: () => Promise<void>): Promise<void> {
    this.#isClosed = true
    this.#closing ??= this.isView ? Promise.resolve() : close()
    return this.#closing
  }
}

/** How operations are observed. */
export interface Observation {
  readonly clock: Clock
  readonly logger: Logger | undefined
  readonly areKeysTraced: boolean
}

/** What a call is about. */
export interface CallPlace<T> {
  /** Of an object; of tables and queues the name of the table or queue. For logs and errors. */
  readonly key?: string | undefined
  /** Of a listing: told to the channels in the place of a key. */
  readonly prefix?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** The bytes that were moved, where a call moves some. */
  readonly bytesOf?: ((result: T) => number | undefined) | undefined
}

/** What has methods that may be called, under the name that errors give. */
interface NamedBackend {
  readonly name: string
  close(): Promise<void>
}

/** Makes the calls to one backend. */
export class Calls {
  readonly #backend: NamedBackend
  readonly #lifecycle: Lifecycle
  readonly #observation: Observation
  /** As a message says it: `storage manager`. */
  readonly #owner: string

  constructor(
    backend: NamedBackend,
    lifecycle: Lifecycle,
    observation: Observation,
    owner: string,
  ) {
    this.#backend = backend
    this.#lifecycle = lifecycle
    this.#observation = observation
    this.#owner = owner
  }

  /** Makes a call. @throws StorageError with backend, operation and key; TypeError as it is. */
  async run<T>(
    operation: TracedOperation,
    place: CallPlace<T>,
    call: () => Promise<T>,
  ): Promise<T> {
    try {
      this.assertUsable(place.signal)
      if (this.isQuiet(operation)) return await call()
      return await this.observed(operation, place, call)
    } catch (error) {
      throw this.fault(error, operation, place.key, place.signal)
    }
  }

  /** @throws StorageError `CLOSED` after close, `ABORTED` once the signal has fired. */
  assertUsable(signal: AbortSignal | undefined): void {
    if (this.#lifecycle.isClosed) {
      throw new StorageError('CLOSED', `This ${this.#owner} was closed; open a new one`)
    }
    if (signal !== undefined) throwIfAborted(signal)
  }

  /** True when nobody wants to know of the operation. */
  isQuiet(operation: TracedOperation): boolean {
    return !operationChannels[operation].hasSubscribers && this.#observation.logger === undefined
  }

  /** Makes a call that is published and logged. */
  async observed<T>(
    operation: TracedOperation,
    { key, prefix, bytesOf }: CallPlace<T>,
    call: () => Promise<T>,
  ): Promise<T> {
    const { clock, logger, areKeysTraced } = this.#observation
    const traced = areKeysTraced ? (key ?? prefix) : undefined
    const context: OperationContext = {
      operation,
      backend: this.#backend.name,
      ...(traced === undefined ? {} : { key: traced }),
    }
    try {
      return await traceOperation(context, clock, call, bytesOf)
    } finally {
      if (logger !== undefined) logOperation(logger, context, key)
    }
  }

  /** Closes the backend, unless this is a view. Idempotent. */
  close(): Promise<void> {
    return this.#lifecycle.end(async () => {
      try {
        await this.#backend.close()
      } catch (error) {
        throw this.fault(error, 'close', undefined)
      }
    })
  }

  /**
   * What is thrown to the caller for what was thrown here: wrapped once, places filled in.
   *
   * @param operation A method's name; of one with a dot, what is behind it counts.
   */
  fault(error: unknown, operation: string, key: string | undefined, signal?: AbortSignal): unknown {
    const method = operation.slice(operation.indexOf('.') + 1)
    const place = {
      backend: this.#backend.name,
      operation: method,
      ...(key === undefined ? {} : { key }),
    }
    if (isStorageError(error)) return placed(error, place)
    // A programmer's mistake has no cause; the TypeError of a failed fetch() has one.
    if (error instanceof TypeError && error.cause === undefined) return error
    if (signal?.aborted === true) return abortError(signal).with(place)
    return new StorageError(
      'UNAVAILABLE',
      `The backend "${place.backend}" failed in a way that it does not explain; see cause`,
      { ...place, cause: error, retryable: 'no' },
    )
  }
}

interface ErrorPlace {
  readonly backend: string
  readonly operation: string
  readonly key?: string
}

/** The error with what it does not know of its place; itself when it knows all. */
function placed(error: StorageError, place: ErrorPlace): StorageError {
  const { backend, operation, key = place.key } = error
  if (backend !== undefined && operation !== undefined && key === error.key) return error
  return error.with({
    backend: backend ?? place.backend,
    operation: operation ?? place.operation,
    ...(key === undefined ? {} : { key }),
  })
}
