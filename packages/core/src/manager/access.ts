/**
 * The one way from the manager to its backend: refuses after `close`, publishes and logs the
 * operation when somebody wants to know, and lets out nothing but `StorageError` and `TypeError`.
 *
 * Nothing is sent again here: the backend knows what its service loses, and has `writeOnce` for it.
 * A conditional change whose answer was lost all the same is told as open, and not as retryable.
 */
import type {
  CopyOptions,
  DeleteOptions,
  DeleteOutcome,
  Health,
  ListedObject,
  ListOptions,
  ListPage,
  ObjectInfo,
  OperationOptions,
  ReadOptions,
  ReadResult,
  StatOptions,
  StorageBackend,
  WriteBody,
  WriteOptions,
} from '../backend.ts'
import type { Clock } from '../clock.ts'
import {
  operationChannels,
  type OperationContext,
  traceOperation,
  type TracedOperation,
} from '../diagnostics/channels.ts'
import { type Logger, logOperation } from '../diagnostics/logger.ts'
import { isStorageError, StorageError } from '../errors.ts'
import { userMetadata } from '../metadata.ts'
import { abortError, throwIfAborted } from '../options.ts'
import { discardSource } from '../source.ts'
import { StoredBody } from '../stored-body.ts'
import { isAnswerLost, isConditional, openOutcome } from '../write-once.ts'

/** Whether a manager is open. A view (`within`) ends with its parent, not the other way round. */
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

/** A backend as the manager uses it. */
export class Access {
  readonly backend: StorageBackend
  readonly lifecycle: Lifecycle
  readonly observation: Observation

  constructor(backend: StorageBackend, lifecycle: Lifecycle, observation: Observation) {
    this.backend = backend
    this.lifecycle = lifecycle
    this.observation = observation
  }

  async read(key: string, options: ReadOptions | undefined): Promise<ReadResult> {
    try {
      this.#assertUsable(options?.signal)
      const result = this.#isQuiet('read')
        ? await this.backend.read(key, options)
        : await this.#observed('read', key, () => this.backend.read(key, options))
      const info = visible(result.info)
      return info === result.info ? result : { ...result, info }
    } catch (error) {
      throw this.fault(error, 'read', key, options?.signal)
    }
  }

  /** A body for a caller: what its stream throws is told as all else is. */
  body(result: ReadResult, signal: AbortSignal | undefined): StoredBody {
    return new StoredBody(result, (error) => this.fault(error, 'read', result.info.key, signal))
  }

