/**
 * The order of texts in tables: by UTF-16 code units, as JavaScript's own `<`, .NET's ordinal
 * comparison and so the service have it.
 */

/** Negative, 0 or positive. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** By partition key, then row key. */
export function compareEntityKeys(
  a: { readonly partitionKey: string; readonly rowKey: string },
  b: { readonly partitionKey: string; readonly rowKey: string },
): number {
  return compareText(a.partitionKey, b.partitionKey) || compareText(a.rowKey, b.rowKey)
}

/**
 * The first well-formed text behind all that begin with `prefix`, or undefined when there is none.
 *
 * In this order surrogate pairs stand between U+D7FF and U+E000. The last character is replaced by
 * the one behind it; where there is none, it is dropped and the one before is.
 */
export function textBehind(prefix: string): string | undefined {
  const characters = Array.from(prefix)
  for (let last = characters.pop(); last !== undefined; last = characters.pop()) {
    const behind = characterBehind(last.codePointAt(0)!)
    if (behind !== undefined) return characters.join('') + String.fromCodePoint(behind)
  }
  return undefined
}

function characterBehind(code: number): number | undefined {
  if (code === 0xffff) return undefined
  if (code === 0xd7ff) return 0x10000
  return code === 0x10ffff ? 0xe000 : code + 1
}
