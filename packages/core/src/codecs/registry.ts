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
 *
 * Invariant: the codec that writes a type also reads it. A user's codec has its types wholly, also
 * those of the table; a type that would give back another kind of value is refused.
 */
import { inOwnBuffer, ownBytes } from '../body.ts'
import { isStorageError, StorageError } from '../errors.ts'
import { assertContentType } from '../metadata.ts'
import { describe } from '../options.ts'
import { decodeText, encodeText } from '../text.ts'
import { assertCodec, type Codec, type EncodedValue, essence, typesOf } from './codec.ts'
import { decodeJson, encodeExactJson, encodeJson } from './json.ts'
import { prototypeDepth, refusal } from './plain.ts'
import { decodeStructured } from './structured-decode.ts'
import { encodeStructured } from './structured-encode.ts'
import { lossError, ValuePath } from './value-path.ts'

/** How `load` shall read, whatever the stored content type says. */
export type LoadAs = 'json' | 'text' | 'bytes'

const octets = 'application/octet-stream'
const plainText = 'text/plain; charset=utf-8'
const json = 'application/json'
const structured = 'application/cbor'

/** The codecs of one manager: the user's first, then the built-in ones. */
export class CodecRegistry {
  /** Those that choose their values. */
  readonly #choosing: readonly Codec[]
  readonly #byType = new Map<string, Codec>()

  /** @throws TypeError for what is no codec, and for a type that two of them claim. */
  constructor(codecs: readonly Codec[] = []) {
    if (!Array.isArray(codecs)) throw new TypeError(`codecs is an array, not ${describe(codecs)}`)
    codecs.forEach((codec: Codec, place) => {
      assertCodec(codec, place)
      for (const type of typesOf(codec)) {
        if (this.#byType.has(essence(type))) {
          throw new TypeError(`codecs[${place}]: another codec has "${essence(type)}" already`)
        }
        this.#byType.set(essence(type), codec)
      }
    })
    this.#choosing = codecs.filter((codec: Codec) => codec.test !== undefined)
  }

  /**
   * The body is the caller's no longer: what the caller changes after this call is not stored.
   *
   * @throws StorageError `SERIALIZATION` for a value that cannot be kept exactly.
   */
  encode(value: unknown, contentType: string | undefined): EncodedValue {
    if (value instanceof Uint8Array) assertPlainBytes(value)
    if (contentType !== undefined) return this.#encodeAs(value, contentType)
    for (const codec of this.#choosing) {
      if (codec.test?.(value) === true) return encodeWith(codec, value, typesOf(codec)[0]!)
    }
    return this.#byType.size === 0 ? encodeAuto(value) : this.#encodeAutoOwn(value)
  }

  /** @throws StorageError `SERIALIZATION` for bytes that the codec cannot read. */
  decode(bytes: Uint8Array, contentType: string, as: LoadAs | undefined, key: string): unknown {
    if (as === 'bytes') return inOwnBuffer(bytes)
    if (as === 'text') return decodeText(bytes, key)
    if (as === 'json' || (contentType === json && this.#byType.size === 0)) {
      return decodeJson(bytes, key)
    }
    const type = essence(contentType)
    const codec = this.#byType.get(type)
    if (codec !== undefined) return decodeWith(codec, inOwnBuffer(bytes), contentType, key)
    if (isJsonType(type)) return decodeJson(bytes, key)
    if (isTextType(type)) return decodeText(bytes, key)
    return type === structured ? decodeStructured(bytes, key) : inOwnBuffer(bytes)
  }

  /** By the table, with the user's codecs in the place of the built-in ones of their types. */
  #encodeAutoOwn(value: unknown): EncodedValue {
    const type = autoType(value)
    const codec = value instanceof Blob ? undefined : this.#byType.get(essence(type))
    return codec === undefined ? encodeAuto(value) : encodeWith(codec, value, type)
  }

  #encodeAs(value: unknown, contentType: string): EncodedValue {
    const type = essence(contentType)
    if (value instanceof Blob) return { body: value.stream(), contentType }
    const codec = this.#byType.get(type)
    if (codec !== undefined) return encodeWith(codec, value, contentType)
    if (value instanceof Uint8Array) {
      if (isOpaqueType(type)) return { body: ownBytes(value), contentType }
      throw kindError('bytes', contentType)
    }
    if (isJsonType(type)) return { body: encodeJson(value), contentType }
    if (type === structured) return { body: encodeStructured(value), contentType }
    if (typeof value === 'string') {
      if (isTextType(type)) return { body: encodeText(value), contentType }
      throw kindError('text', contentType)
    }
    throw new StorageError(
      'SERIALIZATION',
      `No codec writes ${describe(value)} as ${JSON.stringify(contentType)}: give a string or a ` +
        'Uint8Array, drop contentType, or add a codec for it to the manager',
    )
  }
}

/** The content type of the table above. */
function autoType(value: unknown): string {
  if (typeof value === 'string') return plainText
  if (value instanceof Uint8Array) return octets
  if (value instanceof Blob) return blobType(value)
  return encodeExactJson(value) === undefined ? structured : json
}

function encodeAuto(value: unknown): EncodedValue {
  if (typeof value === 'string') return { body: encodeText(value), contentType: plainText }
  if (value instanceof Uint8Array) return { body: ownBytes(value), contentType: octets }
  const exact = encodeExactJson(value)
  if (exact !== undefined) return { body: exact, contentType: json }
  if (value instanceof Blob) return { body: value.stream(), contentType: blobType(value) }
  return { body: encodeStructured(value), contentType: structured }
}

/**
 * The type under which a body is stored that has none given.
 *
 * @throws as {@link blobType}.
 */
export function streamType(body: unknown): string {
  if (typeof body === 'string') return plainText
  return body instanceof Blob ? blobType(body) : octets
}

/**
 * The type under which a Blob is stored.
 *
 * @throws StorageError `INVALID_ARGUMENT` for a Blob whose own type is none.
 */
function blobType(blob: Blob): string {
  if (blob.type === '') return octets
  assertContentType(blob.type)
  return blob.type
}

function isJsonType(type: string): boolean {
  return type === json || type.endsWith('+json')
}

function isTextType(type: string): boolean {
  return type.startsWith('text/')
}

/** True for types that are loaded as the bytes that they are. */
function isOpaqueType(type: string): boolean {
  return !isJsonType(type) && !isTextType(type) && type !== structured
}

/** A Buffer is its bytes; another subclass would come back without its class, as when nested. */
function assertPlainBytes(value: Uint8Array): void {
  if (value.constructor === Uint8Array || Buffer.isBuffer(value)) return
  if (prototypeDepth(value) !== 3) throw lossError(new ValuePath(), ...refusal(value))
}

/** Stored so, the value would come back as another kind, or not at all. */
function kindError(kind: 'bytes' | 'text', contentType: string): StorageError {
  const fix =
    kind === 'bytes'
      ? 'store them with writeStream() and load them with { as: "bytes" }'
      : 'store it with writeStream() and load it with { as: "text" }'
  const other = kind === 'bytes' ? 'what they decode to' : 'bytes'
  return new StorageError(
    'SERIALIZATION',
    `What is saved as ${JSON.stringify(contentType)} loads as ${other}, not as ${kind}; ${fix}, ` +
      'or drop contentType',
  )
}

function encodeWith(codec: Codec, value: unknown, contentType: string): EncodedValue {
  try {
    const body = codec.encode(value)
    if (!(body instanceof Uint8Array)) throw new TypeError('encode() gave no Uint8Array')
    // Copied: what a codec gives may be a view of what the caller holds.
    return { body: ownBytes(body), contentType }
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
