/**
 * A text as rows of at most so many columns, so that a line of megabytes is as quick as many short
 * ones. Rows break behind a space where there is one, else anywhere but within a character.
 */

/** Rows in the order of the text. */
export interface TextRows {
  readonly count: number
  /** Where each row begins, and behind the last one the end of the text. */
  readonly starts: Uint32Array
  /** The number of each row's line, from 1. */
  readonly lines: Uint32Array
}

const tabColumns = 4
/** A break for a space may leave so much of a row empty. */
const raggedShare = 0.35

/** Marks without a width do not make a row endless. */
const charsPerColumnMax = 8

const tab = 0x09
const newLine = 0x0a
const carriageReturn = 0x0d
const space = 0x20

/** The rows of a text. @param columns At least 8. */
export function textRows(text: string, columns: number): TextRows {
  const starts: number[] = [0]
  const lines: number[] = []
  const raggedMin = columns * (1 - raggedShare)
  const charsMax = columns * charsPerColumnMax
  let line = 1
  let width = 0
  /** Behind the last space of the row, and how wide the row is up to there. */
  let breakAt = 0
  let breakWidth = 0
  const endRow = (at: number): void => {
    lines.push(line)
    starts.push(at)
    breakAt = at
    breakWidth = 0
  }
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === newLine || (char === carriageReturn && text.charCodeAt(at + 1) !== newLine)) {
      endRow(at + 1)
      line += 1
      width = 0
      continue
    }
    const wide = columnsOf(char)
    const isFull = wide > 0 ? width + wide > columns : at - starts.at(-1)! >= charsMax
    if (isFull && !isSecondHalf(char)) {
      const isAtSpace = breakWidth >= raggedMin
      const kept = width - breakWidth
      endRow(isAtSpace ? breakAt : at)
      width = isAtSpace ? kept : 0
    }
    width += wide
    if (char === space || char === tab) {
      breakAt = at + 1
      breakWidth = width
    }
  }
  lines.push(line)
  starts.push(text.length)
  return { count: lines.length, starts: Uint32Array.from(starts), lines: Uint32Array.from(lines) }
}

/** What a row shows: without its line break. */
export function rowText(text: string, { starts }: TextRows, row: number): string {
  const start = starts[row]!
  let end = starts[row + 1]!
  if (end > start && text.charCodeAt(end - 1) === newLine) end -= 1
  if (end > start && text.charCodeAt(end - 1) === carriageReturn) end -= 1
  return text.slice(start, end)
}

/** True for a row that goes on with the line of the row above. */
export function isContinued({ lines }: TextRows, row: number): boolean {
  return row > 0 && lines[row] === lines[row - 1]
}

function isSecondHalf(char: number): boolean {
  return char >= 0xdc00 && char <= 0xdfff
}

/** Roughly, as monospaced fonts have it. */
function columnsOf(char: number): number {
  if (char < 0x300) return char === tab ? tabColumns : char === carriageReturn ? 0 : 1
  // Marks that stand on the character before, and second halves of characters.
  if (char <= 0x36f || isSecondHalf(char) || char === 0x200d) return 0
  if (char >= 0xfe00 && char <= 0xfe0f) return 0
  const isWide =
    (char >= 0x1100 && char <= 0x115f) ||
    (char >= 0x2e80 && char <= 0xa4cf) ||
    (char >= 0xac00 && char <= 0xd7a3) ||
    (char >= 0xd800 && char <= 0xdbff) ||
    (char >= 0xf900 && char <= 0xfaff) ||
    (char >= 0xff00 && char <= 0xff60)
  return isWide ? 2 : 1
}
