/**
 * Which codec writes a value, and which one reads it again.
 *
 * ```
 * value                       content type                 codec
 * Uint8Array                  application/octet-stream     bytes as they are
 * string                      text/plain; charset=utf-8    UTF-8
 * Blob                        its own type                 streamed
 * what JSON keeps exactly     application/json             JSON
 * Date, Map, undefined, ...   application/cbor             structured
 * ```
 */
import { encodeText, decodeText } from '../body.ts'
import { isStorageError, StorageError } from '../errors.ts'
import { describe } from '../options.ts'
import { type Codec, type EncodedValue, essence } from './codec.ts'
import { decodeJson, encodeExactJson, encodeJson, isJsonExact } from './json.ts'
import { decodeStructured } from './structured-decode.ts'
import { encodeStructured } from './structured-encode.ts'

/** How `load` shall read, whatever the stored content type says. */
export type LoadAs = 'json' | 'text' | 'bytes'

const octets = 'application/octet-stream'
const plainText = 'text/plain; charset=utf-8'
const json = 'application/json'
const structured = 'application/cbor'

/** The codecs of one manager: the user's first, then the built-in ones. */
export class CodecRegistry {
  readonly #codecs: readonly Codec[]
  readonly #byType = new Map<string, Codec>()

  constructor(codecs: readonly Codec[] = []) {
    for (const codec of codecs) {
      for (const type of typesOf(codec)) {
        if (!this.#byType.has(essence(type))) this.#byType.set(essence(type), codec)
      }
    }
    this.#codecs = codecs.filter((codec) => codec.test !== undefined)
  }

  /** @throws StorageError `SERIALIZATION` for a value that cannot be kept exactly. */
  encode(value: unknown, contentType: string | undefined): EncodedValue {
    if (contentType !== undefined) return this.#encodeAs(value, contentType)
    for (const codec of this.#codecs) {
      if (codec.test?.(value) === true) return encodeWith(codec, value, typesOf(codec)[0]!)
    }
    if (typeof value === 'string') return { body: encodeText(value), contentType: plainText }
    if (value instanceof Uint8Array) return { body: value, contentType: octets }
    if (isJsonExact(value)) return { body: encodeExactJson(value), contentType: json }
    if (value instanceof Blob) {
      return { body: value.stream(), contentType: value.type === '' ? octets : value.type }
    }
    return { body: encodeStructured(value), contentType: structured }
  }

  /** @throws StorageError `SERIALIZATION` for bytes that the codec cannot read. */
  decode(bytes: Uint8Array, contentType: string, as: LoadAs | undefined, key: string): unknown {
    if (as === 'bytes') return bytes
    if (as === 'text') return decodeText(bytes, key)
    if (as === 'json' || (contentType === json && this.#byType.size === 0)) {
      return decodeJson(bytes, key)
    }
    const type = essence(contentType)
    const codec = this.#byType.get(type)
    if (codec !== undefined) return decodeWith(codec, bytes, contentType, key)
    if (isJsonType(type)) return decodeJson(bytes, key)
    if (type.startsWith('text/')) return decodeText(bytes, key)
    return type === structured ? decodeStructured(bytes, key) : bytes
  }

  #encodeAs(value: unknown, contentType: string): EncodedValue {
    const type = essence(contentType)
    const codec = this.#byType.get(type)
    if (codec !== undefined) return encodeWith(codec, value, contentType)
    if (value instanceof Uint8Array) return { body: value, contentType }
    if (value instanceof Blob) return { body: value.stream(), contentType }
    if (isJsonType(type)) return { body: encodeJson(value), contentType }
    if (type === structured) return { body: encodeStructured(value), contentType }
    if (typeof value === 'string') return { body: encodeText(value), contentType }
    throw new StorageError(
      'SERIALIZATION',
      `No codec writes ${describe(value)} as ${JSON.stringify(contentType)}: give a string or a ` +
        'Uint8Array, drop contentType, or add a codec for it to the manager',
    )
  }
}

function typesOf(codec: Codec): readonly string[] {
  return typeof codec.contentType === 'string' ? [codec.contentType] : codec.contentType
}

function isJsonType(type: string): boolean {
  return type === json || type.endsWith('+json')
}

function encodeWith(codec: Codec, value: unknown, contentType: string): EncodedValue {
  try {
    const body = codec.encode(value)
    if (!(body instanceof Uint8Array)) throw new TypeError('encode() gave no Uint8Array')
    return { body, contentType }
  } catch (cause) {
    if (isStorageError(cause)) throw cause
    throw new StorageError(
      'SERIALIZATION',
      `The codec for ${JSON.stringify(contentType)} cannot write this value; see cause`,
      { cause },
    )
  }
}

function decodeWith(codec: Codec, bytes: Uint8Array, contentType: string, key: string): unknown {
  try {
    return codec.decode(bytes, contentType)
  } catch (cause) {
    if (isStorageError(cause)) throw cause
    throw new StorageError(
      'SERIALIZATION',
      `The codec for ${JSON.stringify(contentType)} cannot read this object; see cause`,
      { key, cause },
    )
  }
}
