/** The backend that an audit layer puts around another one. */
import type {
  CopyOptions,
  DeleteOptions,
  DeleteOutcome,
  Health,
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
} from '../../backend.ts'
import type { Capabilities } from '../../capabilities.ts'
import { StorageError } from '../../errors.ts'
import { quoteKey } from '../../keys.ts'
import { discardSource } from '../../source.ts'
import { defineAuditedExtras, knownExtras } from './extras.ts'
import type { AuditedCall, Recorder, ResourceEnd } from './recorder.ts'

/** What is done around the `close` of the backend inside. */
export interface AuditEndings {
  /** Where the entries may lie in that backend: behind its close they could not be written. */
  readonly before: (() => Promise<void>) | undefined
  /** Records the last calls and ends the trail, which another store may go on with. */
  readonly after: () => Promise<void>
}

/** Every call goes through the recorder; `health` and `close` are nobody's doing. */
export class AuditedBackend implements StorageBackend {
  readonly name: string
  readonly capabilities: Capabilities
  readonly #inner: StorageBackend
  readonly #recorder: Recorder
  /** Where in this store the entries lie: nobody changes anything there. */
  readonly #folder: string | undefined
  readonly #endings: AuditEndings
  #closing: Promise<void> | undefined
  #isInnerClosed = false

  constructor(
    inner: StorageBackend,
    recorder: Recorder,
    folder: string | undefined,
    endings: AuditEndings,
  ) {
    this.name = inner.name
    this.#inner = inner
    this.#recorder = recorder
    this.#folder = folder
    this.#endings = endings
    const extras = knownExtras(inner)
    // What nobody knows here could not be recorded.
    this.capabilities =
      extras.length === inner.capabilities.extras.length
        ? inner.capabilities
        : Object.freeze({ ...inner.capabilities, extras })
    defineAuditedExtras(this, inner, (call, changesKey) =>
      this.#record(changesKey ? { ...call, refusal: this.#refusal(call.resources[0]!) } : call),
    )
  }

  read(key: string, options?: ReadOptions): Promise<ReadResult> {
    return this.#record({
      action: 'read',
      resources: [key],
      signal: options?.signal,
      run: () => this.#inner.read(key, options),
      ends: ({ start, end }) => [{ sizeBytes: end - start }],
      release: releaseBody,
    })
  }

  async write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    let isRun = false
    try {
      return await this.#record({
        action: 'write',
        resources: [key],
        sizeBytes: body instanceof Uint8Array ? body.byteLength : undefined,
        signal: options.signal,
        refusal: this.#refusal(key),
        run: () => {
          isRun = true
          return this.#inner.write(key, body, options)
        },
        ends: ({ size }) => [{ sizeBytes: size }],
      })
    } catch (error) {
      if (!isRun) discardSource(body)
      throw error
    }
  }

  stat(key: string, options?: StatOptions): Promise<ObjectInfo> {
    const run = (): Promise<ObjectInfo> => this.#inner.stat(key, options)
    return this.#record({ action: 'stat', resources: [key], signal: options?.signal, run })
  }

  delete(key: string, options?: DeleteOptions): Promise<boolean> {
    return this.#record({
      action: 'delete',
      resources: [key],
      signal: options?.signal,
      refusal: this.#refusal(key),
      run: () => this.#inner.delete(key, options),
      ends: (deleted) => [endOfDelete({ key, deleted })],
    })
  }

  list(options?: ListOptions): Promise<ListPage> {
    const resources = [options?.prefix ?? '']
    const run = (): Promise<ListPage> => this.#inner.list(options)
    return this.#record({ action: 'list', resources, signal: options?.signal, run })
  }

  copy(from: string, to: string, options?: CopyOptions): Promise<ObjectInfo> {
    return this.#record({
      action: 'copy',
      resources: [from],
      to,
      signal: options?.signal,
      refusal: this.#refusal(to),
      run: () => this.#inner.copy(from, to, options),
      ends: ({ size }) => [{ sizeBytes: size }],
    })
  }

  deleteMany(keys: readonly string[], options?: OperationOptions): Promise<DeleteOutcome[]> {
    return this.#record({
      action: 'delete',
      resources: keys,
      signal: options?.signal,
      run: () => this.#deleteAllowed(keys, options),
      ends: (outcomes) => outcomes.map(endOfDelete),
    })
  }

  health(options?: OperationOptions): Promise<Health> {
    return this.#inner.health(options)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    try {
      await this.#endings.before?.()
      this.#isInnerClosed = true
      await this.#inner.close()
    } finally {
      await this.#endings.after()
    }
  }

  /** Behind `close` nothing is done, and so nothing recorded: the backend inside says `CLOSED`. */
  #record<T>(call: AuditedCall<T>): Promise<T> {
    if (this.#closing === undefined) return this.#recorder.record(call)
    return this.#isInnerClosed ? call.run() : Promise.reject(closedError())
  }

  async #deleteAllowed(
    keys: readonly string[],
    options: OperationOptions | undefined,
  ): Promise<DeleteOutcome[]> {
    const refusals = keys.map((key) => this.#refusal(key))
    const allowed = keys.filter((_, at) => refusals[at] === undefined)
    const outcomes = await this.#inner.deleteMany(allowed, options)
    let next = 0
    return keys.map((key, at) => {
      const error = refusals[at]
      return error === undefined ? outcomes[next++]! : { key, deleted: false, error }
    })
  }

  #refusal(key: string): StorageError | undefined {
    if (this.#folder === undefined || !key.startsWith(this.#folder)) return undefined
    return new StorageError(
      'PERMISSION_DENIED',
      `Key ${quoteKey(key)} is in the audit trail of this store, which nobody changes here; old ` +
        'entries are removed through the store without its audit layer',
      { key },
    )
  }
}

/** Nothing was deleted where there was nothing: an auditor asks for what is gone. */
function endOfDelete({ deleted, error }: DeleteOutcome): ResourceEnd {
  if (error !== undefined) return { outcome: error.code }
  return deleted ? {} : { outcome: 'NOT_FOUND' }
}

function closedError(): StorageError {
  return new StorageError('CLOSED', 'This store is being closed; open it again')
}

function releaseBody({ body }: ReadResult): void {
  // Not awaited: the caller has an error to be told.
  if (!(body instanceof Uint8Array)) body.cancel().catch(() => undefined)
}
