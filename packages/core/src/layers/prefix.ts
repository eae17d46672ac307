/**
 * The prefix view: a part of a store that looks like a whole one.
 *
 * Invariant: nothing outside the prefix can be read, written, listed or told of through it. It
 * needs no escaping, because a key has no `..` segment.
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
import type { Capabilities } from '../capabilities.ts'
import { isStorageError, StorageError } from '../errors.ts'
import { assertKey, quoteKey } from '../keys.ts'
import { defineLayer, type Layer } from './layer.ts'

/**
 * The layer that shows only what is under `prefix`, with the prefix cut off.
 *
 * @param prefix Whole segments; a trailing `/` may be given or left out.
 * @throws StorageError `INVALID_KEY` when the prefix is no legal start of keys.
 */
export function prefix(prefix: string): Layer {
  const folder = folderOf(prefix)
  return defineLayer({
    name: 'prefix',
    isRepeatable: true,
    wrap: (inner) => new PrefixView(inner, folder),
  })
}

function folderOf(text: unknown): string {
  const path = typeof text === 'string' && text.endsWith('/') ? text.slice(0, -1) : text
  assertKey(path)
  return `${path}/`
}

class PrefixView implements StorageBackend {
  readonly name: string
  readonly capabilities: Capabilities
  readonly #inner: StorageBackend
  readonly #folder: string

  constructor(inner: StorageBackend, folder: string) {
    const keyBytesMax = inner.capabilities.keyBytesMax - Buffer.byteLength(folder)
    if (keyBytesMax < 1) {
      throw new StorageError(
        'INVALID_KEY',
        `The prefix ${quoteKey(folder)} leaves no room for keys`,
      )
    }
    this.name = inner.name
    // What a backend has beside the contract takes its own keys; it is not passed on.
    this.capabilities = Object.freeze({ ...inner.capabilities, keyBytesMax, extras: [] })
    this.#inner = inner
    this.#folder = folder
  }

  async read(key: string, options?: ReadOptions): Promise<ReadResult> {
    const result = await this.#run(() => this.#inner.read(this.#full(key), options))
    return { ...result, info: this.#inside(result.info) }
  }

  async write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    return this.#inside(await this.#run(() => this.#inner.write(this.#full(key), body, options)))
  }

  async stat(key: string, options?: StatOptions): Promise<ObjectInfo> {
    return this.#inside(await this.#run(() => this.#inner.stat(this.#full(key), options)))
  }

  delete(key: string, options?: DeleteOptions): Promise<boolean> {
    return this.#run(() => this.#inner.delete(this.#full(key), options))
  }

  async list(options: ListOptions = {}): Promise<ListPage> {
    const { startAfter } = options
    const page = await this.#run(() =>
      this.#inner.list({
        ...options,
        prefix: this.#folder + (options.prefix ?? ''),
        ...(startAfter === undefined ? {} : { startAfter: this.#folder + startAfter }),
      }),
    )
    return {
      objects: page.objects.map((object) => this.#inside(object)),
      prefixes: page.prefixes.map((prefix) => prefix.slice(this.#folder.length)),
      cursor: page.cursor,
    }
  }

  async copy(from: string, to: string, options?: CopyOptions): Promise<ObjectInfo> {
    const run = (): Promise<ObjectInfo> =>
      this.#inner.copy(this.#full(from), this.#full(to), options)
    return this.#inside(await this.#run(run))
  }

  async deleteMany(keys: readonly string[], options?: OperationOptions): Promise<DeleteOutcome[]> {
    const full = keys.map((key) => this.#full(key))
    const outcomes = await this.#run(() => this.#inner.deleteMany(full, options))
    return outcomes.map(({ deleted, error }, index) => ({
      key: keys[index]!,
      deleted,
      ...(error === undefined ? {} : { error: this.#renamed(error) }),
    }))
  }

  health(options?: OperationOptions): Promise<Health> {
    return this.#inner.health(options)
  }

  close(): Promise<void> {
    return this.#inner.close()
  }

  #full(key: string): string {
    const keyBytes = Buffer.byteLength(key)
    if (keyBytes > this.capabilities.keyBytesMax) {
      throw new StorageError(
        'INVALID_KEY',
        `Key ${quoteKey(key)} is ${keyBytes} bytes long; at most ` +
          `${this.capabilities.keyBytesMax} fit behind the prefix ${quoteKey(this.#folder)}`,
        { key },
      )
    }
    return this.#folder + key
  }

  #inside<T extends ListedObject>(object: T): T {
    return { ...object, key: object.key.slice(this.#folder.length) }
  }

  async #run<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call()
    } catch (error) {
      throw isStorageError(error) ? this.#renamed(error) : error
    }
  }

  /** The same error with the key that this view's caller knows. */
  #renamed(error: StorageError): StorageError {
    if (error.key?.startsWith(this.#folder) !== true) return error
    return error.with({ key: error.key.slice(this.#folder.length) })
  }
}
