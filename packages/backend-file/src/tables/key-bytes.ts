/** Keys as bytes whose order is that of UTF-16 code units: UTF-16, the high byte first. */

export function keyBytes(key: string): Uint8Array {
  return Buffer.from(key, 'utf16le').swap16()
}

/** @throws RangeError for an odd number of bytes, which is no key. */
export function keyText(bytes: Uint8Array): string {
  // A copy: swapping is done in place.
  return Buffer.from(bytes).swap16().toString('utf16le')
}
