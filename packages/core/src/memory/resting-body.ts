/**
 * Bodies at rest in memory, copied in and out: nobody outside holds what the store holds.
 *
 * Small ones are kept as Latin-1 text, one character a byte. A string lives in V8's own heap, while
 * an `ArrayBuffer` is allocated, tracked and swept outside it (measured with their collection, for
 * 1 KiB: 0.3 against 1.5 microseconds). No string can be changed, and each is freed alone, unlike
 * the parts of a pool of our own.
 */
import { plainView } from '../text.ts'

/** `length` is the number of bytes, for either. */
export type RestingBody = string | Uint8Array

/** Longer ones leave Node's pool as well, and are too few to matter. */
const smallBytesMax = 4095

/** Takes bytes that nobody else holds. */
export function rest(bytes: Uint8Array): RestingBody {
  return bytes.byteLength <= smallBytesMax ? latin1(bytes) : bytes
}

/** Takes a copy of bytes that are the caller's. */
export function restCopy(bytes: Uint8Array): RestingBody {
  // Not slice(): that of a Buffer would be a view of the caller's bytes.
  return bytes.byteLength <= smallBytesMax ? latin1(bytes) : new Uint8Array(bytes)
}

/** A copy of `[start, end)`; of a small body it is a view into Node's buffer pool. */
export function awaken(body: RestingBody, start: number, end: number): Uint8Array {
  const part = body.slice(start, end)
  return typeof part === 'string' ? plainView(Buffer.from(part, 'latin1')) : part
}

function latin1(bytes: Uint8Array): string {
  return Buffer.prototype.latin1Slice.call(bytes, 0, bytes.byteLength)
}
