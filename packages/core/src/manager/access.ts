/**
 * The one way from the manager to its backend, as {@link Calls} make it.
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
import { Calls, type Lifecycle, type Observation } from '../diagnostics/calls.ts'
import type { TracedOperation } from '../diagnostics/channels.ts'
import { assertUnframed } from '../layers/framed/left-marks.ts'
import { userMetadata } from '../metadata.ts'
import { discardSource } from '../source.ts'
import { StoredBody } from '../stored-body.ts'
import { isAnswerLost, isConditional, openOutcome } from '../write-once.ts'

/** A backend as the manager uses it. */
export class Access {
  readonly backend: StorageBackend
  readonly lifecycle: Lifecycle
  readonly #calls: Calls

  constructor(backend: StorageBackend, lifecycle: Lifecycle, observation: Observation) {
    this.backend = backend
    this.lifecycle = lifecycle
    this.#calls = new Calls(backend, lifecycle, observation, 'storage manager')
  }

  async read(key: string, options: ReadOptions | undefined): Promise<ReadResult> {
    try {
      this.#calls.assertUsable(options?.signal)
      const result = this.#calls.isQuiet('read')
        ? await this.backend.read(key, options)
        : await this.#calls.observed('read', { key }, () => this.backend.read(key, options))
      assertReadable(result)
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
      this.#calls.assertUsable(options.signal)
    } catch (error) {
      discardSource(body)
      throw this.fault(error, 'write', key, options.signal)
    }
    try {
      const info = this.#calls.isQuiet('write')
        ? await this.backend.write(key, body, options)
        : await this.#calls.observed('write', { key }, () => this.backend.write(key, body, options))
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
    return this.#calls.close()
  }

  /** For calls beside the contract. @throws StorageError `CLOSED`, `ABORTED`. */
  assertUsable(operation: string, key: string | undefined, signal: AbortSignal | undefined): void {
    try {
      this.#calls.assertUsable(signal)
    } catch (error) {
      throw this.fault(error, operation, key, signal)
    }
  }

  /** @see Calls.fault */
  fault(error: unknown, operation: string, key: string | undefined, signal?: AbortSignal): unknown {
    return this.#calls.fault(error, operation, key, signal)
  }

  #run<T>(
    operation: TracedOperation,
    key: string | undefined,
    options: OperationOptions | undefined,
    call: () => Promise<T>,
    prefix?: string,
  ): Promise<T> {
    return this.#calls.run(operation, { key, prefix, signal: options?.signal }, call)
  }
}

/** A conditional change would meet itself when it is made again after a lost answer. */
function toldAsOpen(error: unknown, options: DeleteOptions | CopyOptions | undefined): unknown {
  return isConditional(options) && isAnswerLost(error) ? openOutcome(error, error.key) : error
}

/** @throws StorageError `UNSUPPORTED`, and frees the body, unless it is as it was written. */
export function assertReadable({ info, body }: ReadResult): void {
  try {
    assertUnframed(info)
  } catch (error) {
    // Not awaited: the caller has an error to be told.
    if (!(body instanceof Uint8Array)) body.cancel().catch(() => undefined)
    throw error
  }
}

/** The object as callers see it: without the metadata that belongs to layers and backends. */
function visible<T extends ObjectInfo | ListedObject>(object: T): T {
  const metadata = object.metadata && userMetadata(object.metadata)
  return metadata === object.metadata ? object : { ...object, metadata }
}
