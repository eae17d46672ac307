/** The check of one object: its bytes decoded by their content type, and shown to its schema. */
import { ownBytes } from '../../body.ts'
import { CodecRegistry } from '../../codecs/registry.ts'
import { StorageError, isStorageError } from '../../errors.ts'
import { type StandardSchema, validate } from '../../schema.ts'
import {
  isOwnPointer,
  isPointerKey,
  pointerBytesMax,
  pointerContentType,
} from '../../manager/versions/layout.ts'
import type { ValidateSettings } from './options.ts'

/** What is being done with the object. */
export type CheckedOperation = 'read' | 'write' | 'copy'

/** An object that was found wrong. */
export interface InvalidObject {
  readonly key: string
  readonly operation: CheckedOperation
  /** `SCHEMA_INVALID`, `SERIALIZATION` when it does not decode, `QUOTA_EXCEEDED` when too large. */
  readonly error: StorageError
  /** Whether the operation was refused for it. */
  readonly isRefused: boolean
}

/** One object to be checked. */
export interface CheckedObject {
  readonly key: string
  readonly operation: CheckedOperation
  readonly schema: StandardSchema
  readonly contentType: string
  readonly bytes: Uint8Array
  readonly signal: AbortSignal | undefined
}

/** Checks objects, and tells of those that are wrong. */
export class Checker {
  readonly #settings: ValidateSettings
  readonly #codecs: CodecRegistry
  readonly #backend: string

  constructor(settings: ValidateSettings, backend: string) {
    this.#settings = settings
    this.#codecs = new CodecRegistry(settings.codecs)
    this.#backend = backend
  }

  /** A pointer is looked at whole, whatever the limit: its rule is its format. */
  bytesMaxOf(key: string): number {
    const { bytesMax } = this.#settings
    return isPointerKey(key) ? Math.max(bytesMax, pointerBytesMax) : bytesMax
  }

  /** What the schema makes of the value, its defaults and transforms, counts for nothing. */
  async check(object: CheckedObject): Promise<void> {
    const { key, operation, schema, contentType, signal } = object
    // Of `saveVersioned`: rules are for values, such as the versions that it points to.
    if (contentType === pointerContentType && isOwnPointer(key, object.bytes)) return
    const { byteLength } = object.bytes
    if (byteLength > this.#settings.bytesMax) {
      if (operation === 'write') throw this.tooLarge(key)
      this.#tell(key, operation, this.#sizeError(key))
      return
    }
    try {
      // Of a copy: neither codec nor schema can change what is stored, or given out.
      const bytes = ownBytes(object.bytes)
      const value = this.#codecs.decode(bytes, contentType, undefined, key)
      await validate(schema, value, key, signal)
    } catch (error) {
      // A schema that throws instead of telling issues is a mistake in the program: as it is.
      if (!isStorageError(error) || error.code === 'ABORTED') throw error
      this.#tell(key, operation, error)
    }
  }

  /** Tells of an object that is too large. @throws StorageError `QUOTA_EXCEEDED` if refused. */
  assertSize(key: string, operation: CheckedOperation, bytes: number): void {
    if (bytes > this.bytesMaxOf(key)) this.#tell(key, operation, this.#sizeError(key))
  }

  /** The error of a body that outgrew the limit on its way in: the rest of it is not known. */
  tooLarge(key: string): StorageError {
    return this.#told(key, 'write', this.#sizeError(key), true)
  }

  #sizeError(key: string): StorageError {
    const { bytesMax } = this.#settings
    return new StorageError(
      'QUOTA_EXCEEDED',
      `The body is larger than the ${bytesMax} bytes that are validated at a time; split ` +
        'it, or raise bytesMax of validate()',
      { key },
    )
  }

  /** Throws it, or lets it be, as the options say. */
  #tell(key: string, operation: CheckedOperation, cause: StorageError): void {
    const { onRead, onWrite } = this.#settings
    const isRefused = (operation === 'read' ? onRead : onWrite) === 'refuse'
    const error = this.#told(key, operation, cause, isRefused)
    if (isRefused) throw error
  }

  #told(
    key: string,
    operation: CheckedOperation,
    cause: StorageError,
    isRefused: boolean,
  ): StorageError {
    const error = cause.with({ key, operation, backend: this.#backend })
    try {
      this.#settings.onInvalid?.({ key, operation, error, isRefused })
    } catch {
      // Whoever is told has no say in it.
    }
    return error
  }
}