  async write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    try {
      this.#assertUsable(options.signal)
    } catch (error) {
      discardSource(body)
      throw this.fault(error, 'write', key, options.signal)
    }
    try {
      const info = this.#isQuiet('write')
        ? await this.backend.write(key, body, options)
        : await this.#observed('write', key, () => this.backend.write(key, body, options))
      return visible(info)
    } catch (error) {
      throw toldAsOpen(this.fault(error, 'write', key, options.signal), options)
    }
  }

  stat(key: string, options: StatOptions | undefined): Promise<ObjectInfo> {
    const call = (): Promise<ObjectInfo> => this.backend.stat(key, options)
    return this.#run('stat', key, options, call).then(visible)
  }

  async delete(key: string, options: DeleteOptions | undefined): Promise<boolean> {
    try {
      return await this.#run('delete', key, options, () => this.backend.delete(key, options))
    } catch (error) {
      throw toldAsOpen(error, options)
    }
  }

  async list(options: ListOptions): Promise<ListPage> {
    const call = (): Promise<ListPage> => this.backend.list(options)
    // Of a listing of everything there is nothing to tell.
    const prefix = options.prefix === '' ? undefined : options.prefix
    const page = await this.#run('list', undefined, options, call, prefix)
    return { ...page, objects: page.objects.map(visible) }
  }

  async copy(from: string, to: string, options: CopyOptions): Promise<ObjectInfo> {
    try {
      const call = (): Promise<ObjectInfo> => this.backend.copy(from, to, options)
      return visible(await this.#run('copy', from, options, call))
    } catch (error) {
      throw toldAsOpen(error, options)
    }
  }

  deleteMany(keys: readonly string[], options: OperationOptions): Promise<DeleteOutcome[]> {
    const call = (): Promise<DeleteOutcome[]> => this.backend.deleteMany(keys, options)
    return this.#run('deleteMany', undefined, options, call)
  }

  health(options: OperationOptions | undefined): Promise<Health> {
    return this.#run('health', undefined, options, () => this.backend.health(options))
  }

  /** Closes the backend, unless this is a view. Idempotent. */
  close(): Promise<void> {
    return this.lifecycle.end(async () => {
      try {
        await this.backend.close()
      } catch (error) {
        throw this.fault(error, 'close', undefined)
      }
    })
  }

  /** What is thrown to the caller for what was thrown here: wrapped once, places filled in. */
  fault(error: unknown, operation: string, key: string | undefined, signal?: AbortSignal): unknown {
    const place = { backend: this.backend.name, operation, ...(key === undefined ? {} : { key }) }
    if (isStorageError(error)) {
      const { backend, operation: known, key: knownKey } = error
      if (backend !== undefined && known !== undefined && (knownKey ?? key) === knownKey) {
        return error
      }
      return error.with({
        backend: backend ?? place.backend,
        operation: known ?? operation,
        ...((knownKey ?? key) === undefined ? {} : { key: knownKey ?? key }),
      })
    }
    // A programmer's mistake has no cause; the TypeError of a failed fetch() has one.
    if (error instanceof TypeError && error.cause === undefined) return error
    if (signal?.aborted === true) return abortError(signal).with(place)
    return new StorageError(
      'UNAVAILABLE',
      `The backend "${place.backend}" failed in a way that it does not explain; see cause`,
      { ...place, cause: error, retryable: 'no' },
    )
  }

  /** @throws StorageError `CLOSED` after close, `ABORTED` once the signal has fired. */
  #assertUsable(signal: AbortSignal | undefined): void {
    if (this.lifecycle.isClosed) {
      throw new StorageError('CLOSED', 'This storage manager was closed; open a new one')
    }
    if (signal !== undefined) throwIfAborted(signal)
  }

  #isQuiet(operation: TracedOperation): boolean {
    return !operationChannels[operation].hasSubscribers && this.observation.logger === undefined
  }

  async #run<T>(
    operation: TracedOperation,
    key: string | undefined,
    options: OperationOptions | undefined,
    call: () => Promise<T>,
    prefix?: string,
  ): Promise<T> {
    try {
      this.#assertUsable(options?.signal)
      if (this.#isQuiet(operation)) return await call()
      return await this.#observed(operation, key, call, prefix)
    } catch (error) {
      throw this.fault(error, operation, key, options?.signal)
    }
  }

  async #observed<T>(
    operation: TracedOperation,
    key: string | undefined,
    call: () => Promise<T>,
    prefix?: string,
  ): Promise<T> {
    const { clock, logger, areKeysTraced } = this.observation
    const traced = areKeysTraced ? (key ?? prefix) : undefined
    const context: OperationContext = {
      operation,
      backend: this.backend.name,
      attempt: 1,
      ...(traced === undefined ? {} : { key: traced }),
    }
    try {
      return await traceOperation(context, clock, call)
    } finally {
      if (logger !== undefined) logQuietly(logger, context, key)
    }
  }
}

/** What was done stays done: a logger that throws must not turn it into a failure. */
function logQuietly(logger: Logger, context: OperationContext, key: string | undefined): void {
  try {
    logOperation(logger, context, key)
  } catch {
    // There is nobody to tell but the logger.
  }
}

/** A conditional change would meet itself when it is made again after a lost answer. */
function toldAsOpen(error: unknown, options: DeleteOptions | CopyOptions | undefined): unknown {
  return isConditional(options) && isAnswerLost(error) ? openOutcome(error, error.key) : error
}

/** The object as callers see it: without the metadata that belongs to layers and backends. */
function visible<T extends ObjectInfo | ListedObject>(object: T): T {
  const metadata = object.metadata && userMetadata(object.metadata)
  return metadata === object.metadata ? object : { ...object, metadata }
}
