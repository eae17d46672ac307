/** The order of keys: that of their UTF-8 bytes, as every listing has it. */

/**
 * Compares as UTF-8 bytes would be compared. JavaScript's own order is that of UTF-16, which puts
 * U+E000..U+FFFF behind the surrogate pairs. `from`: how many units both are known to share.
 */
export function compareUtf8(a: string, b: string, from = 0): number {
  const length = Math.min(a.length, b.length)
  for (let i = from; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return x >= 0xd800 && y >= 0xd800 ? utf8Rank(x) - utf8Rank(y) : x - y
  }
  return a.length - b.length
}

/** Moves surrogates (lead units of 4-byte sequences) behind the rest of the 16-bit range. */
function utf8Rank(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000
}
