/** The backend that a validating layer puts around another one. */
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
import { collect, ownBytes } from '../../body.ts'
import type { Capabilities, ConditionScope } from '../../capabilities.ts'
import { checkMatch } from '../../conditions.ts'
import { isStorageError, StorageError } from '../../errors.ts'
import { throwIfAborted } from '../../options.ts'
import { resolveRange } from '../../range.ts'
import type { StandardSchema } from '../../schema.ts'
import { discardSource, guardSource, unlessAborted } from '../../source.ts'
import { StoredBody } from '../../stored-body.ts'
import type { CheckedOperation, Checker } from './checker.ts'

/**
 * Invariant: under a rule that refuses, no byte goes in, by write or copy, and none comes out, also
 * of a range, before the whole object has satisfied its schema. What is stored are the caller's
 * bytes, unchanged. Keys without a rule pass, as streams; so does a copy to one, whatever its
 * source is: rules are of keys, and what is wrong under one can be moved aside. The pointers of
 * versions, which are exactly what their format says, have no other rule.
 */
export class ValidatedBackend implements StorageBackend {
  readonly name: string
  readonly capabilities: Capabilities
  readonly #inner: StorageBackend
  readonly #schemaOf: (key: string) => StandardSchema | undefined
  readonly #checker: Checker
  /** Ends sources that are silent at close. */
  readonly #closing = new AbortController()

  constructor(
    inner: StorageBackend,
    schemaOf: (key: string) => StandardSchema | undefined,
    checker: Checker,
  ) {
    this.name = inner.name
    this.#inner = inner
    this.#schemaOf = schemaOf
    this.#checker = checker
    const { conditionalCopy, conditionalWrite } = inner.capabilities
    this.capabilities = Object.freeze({
      ...inner.capabilities,
      // A copy under a rule is a write of what was validated.
      conditionalCopy: weaker(conditionalCopy, conditionalWrite),
      // A presigned request or an old version would go past the rules.
      extras: [],
    })
  }

  async read(key: string, options: ReadOptions = {}): Promise<ReadResult> {
    const schema = this.#schemaOf(key)
    const { range, ...whole } = options
    // One that is not claimed is refused there.
    if (schema === undefined || (range !== undefined && !this.capabilities.rangeRead)) {
      return this.#inner.read(key, options)
    }
    const result = await this.#inner.read(key, whole)
    const isHeld = await this.#isHeld(result, key, 'read')
    if (!isHeld) {
      // Only where that is not refused: as it would be without the rule.
      if (range === undefined) return result
      release(result)
      return this.#inner.read(key, options)
    }
    const { start, end } = await orRelease(result, async () => {
      return resolveRange(range, result.info.size)
    })
    const bytes = await gathered(result, options.signal)
    const { contentType } = result.info
    const { signal } = options
    await this.#checker.check({ key, operation: 'read', schema, contentType, bytes, signal })
    return { ...result, start, end, body: bytes.subarray(start, end) }
  }

