/**
 * What a call must satisfy before a backend hears of it: legal keys, known options, and nothing
 * that the backend would have to refuse.
 *
 * Invariant: when an admission throws, nothing was read or written. What it takes as options it
 * reads once, and returns what it found: later steps see those, not the caller's object.
 */
import type { Capabilities, ConditionScope } from '../capabilities.ts'
import { StorageError } from '../errors.ts'
import { assertForeignKey, assertKey, assertPrefix, keyBytesMax, quoteKey } from '../keys.ts'
import { assertContentType, ownMetadata } from '../metadata.ts'
import { assertInteger, assertToken, describe, ownOptions } from '../options.ts'
import { ownRange } from '../range.ts'
import { assertSchema } from '../schema.ts'
import { type DeleteKeyOptions, optionNames } from './options.ts'

/** The checks of one manager, against the capabilities of its backend. */
export class Admission {
  readonly #capabilities: Capabilities
  readonly #backend: string

  constructor(backend: string, capabilities: Capabilities) {
    this.#backend = backend
    this.#capabilities = capabilities
  }

  /** A key that will be written or read: legal, and short enough for this backend. */
  key(key: unknown): void {
    assertKey(key)
    const bytesMax = this.#capabilities.keyBytesMax
    // A UTF-16 unit is at most 3 bytes, so most keys need no counting.
    if (bytesMax >= keyBytesMax || key.length * 3 <= bytesMax) return
    const bytes = Buffer.byteLength(key)
    if (bytes <= bytesMax) return
    throw new StorageError(
      'INVALID_KEY',
      `Key ${quoteKey(key)} is ${bytes} bytes long; at most ${bytesMax} fit here`,
      { key },
    )
  }

  /** A key that will be read or deleted, perhaps one that others wrote. */
  existingKey(key: unknown, options: { foreign?: unknown } | undefined): void {
    const foreign = options?.foreign
    if (foreign !== undefined && typeof foreign !== 'boolean') {
      throw new TypeError(`foreign is a boolean, not ${describe(foreign)}`)
    }
    if (foreign === true) assertForeignKey(key)
    else this.key(key)
  }

