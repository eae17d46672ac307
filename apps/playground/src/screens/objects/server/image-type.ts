/** Images told by what they are: the stored type may say anything. */

const latin1 = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(
    bytes.buffer,
    bytes.byteOffset + start,
    Math.max(0, Math.min(bytes.byteLength, end) - start),
  ).toString('latin1')

/** Sizes of the headers that a BMP can have; two letters alone prove nothing. */
const bmpHeaderBytes: ReadonlySet<number> = new Set([12, 40, 52, 56, 64, 108, 124])
/** What may stand before the root element: a declaration, comments, a document type. */
const svgStart =
  /^\uFEFF?\s*(?:<\?xml[^>]*\?>\s*|<!--(?:[^-]|-(?!->))*-->\s*|<!DOCTYPE\s[^[>]*>\s*)*<svg[\s/>]/i

/** The media type of a raster image that begins so, or undefined. */
export function rasterType(head: Uint8Array): string | undefined {
  const start = latin1(head, 0, 32)
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (/^GIF8[79]a/.test(start)) return 'image/gif'
  if (/^RIFF[^]{4}WEBP/.test(start)) return 'image/webp'
  if (/^[^]{4}ftyp/.test(start) && isAvif(head)) return 'image/avif'
  if (start.startsWith('BM') && isBmp(head)) return 'image/bmp'
  return undefined
}

/** True for the beginning of an SVG document. */
export function isSvg(head: Uint8Array): boolean {
  return svgStart.test(Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('utf8'))
}

/** The first box of the file lists the brands that it conforms to (ISO 14496-12, 4.3). */
function isAvif(head: Uint8Array): boolean {
  const boxBytes = new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(0)
  const brands = latin1(head, 8, Math.min(boxBytes, 256))
  for (let at = 0; at + 4 <= brands.length; at += 4) {
    // The second four bytes are the version of the first brand.
    if (at !== 4 && /^avi[fs]$/.test(brands.slice(at, at + 4))) return true
  }
  return false
}

function isBmp(head: Uint8Array): boolean {
  if (head.byteLength < 18) return false
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  return view.getUint32(6, true) === 0 && bmpHeaderBytes.has(view.getUint32(14, true))
}
