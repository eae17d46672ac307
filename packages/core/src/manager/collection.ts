/**
 * Typed documents under one name: `collection('agents', schema)` keeps `agents/ID`.
 *
 * Invariant: `update` never loses another writer's change. It writes over the version that it read
 * or not at all, and tries again a bounded number of times.
 */
import { isDeepStrictEqual } from 'node:util'
import type { ObjectInfo, OperationOptions } from '../backend.ts'
import type { Clock } from '../clock.ts'
import { isStorageError, StorageError } from '../errors.ts'
import { jitterMs } from '../jitter.ts'
import { assertKey, keyFault } from '../keys.ts'
import { abortError, assertInteger, assertOptions, ownOptions, throwIfAborted } from '../options.ts'
import type { Random } from '../random.ts'
import { type StandardSchema, validate } from '../schema.ts'
import { unlessAborted } from '../source.ts'
import type { StorageManager } from './manager.ts'
import type { LoadedEntry, WriteConditions } from './options.ts'
import type { Values } from './values.ts'

/** Tries of `update`, unless the caller says otherwise. */
export const updateAttemptsDefault = 10
/** Most tries of `update`. */
export const updateAttemptsMax = 1000
/** The pause before try n is random, up to this times 2^n. */
const updateDelayMs = 2
/** No pause is longer. */
const updateDelayMsMax = 1000
/** Documents loaded ahead while iterating. */
const documentsAheadMax = 16

/** A document and its id. */
export interface CollectionDocument<T> {
  readonly id: string
  readonly value: T
  readonly info: ObjectInfo
}

/** What `update` of a collection takes. */
export interface UpdateOptions extends OperationOptions {
  /** Tries before `CONFLICT`. Default 10, at most 1,000. */
  readonly attempts?: number | undefined
}

const writeNames: ReadonlySet<string> = new Set(['signal', 'ifMatch', 'ifNoneMatch'])
const signalNames: ReadonlySet<string> = new Set(['signal'])
const deleteNames: ReadonlySet<string> = new Set(['signal', 'ifMatch'])
const updateNames: ReadonlySet<string> = new Set(['signal', 'attempts'])

/** Made by `StorageManager.collection`. `In` is what is put, `Out` what the schema makes of it. */
export class Collection<In = unknown, Out = In> {
  /** The name, without a trailing `/`. */
  readonly name: string
  readonly #manager: StorageManager
  readonly #schema: StandardSchema | undefined
  readonly #reading: { readonly schema?: StandardSchema }
  readonly #clock: Clock
  readonly #random: Random
  readonly #values: Values

  /** @internal */
  constructor(
    manager: StorageManager,
    name: string,
    schema: StandardSchema | undefined,
    tools: { readonly clock: Clock; readonly random: Random; readonly values: Values },
  ) {
    const path = typeof name === 'string' && name.endsWith('/') ? name.slice(0, -1) : name
    assertKey(path)
    this.name = path
    this.#manager = manager
    this.#schema = schema
    this.#reading = schema === undefined ? {} : { schema }
    this.#clock = tools.clock
    this.#random = tools.random
    this.#values = tools.values
  }

