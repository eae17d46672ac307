/**
 * Text and its UTF-8, strict in both directions: nothing is replaced, a byte order mark is kept.
 */
import { StorageError } from './errors.ts'

/** @throws StorageError `SERIALIZATION` for a lone surrogate, which UTF-8 cannot hold. */
export function encodeText(text: string): Uint8Array {
  if (!text.isWellFormed()) {
    throw new StorageError(
      'SERIALIZATION',
      'The text holds a lone surrogate, which UTF-8 cannot keep; call toWellFormed() first',
    )
  }
  return utf8Bytes(text)
}

/**
 * Well-formed text as UTF-8, for a backend to write: a plain view into Node's buffer pool, ten
 * times as fast as an array of its own (measured, 1 KiB: 0.14 against 2.6 microseconds).
 */
export function utf8Bytes(text: string): Uint8Array {
  return plainView(Buffer.from(text))
}

/** The same bytes without the methods of a Buffer, whose `slice` copies nothing. */
export function plainView({ buffer, byteOffset, byteLength }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** `ignoreBOM` means the opposite of its name: the mark is kept as the character that it is. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @throws TypeError when the bytes are no UTF-8; it does not quote them. */
export function strictText(bytes: Uint8Array): string {
  return utf8.decode(bytes)
}

/** @throws StorageError `SERIALIZATION` when the bytes are no UTF-8. */
export function decodeText(bytes: Uint8Array, key: string): string {
  try {
    return strictText(bytes)
  } catch (cause) {
    throw new StorageError(
      'SERIALIZATION',
      'The object is not UTF-8 text; load it with { as: "bytes" }',
      { key, cause },
    )
  }
}
