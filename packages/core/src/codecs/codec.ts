/**
 * What turns values into bytes and back, chosen by content type.
 *
 * Invariant of every codec: what `decode` gives deep-equals what `encode` took, or `encode` throws
 * `SERIALIZATION`; and `decode` of hostile bytes throws, it never executes or pollutes anything.
 */

/** A value that can be stored and the type that tells how to read it again. */
export interface EncodedValue {
  readonly body: Uint8Array | AsyncIterable<Uint8Array>
  readonly contentType: string
}

/** A user's own codec. It takes precedence over the built-in ones. */
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
