/**
 * The class that users hold: one API over every backend.
 *
 * It validates, serializes and observes once, so that backends get clean input. Its methods are
 * short: admission decides what may pass, access talks to the backend, and the work of many keys is
 * in the files beside this one.
 */
import type {
  Health,
  ListOptions,
  ListPage,
  ObjectInfo,
  OperationOptions,
  StorageBackend,
  WriteOptions,
} from '../backend.ts'
import { type BodyInput, toWriteBody } from '../body.ts'
import type { Capabilities } from '../capabilities.ts'
import { systemClock } from '../clock.ts'
import { CodecRegistry, streamType } from '../codecs/registry.ts'
import type { StorageConfig } from '../config.ts'
import { Lifecycle } from '../diagnostics/calls.ts'
import { applyLayers } from '../layers/layer.ts'
import { prefix as prefixView } from '../layers/prefix.ts'
import { openBackend } from '../open.ts'
import { assertInteger, assertOptions, describe, ownOptions, throwIfAborted } from '../options.ts'
import { systemRandom } from '../random.ts'
import { assertSchema, type SchemaInput, type SchemaOutput } from '../schema.ts'
import type { StandardSchema } from '../schema.ts'
import { discardSource } from '../source.ts'
import type { StoredBody } from '../stored-body.ts'
import { Access } from './access.ts'
import { Admission } from './admission.ts'
import { type BatchParts, deleteMany, loadMany, saveMany } from './batch.ts'
import { Collection } from './collection.ts'
import { listEntries, listKeys } from './listing.ts'
import * as types from './options.ts'
import type { Items } from './pool.ts'
import {
  type Readiness,
  type ReadinessOptions,
  readinessOptionNames,
  readinessTimeoutMsDefault,
  readinessTimeoutMsMax,
} from './readiness/options.ts'
import { readinessOf } from './readiness/readiness.ts'
import { assertBackend, managerOptions } from './setup.ts'
import { copyBetween, copyWithin, move } from './transfer.ts'
import type { UsageOptions, UsageReading } from './usage/options.ts'
import { readUsage } from './usage/usage.ts'
import { readOptions, unlessMissing, Values, writeOptions } from './values.ts'
import type * as versions from './versions/options.ts'
import { VersionedValues } from './versions/versions.ts'

const { optionNames } = types

/** The lifecycle that a view shares with the manager it was made from. */
const parentOf = new WeakMap<types.ManagerOptions, Lifecycle>()

/**
 * Saves and loads values under keys, on any backend.
 *
 * All methods reject with `StorageError` for what data, service or disk cause, with `TypeError`
 * for mistakes in the program, and take a `signal` that ends them with `ABORTED`.
 */
export class StorageManager implements AsyncDisposable {
  readonly #access: Access
  readonly #admission: Admission
  readonly #values: Values
  readonly #versions: VersionedValues
  readonly #options: types.ManagerOptions

