/** Keys as bytes whose order is that of UTF-16 code units: UTF-16, the high byte first. */

export function keyBytes(key: string): Uint8Array {
  return Buffer.from(key, 'utf16le').swap16()
}

/** The key that `hex(partition_key)` or `hex(row_key)` of a row tells. */
export function keyOfHex(hex: string): string {
  return Buffer.from(hex, 'hex').swap16().toString('utf16le')
}
