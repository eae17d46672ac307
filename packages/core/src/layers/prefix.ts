/**
 * The prefix view: a part of a store that looks like a whole one.
 *
 * Invariant: nothing outside the prefix can be read, written, listed or told of through it, be it
 * in messages, causes, cursors or health. Keys need no escaping: those with `..` segments are
 * refused.
 */
import type {
  BodyStream,
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
import { assertKey, compareKeys, keyFault, quoteKey } from '../keys.ts'
import { CircleWatch, decodeCursor, encodeCursor, isPassed, type ListPosition } from '../listing.ts'
import { throwIfAborted } from '../options.ts'
import { closeIterator, discardSource } from '../source.ts'
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

/** What a prefix view cuts off its keys, or undefined for any other backend. */
export function prefixOf(backend: StorageBackend): string | undefined {
  return backend instanceof PrefixView ? backend.folder : undefined
}

function folderOf(text: unknown): string {
  const path = typeof text === 'string' && text.endsWith('/') ? text.slice(0, -1) : text
  assertKey(path)
  return `${path}/`
}

/** Listings under way at once that go on with the inner backend's own cursor. */
const innerCursorsMax = 256

/** The text after which a listing goes on. Nothing under a prefix is behind its U+10FFFF. */
function startAfterOf({ kind, after }: ListPosition): string {
  return kind === 'prefix' ? `${after}\u{10ffff}` : after
}

function lastOf(
  objects: readonly ListedObject[],
  prefixes: readonly string[],
): ListPosition | undefined {
  const key = objects.at(-1)?.key
  const prefix = prefixes.at(-1)
  if (prefix !== undefined && (key === undefined || compareKeys(prefix, key) > 0)) {
    return { after: prefix, kind: 'prefix' }
  }
  return key === undefined ? undefined : { after: key, kind: 'object' }
}

class PrefixView implements StorageBackend {
  readonly name: string
  readonly capabilities: Capabilities
  readonly #inner: StorageBackend
  readonly #folder: string
  /**
   * By our cursors, those of the backend inside, which may go on faster but hold full keys. One
   * that is forgotten, or of another process, is replaced by a listing that starts after it.
   */
  readonly #innerCursors = new Map<string, string>()

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

  get folder(): string {
    return this.#folder
  }

  async read(key: string, options?: ReadOptions): Promise<ReadResult> {
    const full = this.#full(key)
    const result = await this.#run(options, () => this.#inner.read(full, options))
    const info = this.#inside(result.info)
    return { ...result, info, body: this.#insideBody(result.body, options) }
  }

  async write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    const full = this.#fullOrDiscard(key, body)
    return this.#inside(await this.#run(options, () => this.#inner.write(full, body, options)))
  }

  async stat(key: string, options?: StatOptions): Promise<ObjectInfo> {
    const full = this.#full(key)
    return this.#inside(await this.#run(options, () => this.#inner.stat(full, options)))
  }

  async delete(key: string, options?: DeleteOptions): Promise<boolean> {
    const full = this.#full(key)
    return this.#run(options, () => this.#inner.delete(full, options))
  }

  list(options: ListOptions = {}): Promise<ListPage> {
    return this.#run(options, async () => {
      const position =
        options.cursor === undefined ? undefined : decodeCursor(options.cursor, options)
      const first = this.#innerList(options, position)
      const watch = new CircleWatch()
      let { cursor } = first
      for (;;) {
        const page = this.#insidePage(
          await this.#inner.list(cursor === undefined ? first : { ...first, cursor }),
          options,
          position,
        )
        cursor = page.cursor
        // A page may be empty; only behind an entry there is a position for a cursor of our own.
        if (cursor === undefined || page.objects.length + page.prefixes.length > 0) return page
        watch.pass(cursor)
      }
    })
  }

  async copy(from: string, to: string, options?: CopyOptions): Promise<ObjectInfo> {
    const [fullFrom, fullTo] = [this.#full(from), this.#full(to)]
    return this.#inside(await this.#run(options, () => this.#inner.copy(fullFrom, fullTo, options)))
  }

  async deleteMany(keys: readonly string[], options?: OperationOptions): Promise<DeleteOutcome[]> {
    const refused = new Map<number, DeleteOutcome>()
    const full: string[] = []
    keys.forEach((key, place) => {
      try {
        full.push(this.#full(key))
      } catch (error) {
        refused.set(place, { key, deleted: false, error: error as StorageError })
      }
    })
    const outcomes = await this.#run(options, () => this.#inner.deleteMany(full, options))
    const inside: DeleteOutcome[] = outcomes.map(({ key, deleted, error }) => ({
      key: key.slice(this.#folder.length),
      deleted,
      ...(error === undefined ? {} : { error: this.#renamed(error) }),
    }))
    for (const [place, outcome] of refused) inside.splice(place, 0, outcome)
    return inside
  }

  /** Without details and the inner message: they count and name what is outside. */
  async health(options?: OperationOptions): Promise<Health> {
    const { ok, latencyMs } = await this.#run(options, () => this.#inner.health(options))
    const message = ok ? 'the whole store is healthy' : 'the whole store tells what is wrong'
    return { ok, latencyMs, message, details: {} }
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
          `${this.capabilities.keyBytesMax} fit here`,
        { key },
      )
    }
    // Only a foreign key has them; where keys are paths they would lead outside.
    if (/(?:^|\/)\.{1,2}(?:\/|$)/.test(key)) {
      throw new StorageError('INVALID_KEY', `Key ${quoteKey(key)} ${keyFault(key)}`, { key })
    }
    return this.#folder + key
  }

  #fullOrDiscard(key: string, body: WriteBody): string {
    try {
      return this.#full(key)
    } catch (error) {
      discardSource(body)
      throw error
    }
  }

  #inside<T extends ListedObject>(object: T): T {
    return { ...object, key: object.key.slice(this.#folder.length) }
  }

  #insideBody(
    body: Uint8Array | BodyStream,
    options: OperationOptions | undefined,
  ): Uint8Array | BodyStream {
    if (body instanceof Uint8Array) return body
    return {
      [Symbol.asyncIterator]: () => {
        const iterator = body[Symbol.asyncIterator]()
        return {
          next: () => this.#run(options, () => iterator.next()),
          return: async () => {
            await closeIterator(iterator)
            return { done: true, value: undefined }
          },
        }
      },
      cancel: () => this.#run(options, () => body.cancel()),
    }
  }

  /** Does a call on the inner backend, whose errors name the inner keys. */
  async #run<T>(options: OperationOptions | undefined, call: () => Promise<T>): Promise<T> {
    try {
      return await call()
    } catch (error) {
      if (isStorageError(error)) throw this.#renamed(error)
      // A mistake in the program, in the caller's own body for instance.
      if (error instanceof TypeError && error.cause === undefined) throw error
      throwIfAborted(options?.signal)
      const message = 'The store failed in a way that cannot be told in a prefix view'
      throw new StorageError('UNAVAILABLE', message, { retryable: 'no' })
    }
  }

  /** The same error with the key that this view's caller knows. */
  #renamed(error: StorageError): StorageError {
    const key = error.key?.startsWith(this.#folder)
      ? error.key.slice(this.#folder.length)
      : undefined
    const message = this.#insideMessage(error.message, key)
    return error.with({ message, key, ...this.#insideCause(error) })
  }

  /** Errors of the system name paths: they stay outside. */
  #insideCause({ code, cause }: StorageError): { readonly cause?: unknown } {
    // The caller's own: what its body threw, or the reason of its signal.
    if (cause === undefined || code === 'ABORTED') return {}
    return { cause: isStorageError(cause) ? this.#renamed(cause) : undefined }
  }

  /** Messages quote keys, long ones cut. */
  #insideMessage(message: string, key: string | undefined): string {
    const named =
      key === undefined
        ? message
        : message.replaceAll(quoteKey(this.#folder + key), () => quoteKey(key))
    return named.replaceAll(JSON.stringify(this.#folder).slice(0, -1), '"')
  }

  #innerList(options: ListOptions, position: ListPosition | undefined): ListOptions {
    const { startAfter = '', cursor, ...scope } = options
    const after = position === undefined ? '' : startAfterOf(position)
    const text = compareKeys(after, startAfter) > 0 ? after : startAfter
    const known = cursor === undefined ? undefined : this.#innerCursors.get(cursor)
    return {
      ...scope,
      prefix: this.#folder + (options.prefix ?? ''),
      ...(known === undefined
        ? text !== '' && { startAfter: this.#folder + text }
        : { cursor: known, ...(startAfter !== '' && { startAfter: this.#folder + startAfter }) }),
    }
  }

  #insidePage(page: ListPage, scope: ListOptions, position: ListPosition | undefined): ListPage {
    const objects = page.objects
      .map((object) => this.#inside(object))
      // A foreign object may be named as the folder itself: that is no key in here.
      .filter(({ key }) => key !== '' && !isPassed(key, position))
    const prefixes = page.prefixes
      .map((prefix) => prefix.slice(this.#folder.length))
      .filter((prefix) => !isPassed(prefix, position))
    const last = lastOf(objects, prefixes)
    const told = page.answeredBy === undefined ? {} : { answeredBy: page.answeredBy }
    // Without an entry there is no position: the caller goes on with the inner cursor.
    if (page.cursor === undefined || last === undefined) {
      return { objects, prefixes, cursor: page.cursor, ...told }
    }
    const cursor = encodeCursor(last, scope)
    this.#remember(cursor, page.cursor)
    return { objects, prefixes, cursor, ...told }
  }

  #remember(cursor: string, inner: string): void {
    this.#innerCursors.delete(cursor)
    this.#innerCursors.set(cursor, inner)
    for (const oldest of this.#innerCursors.keys()) {
      if (this.#innerCursors.size <= innerCursorsMax) break
      this.#innerCursors.delete(oldest)
    }
  }
}