  /** @param backend Made by a backend package; most programs call {@link StorageManager.open}. */
  constructor(backend: StorageBackend, options: types.ManagerOptions = {}) {
    assertBackend(backend)
    const own = managerOptions(options)
    const { layers = [], codecs = [], logger, diagnostics } = own
    const { clock = systemClock, random = systemRandom } = own
    const layered = applyLayers(backend, layers)
    this.#options = own
    this.#access = new Access(layered, new Lifecycle(parentOf.get(options)), {
      clock,
      logger,
      areKeysTraced: diagnostics?.keys === true,
    })
    this.#admission = new Admission(layered.name, layered.capabilities)
    this.#values = new Values(this.#access, new CodecRegistry(codecs))
    const tools = { access: this.#access, clock, random }
    this.#versions = new VersionedValues(tools, this.#admission, this.#values)
  }

  /**
   * Opens the backend that `config` describes, and a manager over it that owns it.
   *
   * @throws StorageError `INVALID_ARGUMENT` for a type, URL or setting that cannot be,
   * `UNSUPPORTED` when the backend's package is not installed; and the backend's own.
   */
  static async open<Settings = unknown>(
    config: StorageConfig<Settings>,
    options: types.ManagerOptions = {},
  ): Promise<StorageManager> {
    assertOptions(options, optionNames.manager, 'StorageManager.open')
    const backend = await openBackend(config)
    try {
      return new StorageManager(backend, options)
    } catch (error) {
      // A backend that the caller opened stays the caller's when no manager came to own it.
      const isOwn = backend === config || backend === (config as { backend?: unknown }).backend
      // Should that fail as well, the first error is the one to tell.
      if (!isOwn) await backend.close().catch(() => undefined)
      throw error
    }
  }

  /** The backend's name, for instance `file`. */
  get name(): string {
    return this.backend.name
  }

  /** What the backend can do, layers included. */
  get capabilities(): Capabilities {
    return this.backend.capabilities
  }

  /** The escape hatch: the backend with its layers. It takes clean input only and checks less. */
  get backend(): StorageBackend {
    return this.#access.backend
  }

  /**
   * Stores a value; what `load` gives deep-equals it, or this throws before anything is written.
   * The value may be changed by the caller as soon as the call returned its promise, unless a
   * schema is given, which may look at it later.
   *
   * An explicit `contentType` must give the same kind of value back: text is saved as `text/*`,
   * bytes as types that are neither text nor JSON nor CBOR (or as those of own codecs), all else as
   * JSON or CBOR. Text of other types, such as `image/svg+xml`, goes through `writeStream` and is
   * loaded with `{ as: 'text' }`.
   *
   * @throws StorageError `SERIALIZATION`, `SCHEMA_INVALID`, `ALREADY_EXISTS`,
   * `PRECONDITION_FAILED`, `QUOTA_EXCEEDED`, and the service's.
   */
  async save<S extends StandardSchema>(
    key: string,
    value: SchemaInput<S>,
    options: types.SaveOptions<S> & { readonly schema: S },
  ): Promise<ObjectInfo>
  async save(key: string, value: unknown, options?: types.PlainSaveOptions): Promise<ObjectInfo>
  async save(key: string, value: unknown, options?: types.SaveOptions): Promise<ObjectInfo> {
    this.#admission.key(key)
    const own = this.#admission.write(options, optionNames.save, 'save')
    return this.#values.save(key, value, own)
  }

  /**
   * Loads a value, decoded by its stored content type. Without a schema its type is what the
   * caller says it is, `load<Agent>(…)`, and else `unknown`.
   *
   * @throws StorageError `NOT_FOUND` unless a `default` is given, `SERIALIZATION`,
   * `SCHEMA_INVALID`, `PRECONDITION_FAILED`, `NOT_MODIFIED`, and the service's.
   */
  async load<S extends StandardSchema, D = never>(
    key: string,
    options: types.LoadOptions & { readonly schema: S; readonly default?: D },
  ): Promise<SchemaOutput<S> | D>
  async load<D = never>(
    key: string,
    options: types.LoadOptions & { readonly as: 'text'; readonly default?: D },
  ): Promise<string | D>
  async load<D = never>(
    key: string,
    options: types.LoadOptions & { readonly as: 'bytes'; readonly default?: D },
  ): Promise<Uint8Array | D>
  async load<T = unknown>(
    key: string,
    options?: types.LoadOptions & { readonly default?: NoInfer<T> },
  ): Promise<NoInfer<T>>
  async load(key: string, options?: types.LoadOptions & { default?: unknown }): Promise<unknown> {
    const own = this.#admitRead(key, options, optionNames.load, 'load')
    if (own !== undefined && 'default' in own) return this.#values.loadOr(own.default, key, own)
    return (await this.#values.loadEntry(key, own)).value
  }

  /** As `load`, but undefined when there is no such key. */
  async find<S extends StandardSchema>(
    key: string,
    options: types.LoadOptions & { readonly schema: S },
  ): Promise<SchemaOutput<S> | undefined>
  async find<T = unknown>(key: string, options?: types.LoadOptions): Promise<NoInfer<T> | undefined>
  async find(key: string, options?: types.LoadOptions): Promise<unknown> {
    const own = this.#admitRead(key, options, optionNames.find, 'find')
    return (await this.#values.findEntry(key, own))?.value
  }

  /** As `load`, together with what is known of the object: for a later `ifMatch: info.etag`. */
  async loadEntry<S extends StandardSchema>(
    key: string,
    options: types.LoadOptions & { readonly schema: S },
  ): Promise<types.LoadedEntry<SchemaOutput<S>>>
  async loadEntry<T = unknown>(
    key: string,
    options?: types.LoadOptions,
  ): Promise<types.LoadedEntry<NoInfer<T>>>
  async loadEntry(key: string, options?: types.LoadOptions): Promise<types.LoadedEntry> {
    const own = this.#admitRead(key, options, optionNames.find, 'loadEntry')
    return this.#values.loadEntry(key, own)
  }

  /** A denied access or a missing container is an error, never "does not exist". */
  async exists(key: string, options?: OperationOptions & types.ForeignOption): Promise<boolean> {
    const own = this.#admitRead(key, options, optionNames.exists, 'exists')
    return (await unlessMissing(this.#access.stat(key, readOptions(own)))) !== undefined
  }

  /** @throws StorageError `NOT_FOUND`, `PRECONDITION_FAILED`, `NOT_MODIFIED`. */
  async stat(key: string, options?: types.StatKeyOptions): Promise<ObjectInfo> {
    const own = this.#admitRead(key, options, optionNames.stat, 'stat')
    return this.#access.stat(key, readOptions(own))
  }

  /** True when an object was deleted, false when there was none. */
  async delete(key: string, options?: types.DeleteKeyOptions): Promise<boolean> {
    const own = this.#admission.delete(options)
    this.#admission.existingKey(key, own)
    const { ifMatch, signal } = own ?? {}
    return this.#access.delete(key, {
      ...(ifMatch === undefined ? {} : { ifMatch }),
      ...(signal === undefined ? {} : { signal }),
    })
  }

  /** All keys in UTF-8 order, in memory; {@link StorageManager.list} goes through more. */
  async listKeys(scope: types.ListKeysOptions | string = {}): Promise<string[]> {
    const options = typeof scope === 'string' ? { prefix: scope } : scope
    return listKeys(this.#access, this.#admission.list(options, optionNames.listKeys, 'listKeys'))
  }

  /** Objects, and with a delimiter common prefixes, in UTF-8 order, page by page as consumed. */
  list(options: types.ListAllOptions = {}): AsyncGenerator<types.ListEntry, void, undefined> {
    return listEntries(this.#access, this.#admission.list(options, optionNames.list, 'list'))
  }

  /** One page, to hand its cursor to somebody else. */
  async listPage(options: ListOptions = {}): Promise<ListPage> {
    return this.#access.list(this.#admission.list(options, optionNames.listPage, 'listPage'))
  }

  /** Opens an object; consume the body or cancel it. @throws as {@link StorageManager.load}. */
  async readStream(key: string, options?: types.ReadStreamOptions): Promise<StoredBody> {
    const own = this.#admitRead(key, options, optionNames.readStream, 'readStream')
    return this.#access.body(await this.#access.read(key, readOptions(own)), own?.signal)
  }

  /**
   * Stores bytes as they come, in constant memory; whole or not at all. Nothing is copied: bytes
   * and chunks must not change until the promise settles. The body is closed in every case, also
   * when key or options are refused.
   */
  async writeStream(
    key: string,
    body: BodyInput,
    options?: types.WriteStreamOptions,
  ): Promise<ObjectInfo> {
    let writing: WriteOptions
    try {
      this.#admission.key(key)
      const own = this.#admission.write(options, optionNames.writeStream, 'writeStream')
      writing = writeOptions(own?.contentType ?? streamType(body), own)
    } catch (error) {
      discardSource(body)
      throw error
    }
    return this.#access.write(key, toWriteBody(body), writing)
  }

  /**
   * Saves entries as they are pulled from the iterable; one result each, in order.
   *
   * @throws StorageError `ABORTED` when the iterable throws, after what was started has ended;
   * `batchResults(error)` has the results. So do `loadMany` and `deleteMany`.
   */
  async saveMany<S extends StandardSchema = StandardSchema>(
    entries: Items<types.SaveEntry<S>>,
    options?: types.BatchOptions,
  ): Promise<types.SaveResult[]> {
    return saveMany(this.#parts(), entries, options)
  }

  /** Loads keys as they are pulled from the iterable; one result each, in order. */
  async loadMany<S extends StandardSchema>(
    keys: Items<string>,
    options: types.LoadManyOptions & { readonly schema: S },
  ): Promise<types.LoadResult<SchemaOutput<S>>[]>
  async loadMany<T = unknown>(
    keys: Items<string>,
    options?: types.LoadManyOptions,
  ): Promise<types.LoadResult<NoInfer<T>>[]>
  async loadMany(
    keys: Items<string>,
    options?: types.LoadManyOptions,
  ): Promise<types.LoadResult[]> {
    return loadMany(this.#parts(), keys, options)
  }

  /** Deletes keys in batches of the backend's own; one result each, in order. */
  async deleteMany(
    keys: Items<string>,
    options?: types.DeleteManyOptions,
  ): Promise<types.DeleteResult[]> {
    return deleteMany(this.#parts(), keys, options)
  }

  /** Copies body, type and metadata, also to another manager's backend. */
  async copy(from: string, to: string, options: types.CopyKeyOptions = {}): Promise<ObjectInfo> {
    const own = ownOptions(options, optionNames.copy, 'copy')
    this.#admission.existingKey(from, own)
    const { destination } = own
    if (destination !== undefined && !(destination instanceof StorageManager)) {
      throw new TypeError(`destination is a StorageManager, not ${describe(destination)}`)
    }
    const target = destination ?? this
    target.#admission.key(to)
    return target.backend === this.backend
      ? copyWithin(this.#parts(), from, to, own)
      : copyBetween(this.#parts(), from, target.#parts(), to, own)
  }

  /**
   * Copies, then deletes the source in the version that was copied. Onto itself: only checks that
   * it exists and that the conditions hold.
   *
   * @throws StorageError `CONFLICT` when the source changed meanwhile; both stay then. Retryable
   * `'no'` when the source could not be deleted: the copy is made, and the message says where.
   */
  async move(from: string, to: string, options: types.MoveOptions = {}): Promise<ObjectInfo> {
    const own = ownOptions(options, optionNames.move, 'move')
    const { sourceCheck } = own
    if (sourceCheck !== undefined && sourceCheck !== 'version' && sourceCheck !== 'none') {
      throw new TypeError("sourceCheck is 'version' or 'none'")
    }
    this.#admission.existingKey(from, own)
    this.#admission.key(to)
    return move(this.#parts(), from, to, own)
  }

  /**
   * Saves a value as a new version of `key`, and makes it the current one. Versions are numbered 1,
   * 2, 3, …; a number is given once, also when its version was pruned. Savers at once, in any
   * number of processes, each get a number, and the highest is current at the end.
   *
   * With `{ versions: 'native' }` the service keeps the versions, and their ids are its own.
   *
   * @throws StorageError `UNSUPPORTED` without conditional writes, before anything is written;
   * `PRECONDITION_FAILED` of `ifCurrent`, `ALREADY_EXISTS` of `version`; `CONFLICT`, retryable
   * `'exhausted'`, after all attempts; and as `save`. When the version is stored and the pointer
   * could not be moved, the error says so: the version is pending, and `rollback` makes it current.
   */
  async saveVersioned(
    key: string,
    value: unknown,
    options: versions.SaveNativeOptions,
  ): Promise<versions.SavedVersion<string>>
  async saveVersioned(
    key: string,
    value: unknown,
    options?: versions.SaveVersionOptions,
  ): Promise<versions.SavedVersion<number>>
  async saveVersioned(
    key: string,
    value: unknown,
    options?: versions.SaveVersionOptions | versions.SaveNativeOptions,
  ): Promise<versions.SavedVersion> {
    return this.#versions.save(key, value, options)
  }

  /**
   * Loads a version, with its number. Default: the current one.
   *
   * @throws StorageError `NOT_FOUND` when there is no such version, or none is current; `CORRUPT`
   * when the current one was deleted past this library; and as `load`.
   */
  async loadVersion<S extends StandardSchema>(
    key: string,
    version: string | undefined,
    options: versions.LoadNativeOptions & { readonly schema: S },
  ): Promise<versions.LoadedVersion<SchemaOutput<S>, string>>
  async loadVersion<S extends StandardSchema>(
    key: string,
    version: number | undefined,
    options: versions.LoadVersionOptions & { readonly schema: S },
  ): Promise<versions.LoadedVersion<SchemaOutput<S>, number>>
  async loadVersion<T = unknown>(
    key: string,
    version: string | undefined,
    options: versions.LoadNativeOptions,
  ): Promise<versions.LoadedVersion<NoInfer<T>, string>>
  async loadVersion<T = unknown>(
    key: string,
    version?: number,
    options?: versions.LoadVersionOptions,
  ): Promise<versions.LoadedVersion<NoInfer<T>, number>>
  async loadVersion(
    key: string,
    version?: versions.VersionId,
    options?: versions.LoadVersionOptions | versions.LoadNativeOptions,
  ): Promise<versions.LoadedVersion> {
    return this.#versions.load(key, version, options)
  }

  /** The current version; undefined when there is none. */
  async currentVersion(
    key: string,
    options: versions.CurrentNativeOptions,
  ): Promise<string | undefined>
  async currentVersion(
    key: string,
    options?: versions.CurrentVersionOptions,
  ): Promise<number | undefined>
  async currentVersion(
    key: string,
    options?: versions.CurrentVersionOptions | versions.CurrentNativeOptions,
  ): Promise<versions.VersionId | undefined> {
    return this.#versions.current(key, options)
  }

  /** The versions of a key, the newest first: 1,000 of them, unless `limit` says otherwise. */
  async listVersions(
    key: string,
    options: versions.ListNativeOptions,
  ): Promise<versions.ListedVersion<string>[]>
  async listVersions(
    key: string,
    options?: versions.ListVersionsOptions,
  ): Promise<versions.ListedVersion<number>[]>
  async listVersions(
    key: string,
    options?: versions.ListVersionsOptions | versions.ListNativeOptions,
  ): Promise<versions.ListedVersion[]> {
    return this.#versions.list(key, options)
  }

  /**
   * Makes a version the current one, in one step: only the pointer moves, nothing is copied. With
   * `{ versions: 'native' }` the old version is written as the newest, and gets a new id.
   *
   * @throws StorageError `NOT_FOUND`, `PRECONDITION_FAILED` of `ifCurrent`, `CONFLICT`.
   */
  async rollback(
    key: string,
    version: string,
    options: versions.RollbackNativeOptions,
  ): Promise<versions.SavedVersion<string>>
  async rollback(
    key: string,
    version: number,
    options?: versions.RollbackOptions,
  ): Promise<versions.SavedVersion<number>>
  async rollback(
    key: string,
    version: versions.VersionId,
    options?: versions.RollbackOptions | versions.RollbackNativeOptions,
  ): Promise<versions.SavedVersion> {
    return this.#versions.rollback(key, version, options)
  }

  /**
   * Removes old versions; the current one stays whatever the options say, and so does one whose
   * saver is on the way. What a prune that was killed had begun, the next one ends.
   */
  async pruneVersions(
    key: string,
    options: versions.PruneNativeOptions,
  ): Promise<versions.PruneResult<string>>
  async pruneVersions(
    key: string,
    options: versions.PruneOptions,
  ): Promise<versions.PruneResult<number>>
  async pruneVersions(
    key: string,
    options: versions.PruneOptions | versions.PruneNativeOptions,
  ): Promise<versions.PruneResult> {
    return this.#versions.prune(key, options)
  }

  /** A manager over what is under `prefix`, cut off its keys. Closing it closes only itself. */
  within(prefix: string): StorageManager {
    const options = { ...this.#options, layers: [prefixView(prefix)] }
    parentOf.set(options, this.#access.lifecycle)
    return new StorageManager(this.backend, options)
  }

  /** Typed documents under `name/`. With a schema they are validated on the way in and out. */
  collection<S extends StandardSchema>(
    name: string,
    schema: S,
  ): Collection<SchemaInput<S>, SchemaOutput<S>>
  collection<T = unknown>(name: string): Collection<T>
  collection(name: string, schema?: StandardSchema): Collection {
    if (schema !== undefined) assertSchema(schema)
    const { clock = systemClock, random = systemRandom } = this.#options
    return new Collection(this, name, schema, { clock, random, values: this.#values })
  }

  /** Whether the store can be reached and used; an unhealthy one does not reject. */
  async health(options?: OperationOptions): Promise<Health> {
    return this.#access.health(ownOptions(options, optionNames.health, 'health'))
  }

  /**
   * Whether requests may be sent here, and what is wrong: for the probe of an orchestrator. Asks
   * each backend behind the layers, and each layer, at once and for a limited time.
   *
   * @throws StorageError `ABORTED`; an unhealthy store does not reject, nor a closed one.
   */
  async readiness(options: ReadinessOptions = {}): Promise<Readiness> {
    const own = ownOptions(options, readinessOptionNames, 'readiness')
    const { timeoutMs = readinessTimeoutMsDefault, signal } = own
    assertInteger(timeoutMs, 'timeoutMs', 1, readinessTimeoutMsMax)
    const { clock = systemClock } = this.#options
    const health = (ended: AbortSignal): Promise<Health> => this.#access.health({ signal: ended })
    const report = await readinessOf(this.backend, health, { clock, timeoutMs, signal })
    throwIfAborted(signal)
    return report
  }

  /**
   * Reads what is stored under a prefix: objects, bytes, by type, tier and first segment, the
   * largest, and the growth since an earlier reading. Lists everything, a page at a time: one
   * request for each 1,000 objects or so.
   */
  async usage(prefix: string = '', options: UsageOptions = {}): Promise<UsageReading> {
    const { clock = systemClock } = this.#options
    const parts = { access: this.#access, admission: this.#admission, clock }
    return readUsage(parts, prefix, options)
  }

  /**
   * Closes the backend, unless this is a view. Idempotent: all calls wait for the first one. Later
   * calls of other methods reject with `CLOSED`; what is under way ends, well or with `CLOSED`.
   */
  async close(): Promise<void> {
    return this.#access.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #parts(): BatchParts {
    return { access: this.#access, admission: this.#admission, values: this.#values }
  }

  #admitRead<T extends types.ForeignOption | undefined>(
    key: unknown,
    options: T,
    names: ReadonlySet<string>,
    operation: string,
  ): T {
    const own = this.#admission.read(options, names, operation)
    this.#admission.existingKey(key, own)
    return own
  }
}