  /** Options of `save`, `saveMany` entries and `writeStream`. */
  write<T extends object | undefined>(options: T, names: Names, operation: string): T {
    if (options === undefined) return options
    const own = ownOptions(options, names, operation) as Found
    const { contentType, metadata, schema } = own
    if (contentType !== undefined) assertContentType(contentType)
    if (schema !== undefined) assertSchema(schema)
    if (metadata !== undefined) {
      own.metadata = ownMetadata(metadata, this.#capabilities.metadataBytesMax)
      const isEmpty = Object.keys(own.metadata as object).length === 0
      if (!isEmpty && !this.#capabilities.userMetadata) throw this.#unsupported('metadata')
    }
    this.writeConditions(own, this.#capabilities.conditionalWrite)
    return own as T
  }

  /** `ifMatch` and `ifNoneMatch: '*'`, where the scope allows them. */
  writeConditions(options: Loose, scope: ConditionScope): void {
    const { ifMatch, ifNoneMatch } = options
    if (ifMatch === undefined && ifNoneMatch === undefined) return
    assertEtag(ifMatch, 'ifMatch')
    if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
      throw new TypeError("ifNoneMatch is '*' on a write: create only")
    }
    if (ifMatch !== undefined && ifNoneMatch !== undefined) {
      throw new StorageError('INVALID_ARGUMENT', 'ifMatch and ifNoneMatch exclude each other')
    }
    if (scope === 'none') {
      throw this.#unsupported(ifMatch === undefined ? 'ifNoneMatch' : 'ifMatch')
    }
  }

  /** @throws StorageError `UNSUPPORTED` unless writes can be conditional. */
  conditionsNeeded(): void {
    if (this.#capabilities.conditionalWrite === 'none')
      throw this.#unsupported('conditional writes')
  }

  /** Options of `load`, `find`, `stat`, `exists`, `readStream` and `loadMany`. */
  read<T extends object | undefined>(options: T, names: Names, operation: string): T {
    if (options === undefined) return options
    const own = ownOptions(options, names, operation) as Found
    const { as, schema, range, ifMatch, ifNoneMatch } = own
    if (schema !== undefined) assertSchema(schema)
    if (as !== undefined && as !== 'json' && as !== 'text' && as !== 'bytes') {
      throw new TypeError("as is 'json', 'text' or 'bytes'")
    }
    if (range !== undefined) {
      own.range = ownRange(range)
      if (!this.#capabilities.rangeRead) throw this.#unsupported('range')
    }
    if (ifMatch === undefined && ifNoneMatch === undefined) return own as T
    assertEtag(ifMatch, 'ifMatch')
    assertToken(ifNoneMatch, 'ifNoneMatch')
    if (!this.#capabilities.conditionalRead) {
      throw this.#unsupported(ifMatch === undefined ? 'ifNoneMatch' : 'ifMatch')
    }
    return own as T
  }

  /** Options of `delete`. */
  delete(options: DeleteKeyOptions | undefined): DeleteKeyOptions | undefined {
    const own = ownOptions(options, optionNames.delete, 'delete')
    this.deleteCondition(own?.ifMatch)
    return own
  }

  /** `ifMatch` of a delete. */
  deleteCondition(ifMatch: unknown): void {
    if (ifMatch === undefined) return
    assertEtag(ifMatch, 'ifMatch')
    if (this.#capabilities.conditionalDelete === 'none') throw this.#unsupported('ifMatch')
  }

  /** Conditions of a copy within this backend. */
  copyConditions(options: Loose): void {
    this.writeConditions(options, this.#capabilities.conditionalCopy)
    const { sourceIfMatch } = options
    if (sourceIfMatch === undefined) return
    assertEtag(sourceIfMatch, 'sourceIfMatch')
    if (this.#capabilities.conditionalCopy === 'none') throw this.#unsupported('sourceIfMatch')
  }

  /** Options of the listings. */
  list<T extends object>(options: T, names: Names, operation: string): T {
    const own = ownOptions(options, names, operation) as Found
    const { prefix, startAfter, delimiter, cursor, limit, pageSize, fields } = own
    if (prefix !== undefined) assertPrefix(prefix)
    if (startAfter !== undefined) assertPrefix(startAfter, 'startAfter')
    if (delimiter !== undefined) assertPrefix(delimiter, 'delimiter')
    if (fields !== undefined && fields !== 'all' && fields !== 'key') {
      throw new TypeError("fields is 'all' or 'key'")
    }
    assertToken(cursor, 'cursor')
    const pageMax = this.#capabilities.listPageMax
    if (pageSize !== undefined) assertInteger(pageSize, 'pageSize', 1, pageMax)
    const limitMax = operation === 'listPage' ? pageMax : Number.MAX_SAFE_INTEGER
    if (limit !== undefined) assertInteger(limit, 'limit', 1, limitMax)
    return own as T
  }

  #unsupported(option: string): StorageError {
    return new StorageError(
      'UNSUPPORTED',
      `The backend "${this.#backend}" cannot honour ${option}; its capabilities say what it can`,
      { backend: this.#backend },
    )
  }
}

/** Options whose names and types are not yet known to be right. */
export type Loose = Readonly<Record<string, unknown>>

/** Own options on their way through the checks. */
type Found = { metadata?: unknown; range?: unknown } & Loose

type Names = ReadonlySet<string>

/** @throws TypeError unless it is an etag, or undefined. */
function assertEtag(value: unknown, name: string): void {
  assertToken(value, name)
  if (value !== '*') return
  throw new TypeError(`${name} is the etag of a version, as info.etag; '*' is for ifNoneMatch only`)
}