  /** @throws StorageError `NOT_FOUND`, `SCHEMA_INVALID`. */
  async get(id: string, options: OperationOptions = {}): Promise<Out> {
    assertOptions(options, signalNames, 'get')
    return (await this.#manager.load(this.#key(id), { ...options, ...this.#reading })) as Out
  }

  /** The document, or undefined when there is none. */
  async find(id: string, options: OperationOptions = {}): Promise<Out | undefined> {
    assertOptions(options, signalNames, 'find')
    const found = await this.#manager.find(this.#key(id), { ...options, ...this.#reading })
    return found as Out | undefined
  }

  /**
   * Creates.
   *
   * @throws StorageError `ALREADY_EXISTS`, `SCHEMA_INVALID`; of a write whose answer was lost,
   * retryable `'no'`: done again, it could meet its own document.
   */
  async insert(id: string, value: In, options: OperationOptions = {}): Promise<ObjectInfo> {
    assertOptions(options, signalNames, 'insert')
    return this.put(id, value, { ...options, ifNoneMatch: '*' })
  }

  /** Creates or replaces. @throws StorageError `SCHEMA_INVALID`, and the conditions'. */
  async put(
    id: string,
    value: In,
    options: OperationOptions & WriteConditions = {},
  ): Promise<ObjectInfo> {
    const own = ownOptions(options, writeNames, 'put')
    const key = this.#key(id)
    // Without a schema at once, so that the caller may change the value.
    if (this.#schema === undefined) return this.#manager.save(key, value, own)
    return this.#manager.save(key, await this.#checked(key, value, own.signal), own)
  }

  /**
   * Replaces a document by what `change` makes of it; `change` runs again when another writer was
   * faster, so it has no effects of its own. What it throws ends the update.
   *
   * @returns the new document, as the schema gives it.
   * @throws StorageError `NOT_FOUND`; `CONFLICT` (retryable `'exhausted'`) after all attempts; of a
   * write whose answer was lost, retryable `'no'`: done again, the change could be made twice.
   */
  async update(
    id: string,
    change: (current: Out) => In | Promise<In>,
    options: UpdateOptions = {},
  ): Promise<CollectionDocument<Out>> {
    assertOptions(options, updateNames, 'update')
    const { attempts = updateAttemptsDefault, signal } = options
    assertInteger(attempts, 'attempts', 1, updateAttemptsMax)
    const key = this.#key(id)
    const each = signal === undefined ? {} : { signal }
    for (let attempt = 1; ; attempt++) {
      const { value: current, info: read } = await this.#manager.loadEntry(key, {
        ...each,
        ...this.#reading,
      })
      const changed = await unlessAborted(async () => change(current as Out), signal)
      if (changed === undefined) {
        throw new TypeError('update: the callback returned undefined; return the new document')
      }
      const value = await this.#checked(key, changed, signal)
      try {
        const info = await this.#manager.save(key, value, { ...each, ifMatch: read.etag })
        return { id, value: value as Out, info }
      } catch (error) {
        if (!isStorageError(error, 'PRECONDITION_FAILED', 'CONFLICT')) throw error
        if (attempt >= attempts) throw exhausted(this.#manager, key, attempts, error)
      }
      await this.#pause(attempt, signal)
    }
  }

  /** True when a document was deleted. */
  async delete(
    id: string,
    options: OperationOptions & Pick<WriteConditions, 'ifMatch'> = {},
  ): Promise<boolean> {
    assertOptions(options, deleteNames, 'delete')
    return this.#manager.delete(this.#key(id), options)
  }

  async has(id: string, options: OperationOptions = {}): Promise<boolean> {
    assertOptions(options, signalNames, 'has')
    return this.#manager.exists(this.#key(id), options)
  }

  /** All ids, in UTF-8 order, less those that no document of this library can have. */
  async ids(options: OperationOptions = {}): Promise<string[]> {
    assertOptions(options, signalNames, 'ids')
    const prefix = `${this.name}/`
    const keys = await this.#manager.listKeys({ ...options, prefix })
    return keys.map((key) => key.slice(prefix.length)).filter(isId)
  }

  /** All documents, in UTF-8 order of id. One that is deleted meanwhile is left out. */
  async *documents(
    options: OperationOptions = {},
  ): AsyncGenerator<CollectionDocument<Out>, void, undefined> {
    const own = ownOptions(options, signalNames, 'documents')
    const prefix = `${this.name}/`
    let keys: string[] = []
    for await (const entry of this.#manager.list({ ...own, prefix })) {
      if (entry.kind === 'object' && isId(entry.key.slice(prefix.length))) keys.push(entry.key)
      if (keys.length < documentsAheadMax) continue
      yield* this.#loaded(keys, own)
      keys = []
    }
    yield* this.#loaded(keys, own)
  }

  async *#loaded(
    keys: readonly string[],
    options: OperationOptions,
  ): AsyncGenerator<CollectionDocument<Out>, void, undefined> {
    const reading = { ...options, ...this.#reading }
    const load = (key: string): Promise<LoadedEntry | undefined> =>
      this.#values.findEntry(key, reading)
    for (const result of await Promise.allSettled(keys.map(load))) {
      if (result.status === 'rejected') throw result.reason
      if (result.value === undefined) continue
      const { value, info } = result.value
      yield { id: info.key.slice(this.name.length + 1), value: value as Out, info }
    }
  }

  /**
   * What the schema makes of a document. It is validated again when it is loaded, so it must pass
   * as it is.
   */
  async #checked(key: string, value: unknown, signal?: AbortSignal): Promise<unknown> {
    if (this.#schema === undefined) return value
    const { name: backend } = this.#manager
    try {
      const output = await validate(this.#schema, value, key, signal)
      const again = await validate(this.#schema, output, key, signal).catch((cause: unknown) => {
        throw signal?.aborted === true ? cause : transformError(key, cause)
      })
      if (!isDeepStrictEqual(again, output)) throw transformError(key)
      return output
    } catch (error) {
      throw isStorageError(error) ? error.with({ backend, operation: 'validate', key }) : error
    }
  }

  #key(id: string): string {
    assertKey(id)
    return `${this.name}/${id}`
  }

  async #pause(attempt: number, signal: AbortSignal | undefined): Promise<void> {
    throwIfAborted(signal)
    const delayMs = jitterMs(this.#random, attempt, updateDelayMs, updateDelayMsMax)
    await this.#clock.sleep(delayMs, signal).catch((error: unknown) => {
      throw signal?.aborted === true ? abortError(signal) : error
    })
  }
}

/** Others may write keys under the collection's name that are no ids. */
function isId(id: string): boolean {
  return keyFault(id) === undefined
}

function transformError(key: string, cause?: unknown): StorageError {
  return new StorageError(
    'SCHEMA_INVALID',
    'The schema does not take its own output as it is, so that the document could not be loaded ' +
      'again; transform before put() or after get(), and let the schema describe what is stored',
    { key, ...(cause === undefined ? {} : { cause }) },
  )
}

function exhausted(
  manager: StorageManager,
  key: string,
  attempts: number,
  cause: unknown,
): StorageError {
  return new StorageError(
    'CONFLICT',
    `Other writers were faster ${attempts} times; update less often or raise attempts`,
    { retryable: 'exhausted', backend: manager.name, operation: 'update', key, cause },
  )
}
