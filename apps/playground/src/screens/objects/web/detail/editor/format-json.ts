/**
 * JSON with two spaces for each level. Numbers, names and strings stay exactly as they are written:
 * only the space between them changes.
 */
import { type JsonFault, isFault, scanJson } from '../tree/scan-json.ts'

/** The text laid out anew, or where it is no JSON. */
export function formatJson(text: string): string | JsonFault {
  const scan = scanJson(text)
  return isFault(scan) ? scan : laidOut(text)
}

const token = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g

function laidOut(text: string): string {
  const parts: string[] = []
  let depth = 0
  let before = ''
  const breakLine = (): void => void parts.push('\n', '  '.repeat(depth))
  for (const [word] of text.matchAll(token)) {
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
