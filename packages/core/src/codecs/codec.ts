/**
 * What turns values into bytes and back, chosen by content type.
 *
 * Invariant of every codec: what `decode` gives deep-equals what `encode` took, or `encode` throws
 * `SERIALIZATION`; and `decode` of hostile bytes throws, it never executes or pollutes anything.
 */
import { assertContentType } from '../metadata.ts'
import { describe } from '../options.ts'

/** A value that can be stored and the type that tells how to read it again. */
export interface EncodedValue {
  readonly body: Uint8Array | AsyncIterable<Uint8Array>
  readonly contentType: string
}

/**
 * A user's own codec. Its types are its own, in both directions: one for `application/json` writes
 * and reads all that has this type, also what `save` gives the type by itself. Only Blobs, which
 * are streamed, go past it on their way in. No two codecs have the same type.
 */
export interface Codec<T = unknown> {
  /** Media types that it reads, compared without parameters; the first is what it writes. */
  readonly contentType: string | readonly string[]
  /** True for values that `save` without a content type shall give to this codec. */
  readonly test?: ((value: unknown) => boolean) | undefined
  /** Throws when it cannot keep the value; anything thrown becomes a `SERIALIZATION`. */
  encode(value: T): Uint8Array
  /** Throws when the bytes are not of its making; anything thrown becomes a `SERIALIZATION`. */
  decode(bytes: Uint8Array, contentType: string): T
}

/** The media type without parameters, in lower case: `text/plain` of `Text/Plain; charset=x`. */
export function essence(contentType: string): string {
  const at = contentType.indexOf(';')
  return (at === -1 ? contentType : contentType.slice(0, at)).trim().toLowerCase()
}

/** The types of a codec, the one that it writes first. */
export function typesOf(codec: Codec): readonly string[] {
  return typeof codec.contentType === 'string' ? [codec.contentType] : codec.contentType
}

/** @throws TypeError or `INVALID_ARGUMENT` unless it has functions and media types. */
export function assertCodec(codec: unknown, place: number): asserts codec is Codec {
  const { contentType, test, encode, decode } = (codec ?? {}) as Partial<Codec>
  if (typeof encode !== 'function' || typeof decode !== 'function') {
    throw new TypeError(
      `codecs[${place}] is { contentType, encode, decode }, not ${describe(codec)}`,
    )
  }
  if (test !== undefined && typeof test !== 'function') {
    throw new TypeError(`codecs[${place}].test is a function, not ${describe(test)}`)
  }
  const types: unknown = typeof contentType === 'string' ? [contentType] : contentType
  if (!Array.isArray(types) || types.length === 0) {
    throw new TypeError(`codecs[${place}].contentType is a media type or a list of them`)
  }
  for (const type of types as unknown[]) assertContentType(type)
}
