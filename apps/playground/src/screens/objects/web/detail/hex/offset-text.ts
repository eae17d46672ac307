/** Offsets as a person writes and reads them. */

/** `0x1f`, `1F00h`, `8_192` or `8,192` as a number; undefined for what is none. */
export function parseOffset(text: string): number | undefined {
  const plain = text.trim().replaceAll(/[_, ]/g, '')
  const hex = /^0x([\da-f]{1,14})$/i.exec(plain) ?? /^([\da-f]{1,14})h$/i.exec(plain)
  if (hex !== null) return safe(Number.parseInt(hex[1]!, 16))
  return /^\d{1,16}$/.test(plain) ? safe(Number(plain)) : undefined
}

function safe(offset: number): number | undefined {
  return Number.isSafeInteger(offset) ? offset : undefined
}

/** So many digits name every offset of an object; at least eight. */
export function offsetDigits(size: number): number {
  const digits = Math.max(0, size - 1).toString(16).length
  return Math.max(8, digits + (digits % 2))
}

/** `00001f40`. */
export function offsetText(offset: number, digits: number): string {
  return offset.toString(16).padStart(digits, '0')
}
