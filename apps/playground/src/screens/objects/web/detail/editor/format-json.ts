/**
 * JSON with two spaces for each level. Numbers, names and strings stay exactly as they are written:
 * only the space between them changes.
 */
import { type JsonFault, isFault, scanJson } from '../tree/scan-json.ts'

/** The text laid out anew, or where it is no JSON that can be. */
export function formatJson(text: string): string | JsonFault {
  const scan = scanJson(text)
  return isFault(scan) ? scan : laidOut(text)
}

const token = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g

/** Deep levels take the square of their number; nobody reads or saves so much. */
const indentCharsMax = 32 * 1024 ** 2

function laidOut(text: string): string | JsonFault {
  const parts: string[] = []
  let chars = 0
  let depth = 0
  let before = ''
  const breakLine = (): void => {
    parts.push('\n', '  '.repeat(depth))
    chars += 2 * depth
  }
  for (const { 0: word, index } of text.matchAll(token)) {
    if (chars > indentCharsMax) return { at: index, message: 'it is nested too deeply' }
    const isEnd = word === '}' || word === ']'
    if (isEnd) {
      depth -= 1
      if (before !== '{' && before !== '[') breakLine()
    } else if (before === '{' || before === '[' || before === ',') breakLine()
    parts.push(word === ':' ? ': ' : word)
    if (word === '{' || word === '[') depth += 1
    before = word
  }
  return `${parts.join('')}\n`
}
