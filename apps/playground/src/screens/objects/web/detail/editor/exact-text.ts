/**
 * A text as an editor takes it, and back: line breaks and a byte order mark are kept as they were,
 * so that what was not touched is saved byte for byte.
 */

/** What an editor does not show of a text. */
export interface TextShape {
  /**
   * What every line ends with. Undefined when lines end in different ways: returns are characters
   * then, and only `\n` is a line break.
   */
  readonly lineBreak: '\n' | '\r\n' | '\r' | undefined
  readonly hasBom: boolean
}

/** A text without its shape. Lines end with `\n`. */
export interface ExactText {
  readonly plain: string
  readonly shape: TextShape
}

const bom = '\uFEFF'

/**
 * Undefined for bytes that are not UTF-8: as text they would not be saved as they were.
 *
 * @param isJson JSON begins with no byte order mark: it is shown as the character that it is, so
 * that it can be deleted.
 */
export function exactText(bytes: Uint8Array, isJson: boolean): ExactText | undefined {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    return withoutShape(decoder.decode(bytes), isJson)
  } catch {
    return undefined
  }
}

/** Splits a text from its shape. `restoredText` of the result is the text. */
export function withoutShape(text: string, isJson: boolean): ExactText {
  const hasBom = text.startsWith(bom) && !isJson
  const body = hasBom ? text.slice(1) : text
  const lineBreak = lineBreakOf(body)
  const plain =
    lineBreak === undefined || lineBreak === '\n' ? body : body.replaceAll(lineBreak, '\n')
  return { plain, shape: { lineBreak, hasBom } }
}

function lineBreakOf(text: string): TextShape['lineBreak'] {
  const pairs = countOf(text, '\r\n')
  const returns = countOf(text, '\r')
  const newLines = countOf(text, '\n')
  if (returns === 0) return '\n'
  if (newLines === 0) return '\r'
  return pairs === returns && pairs === newLines ? '\r\n' : undefined
}

function countOf(text: string, part: string): number {
  let count = 0
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) count += 1
  return count
}

/** The text to save. */
export function restoredText(plain: string, { lineBreak, hasBom }: TextShape): string {
  const body =
    lineBreak === undefined || lineBreak === '\n' ? plain : plain.replaceAll('\n', lineBreak)
  return hasBom ? bom + body : body
}

/**
 * A text as it is compared with one of another shape, and put together with that: where that one
 * has all lines end alike, so do they here; where it mixes ends, they are kept as characters.
 */
export function reshaped({ plain, shape }: ExactText, { lineBreak }: TextShape): string {
  if (lineBreak === undefined) {
    return shape.lineBreak === '\r\n' ? plain.replaceAll('\n', '\r\n') : plain
  }
  if (shape.lineBreak !== undefined) return plain
  return plain.replaceAll(lineBreak === '\r' ? /\r\n?/g : '\r\n', '\n')
}

/** In a status line: `CRLF, byte order mark`. Empty for the usual. */
export function shapeText({ lineBreak, hasBom }: TextShape): string {
  const names = { '\n': '', '\r\n': 'CRLF lines', '\r': 'CR lines' }
  const words = [lineBreak === undefined ? 'mixed line ends' : names[lineBreak]]
  if (hasBom) words.push('byte order mark')
  return words.filter((word) => word !== '').join(', ')
}
