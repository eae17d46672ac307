/** Values in and out: validated, encoded by content type, decoded again. */
import type { ObjectInfo, ReadOptions, ReadResult, WriteOptions } from '../backend.ts'
import type { CodecRegistry } from '../codecs/registry.ts'
import { isStorageError, StorageError } from '../errors.ts'
import { validate } from '../schema.ts'
import { StoredBody } from '../stored-body.ts'
import type { Access } from './access.ts'
import type { LoadedEntry, LoadOptions, SaveOptions } from './options.ts'

/** Saves and loads values. Keys and options were admitted before. */
export class Values {
  readonly #access: Access
  readonly #codecs: CodecRegistry

  constructor(access: Access, codecs: CodecRegistry) {
    this.#access = access
    this.#codecs = codecs
  }

  async save(key: string, value: unknown, options: SaveOptions | undefined): Promise<ObjectInfo> {
    const output =
      options?.schema === undefined ? value : await this.#validated(options.schema, value, key)
    const { body, contentType } = this.#encode(key, output, options?.contentType)
    return this.#access.write(key, body, writeOptions(contentType, options))
  }

  async load(key: string, options: LoadOptions | undefined): Promise<LoadedEntry> {
    const result = await this.#access.read(key, readOptions(options))
    const { body, start, end } = result
    const isWhole = body instanceof Uint8Array && body.byteLength === end - start
    const bytes = isWhole ? body : await this.#collect(result)
    const value = this.#decode(bytes, result.info, options)
    if (options?.schema === undefined) return { value, info: result.info }
    return { value: await this.#validated(options.schema, value, key), info: result.info }
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

  async #collect(result: ReadResult): Promise<Uint8Array> {
    try {
      return await new StoredBody(result).bytes()
    } catch (error) {
      throw this.#access.fault(error, 'read', result.info.key)
    }
  }

  async #validated(
    schema: NonNullable<LoadOptions['schema']>,
    value: unknown,
    key: string,
  ): Promise<unknown> {
    try {
      return await validate(schema, value, key)
    } catch (error) {
      // A schema that throws instead of telling issues is a mistake in the program: as it is.
      throw isStorageError(error) ? this.#access.fault(error, 'validate', key) : error
    }
  }
}

type Encoded = ReturnType<CodecRegistry['encode']>

/** The part of the options that is the backend's. */
export function writeOptions(
  contentType: string,
  options: Omit<SaveOptions, 'schema'> | undefined,
): WriteOptions {
  if (options === undefined) return { contentType }
  const { metadata, ifMatch, ifNoneMatch, signal } = options
  return {
    contentType,
    ...(metadata === undefined ? {} : { metadata: { ...metadata } }),
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
