/** Values in and out: validated, encoded by content type, decoded again. */
import type { ObjectInfo, ReadOptions, ReadResult, WriteBody, WriteOptions } from '../backend.ts'
import type { CodecRegistry } from '../codecs/registry.ts'
import { isStorageError, StorageError } from '../errors.ts'
import { type StandardSchema, validate } from '../schema.ts'
import { unlessAborted } from '../source.ts'
import { StoredBody } from '../stored-body.ts'
import type { Access } from './access.ts'
import type { LoadedEntry, LoadOptions, SaveOptions } from './options.ts'

/** As `SaveOptions`; that conditions exclude each other was checked by admission. */
export type SaveRequest = Omit<WriteOptions, 'contentType'> &
  Pick<SaveOptions, 'contentType' | 'schema'>

/** A value on its way to the backend. */
export interface EncodedWrite {
  readonly body: () => WriteBody
  readonly writing: WriteOptions
}

/** Saves and loads values. Keys and options were admitted before, and nobody changes them. */
export class Values {
  readonly #access: Access
  readonly #codecs: CodecRegistry

  constructor(access: Access, codecs: CodecRegistry) {
    this.#access = access
    this.#codecs = codecs
  }

  async save(key: string, value: unknown, options: SaveRequest | undefined): Promise<ObjectInfo> {
    const { body, writing } = await this.encoded(key, value, options)
    return this.#access.write(key, body(), writing)
  }

  /**
   * What would be written: as the value is now, unless a schema looks at it later. `body` gives it
   * each time anew, as who tries again needs it.
   */
  async encoded(
    key: string,
    value: unknown,
    options: SaveRequest | undefined,
  ): Promise<EncodedWrite> {
    const output =
      options?.schema === undefined
        ? value
        : await this.#validated(options.schema, value, key, options.signal)
    const { body, contentType } = this.#encode(key, output, options?.contentType)
    const again = (): WriteBody => (output instanceof Blob ? output.stream() : body)
    return { body: again, writing: writeOptions(contentType, options) }
  }

  /** The value, or `absent` where the backend has none. */
  async loadOr(absent: unknown, key: string, options: LoadOptions): Promise<unknown> {
    const found = await this.findEntry(key, options)
    return found === undefined ? absent : found.value
  }

  async loadEntry(key: string, options: LoadOptions | undefined): Promise<LoadedEntry> {
    return this.entryOf(await this.#access.read(key, readOptions(options)), options)
  }

  /** Undefined when the backend has no such object; what codec and schema throw stays an error. */
  async findEntry(key: string, options: LoadOptions | undefined): Promise<LoadedEntry | undefined> {
    const result = await unlessMissing(this.#access.read(key, readOptions(options)))
    return result === undefined ? undefined : this.entryOf(result, options)
  }

  /** The value of what was opened. */
  async entryOf(result: ReadResult, options: LoadOptions | undefined): Promise<LoadedEntry> {
    const { info, body, start, end } = result
    const isWhole = body instanceof Uint8Array && body.byteLength === end - start
    const bytes = isWhole ? body : await this.#collect(result, options?.signal)
    const value = this.#decode(bytes, info, options)
    if (options?.schema === undefined) return { value, info }
    const { schema, signal } = options
    return { value: await this.#validated(schema, value, info.key, signal), info }
  }

  #encode(key: string, value: unknown, contentType: string | undefined): Encoded {
    try {
      return this.#codecs.encode(value, contentType)
    } catch (cause) {
      // What is no error of a codec was thrown by the value: an accessor, a proxy, its size.
      const error = isStorageError(cause)
        ? cause
        : new StorageError('SERIALIZATION', 'The value threw as it was read; see cause', { cause })
      throw this.#access.fault(error, 'save', key)
    }
  }

  #decode(bytes: Uint8Array, info: ObjectInfo, options: LoadOptions | undefined): unknown {
    try {
      return this.#codecs.decode(bytes, info.contentType, options?.as, info.key)
    } catch (error) {
      throw this.#access.fault(error, 'load', info.key)
    }
  }

  async #collect(result: ReadResult, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const body = new StoredBody(result)
    try {
      return await unlessAborted(() => body.bytes(), signal)
    } catch (error) {
      // Not awaited: a source that does not see the signal may not see this either.
      body.cancel().catch(() => undefined)
      throw this.#access.fault(error, 'read', result.info.key)
    }
  }

  async #validated(
    schema: StandardSchema,
    value: unknown,
    key: string,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    try {
      return await validate(schema, value, key, signal)
    } catch (error) {
      // A schema that throws instead of telling issues is a mistake in the program: as it is.
      throw isStorageError(error) ? this.#access.fault(error, 'validate', key) : error
    }
  }
}

/** Undefined for `NOT_FOUND` of the backend. Codecs and schemas may throw it, too: not for them. */
export async function unlessMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if (isStorageError(error, 'NOT_FOUND')) return undefined
    throw error
  }
}

type Encoded = ReturnType<CodecRegistry['encode']>

/** The part of the options that is the backend's. */
export function writeOptions(
  contentType: string,
  options: Omit<WriteOptions, 'contentType'> | undefined,
): WriteOptions {
  if (options === undefined) return { contentType }
  const { metadata, ifMatch, ifNoneMatch, signal } = options
  return {
    contentType,
    ...(metadata === undefined ? {} : { metadata }),
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
    ...(signal === undefined ? {} : { signal }),
  }
}

/** The part of the options that is the backend's. */
export function readOptions(
  options: (ReadOptions & LoadOptions) | undefined,
): ReadOptions | undefined {
  if (options === undefined) return undefined
  const { range, ifMatch, ifNoneMatch, signal } = options
  return {
    ...(range === undefined ? {} : { range }),
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
    ...(signal === undefined ? {} : { signal }),
  }
}