  async write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    const schema = this.#closing.signal.aborted ? undefined : this.#schemaOrDiscard(key, body)
    if (schema === undefined) return this.#inner.write(key, body, options)
    const { contentType, signal } = options
    const bytes = await this.#collected(key, body, signal)
    await this.#checker.check({ key, operation: 'write', schema, contentType, bytes, signal })
    return this.#inner.write(key, bytes, options)
  }

  stat(key: string, options?: StatOptions): Promise<ObjectInfo> {
    return this.#inner.stat(key, options)
  }

  delete(key: string, options?: DeleteOptions): Promise<boolean> {
    return this.#inner.delete(key, options)
  }

  list(options?: ListOptions): Promise<ListPage> {
    return this.#inner.list(options)
  }

  async copy(from: string, to: string, options: CopyOptions = {}): Promise<ObjectInfo> {
    const schema = this.#schemaOf(to)
    // Conditions that are not claimed are refused there.
    if (schema === undefined || (isConditional(options) && !this.#hasConditionalCopy)) {
      return this.#inner.copy(from, to, options)
    }
    try {
      for (let attempt = 1; attempt <= copyAttemptsMax; attempt++) {
        const info = await this.#checkedCopy(from, to, schema, options)
        if (info !== undefined) return info
      }
    } catch (error) {
      // What was read and written for it were parts of a copy.
      throw isStorageError(error) ? error.with({ operation: 'copy' }) : error
    }
    throw restless(from)
  }

  /** Undefined: an object that is copied onto itself was written anew while it was checked. */
  async #checkedCopy(
    from: string,
    to: string,
    schema: StandardSchema,
    options: CopyOptions,
  ): Promise<ObjectInfo | undefined> {
    const { sourceIfMatch, ...conditions } = options
    const { signal } = options
    const result = await this.#inner.read(from, { signal })
    const { contentType, metadata } = result.info
    await orRelease(result, async () => checkMatch(from, result.info.etag, sourceIfMatch))
    if (!(await this.#isHeld(result, to, 'copy'))) {
      release(result)
      return this.#inner.copy(from, to, options)
    }
    const bytes = await gathered(result, signal)
    await this.#checker.check({ key: to, operation: 'copy', schema, contentType, bytes, signal })
    const own = Object.keys(metadata).length === 0 ? {} : { metadata }
    const writing = { ...conditions, contentType, ...own }
    const canPin = this.#inner.capabilities.conditionalWrite !== 'none'
    if (from !== to || !canPin || isConditional(conditions)) {
      return this.#inner.write(to, bytes, writing)
    }
    // Onto itself: what others wrote since it was read must not be written over.
    try {
      return await this.#inner.write(to, bytes, { ...writing, ifMatch: result.info.etag })
    } catch (error) {
      if (sourceIfMatch === undefined && isStorageError(error, 'PRECONDITION_FAILED')) {
        return undefined
      }
      throw error
    }
  }

  deleteMany(keys: readonly string[], options?: OperationOptions): Promise<DeleteOutcome[]> {
    return this.#inner.deleteMany(keys, options)
  }

  health(options?: OperationOptions): Promise<Health> {
    return this.#inner.health(options)
  }

  close(): Promise<void> {
    this.#closing.abort()
    return this.#inner.close()
  }

  get #hasConditionalCopy(): boolean {
    return this.capabilities.conditionalCopy !== 'none'
  }

  /** A rule may be a function of the program, and throw. */
  #schemaOrDiscard(key: string, body: WriteBody): StandardSchema | undefined {
    try {
      return this.#schemaOf(key)
    } catch (error) {
      discardSource(body)
      throw error
    }
  }

  /** False for one that is too large, where that is not refused; one that is refused is freed. */
  #isHeld(result: ReadResult, key: string, operation: CheckedOperation): Promise<boolean> {
    const { size } = result.info
    return orRelease(result, async () => {
      this.#checker.assertSize(key, operation, size)
      return size <= this.#checker.bytesMaxOf(key)
    })
  }

  /** The caller's bytes as they are now: what is stored is what was validated. */
  async #collected(
    key: string,
    body: WriteBody,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const bytesMax = this.#checker.bytesMaxOf(key)
    try {
      if (body instanceof Uint8Array) {
        throwIfAborted(signal)
        return ownBytes(body, bytesMax)
      }
      return await collect(guardSource(body, signal, this.#closing.signal), bytesMax)
    } catch (error) {
      if (isStorageError(error, 'QUOTA_EXCEEDED')) throw this.#checker.tooLarge(key)
      // A source that was silent as the store closed was aborted: that is told as what it is.
      if (this.#closing.signal.aborted && signal?.aborted !== true) {
        throw new StorageError('CLOSED', 'The store was closed during the write', { key })
      }
      throw error
    }
  }
}

/** Tries of a copy onto itself, whose object is written anew while it is checked. */
const copyAttemptsMax = 5

function restless(key: string): StorageError {
  const message = 'The object changed each time while it was validated; try the copy again'
  return new StorageError('CONFLICT', message, { key, operation: 'copy' })
}

const scopes: readonly ConditionScope[] = ['none', 'process', 'host', 'global']

function weaker(a: ConditionScope, b: ConditionScope): ConditionScope {
  return scopes[Math.min(scopes.indexOf(a), scopes.indexOf(b))]!
}

function isConditional({ sourceIfMatch, ifMatch, ifNoneMatch }: CopyOptions): boolean {
  return [sourceIfMatch, ifMatch, ifNoneMatch].some((condition) => condition !== undefined)
}

/** Frees the body of a result that the caller is not going to get. */
async function orRelease<T>(result: ReadResult, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    release(result)
    throw error
  }
}

function release({ body }: ReadResult): void {
  // Not awaited: the caller waits for something else, an error mostly.
  if (!(body instanceof Uint8Array)) body.cancel().catch(() => undefined)
}

async function gathered(result: ReadResult, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const body = new StoredBody(result)
  try {
    return await unlessAborted(() => body.bytes(), signal)
  } catch (error) {
    // Not awaited: a source that does not see the signal may not see this either.
    body.cancel().catch(() => undefined)
    throw error
  }
}
