/** Bytes as text, also when they are no proper UTF-8 or only the beginning of it. */

/** What bytes say. */
export interface DecodedText {
  /** Without the byte order mark. Wrong bytes are replacement characters. */
  readonly text: string
  readonly isUtf8: boolean
  readonly hasBom: boolean
}

/** @param isWhole Nothing follows. Else a character that is cut off at the end is left away. */
export function decodeText(bytes: Uint8Array, isWhole: boolean): DecodedText {
  const stream = !isWhole
  const hasBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream })
    return { text, isUtf8: true, hasBom }
  } catch {
    const text = new TextDecoder('utf-8').decode(bytes, { stream })
    return { text, isUtf8: false, hasBom }
  }
}
