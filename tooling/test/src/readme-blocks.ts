/**
 * Reads the fenced code blocks of a Markdown file, and what a `ts` block says that it prints.
 *
 * A comment `// => text` is one expected line of output; comment-only lines right below it that
 * are indented by four spaces (`//    more`) are further lines of the same value. `...` inside
 * stands for anything.
 *
 * Behind the language may stand why the block is not run: `ts no-run: needs an account`. Its types
 * are checked all the same.
 */

export interface CodeBlock {
  readonly language: string
  readonly code: string
  /** 1-based line of the first line of code. */
  readonly line: number
  /** Why it is not run, of `no-run: WHY` behind the language. */
  readonly notRun?: string
}

type OpenBlock = Omit<CodeBlock, 'code'> & { readonly fence: string; readonly code: string[] }

export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let open: OpenBlock | undefined
  for (const [index, text] of markdown.split('\n').entries()) {
    const fence = /^\s*(`{3,})\s*([\w-]*)(?: no-run: (.+))?/.exec(text)
    if (open === undefined) {
      if (fence === null) continue
      const [, marks = '', language = '', why] = fence
      const notRun = why === undefined ? {} : { notRun: why }
      open = { fence: marks, language, line: index + 2, code: [], ...notRun }
    } else if (text.trim() === open.fence) {
      const { fence: _, code, ...block } = open
      blocks.push({ ...block, code: code.join('\n') })
      open = undefined
    } else {
      open.code.push(text)
    }
  }
  if (open !== undefined) throw new Error(`The code block at line ${open.line} is never closed.`)
  return blocks
}

/** The lines that the block promises to print, in order; empty when it promises nothing. */
export function expectedOutput(code: string): string[] {
  const expected: string[] = []
  let continuing = false
  for (const line of code.split('\n')) {
    const start = /(?:^|\s)\/\/ => ?(.*)$/.exec(line)
    const more: RegExpExecArray | null = continuing ? /^\s*\/\/ {4}(.*)$/.exec(line) : null
    const found: string | undefined = start?.[1] ?? more?.[1]
    continuing = found !== undefined
    if (found !== undefined) expected.push(found.trim())
  }
  return expected
}

/** The first difference between what was promised and what was printed, or undefined. */
export function outputDifference(
  expected: readonly string[],
  printed: readonly string[],
): string | undefined {
  for (let index = 0; index < Math.max(expected.length, printed.length); index += 1) {
    const want = expected[index]
    const got = printed[index]?.trim()
    if (want === undefined) return `printed one line more than the comments say: ${got}`
    if (got === undefined) return `never printed: ${want}`
    const pattern = want
      .split('...')
      .map((part) => RegExp.escape(part))
      .join('.*')
    if (!new RegExp(`^${pattern}$`, 'v').test(got)) {
      return `line ${index + 1} of the output: expected ${want}\n but got ${got}`
    }
  }
  return undefined
}
