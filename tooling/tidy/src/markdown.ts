/** Markdown as far as rules read it: its headings' anchors, its links, its fenced code. */

export interface MarkdownLink {
  readonly target: string
  readonly line: number
}

export interface CodeFence {
  readonly language: string
  /** What stands behind the language. */
  readonly info: string
  readonly line: number
  /** Its marks, and what of the line stands before them but spaces: of a quote or a list. */
  readonly marks: string
  readonly before: string
  readonly code: readonly string[]
}

const fenced = /^( *)(`{3,}|~{3,})[^]*?^ *\2/gm
/** Code within text, which may go on in the next line, and ends with its paragraph. */
const span = /(?<!`)(`+)(?!`)(?:(?!\n[ \t]*\n)[^])+?(?<!`)\1(?!`)/g
const definition = /^ {0,3}\[([^\]]+)\]: *\S+/gm
const fence = /^((?:\s|>|(?:[-*+]|\d+[.)])\s)*)(`{3,}|~{3,})\s*([^\s`]*)([^`]*)$/
const blank = (code: string): string => code.replaceAll(/[^\n]/g, ' ')

/** The links and pictures of a page, Markdown's and HTML's. Code holds none. */
export function linksOf(markdown: string): MarkdownLink[] {
  const text = withoutCode(markdown)
  const shapes = [
    /\]\(\s*(?:<([^>\n]*)>|([^)\s<]+))(?:\s+(?:"[^"]*"|'[^']*'|\([^)]*\)))?\s*\)/g,
    /^ {0,3}\[[^\]]+\]: *(\S+)/gm,
    /<(?:a|img)\s[^>]*?(?:href|src)=(?:"([^"]*)"|'([^']*)')/g,
  ]
  return shapes
    .flatMap((shape) => [...text.matchAll(shape)])
    .toSorted((left, right) => left.index - right.index)
    .map((match) => ({ target: match[1] ?? match[2] ?? '', line: lineAt(text, match.index) }))
}

/** Labels of `[text][label]` and `[label][]` that have no line `[label]: target`. */
export function undefinedLabels(markdown: string): MarkdownLink[] {
  const text = withoutCode(markdown)
  const labels = new Set([...text.matchAll(definition)].map(([, label]) => label!.toLowerCase()))
  return [...text.matchAll(/\]\[([^\]]+)\]|\[([^[\]]+)\]\[\]/g)]
    .map((match) => ({ target: match[1] ?? match[2] ?? '', line: lineAt(text, match.index) }))
    .filter(({ target }) => !labels.has(target.toLowerCase()))
}

/** The page with blanks for its code, each line where it was. */
function withoutCode(markdown: string): string {
  return markdown.replaceAll(fenced, blank).replaceAll(span, blank)
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}

/** The anchors that GitHub gives the headings of a page, and those that the page sets itself. */
export function anchorsOf(markdown: string): Set<string> {
  const text = markdown.replaceAll(fenced, blank)
  const anchors = new Set(
    [...text.matchAll(/<a\s[^>]*?(?:id|name)="([^"]*)"/g)].map(([, id]) => id!),
  )
  for (const [, heading = ''] of text.matchAll(/^#{1,6} +(.+?)(?: #+)?$/gm)) {
    const slug = slugOf(heading)
    let anchor = slug
    for (let twin = 1; anchors.has(anchor); twin += 1) anchor = `${slug}-${twin}`
    anchors.add(anchor)
  }
  return anchors
}

/** GitHub's rule: the text in lower case, without what is no letter, digit, `-`, `_` or space. */
function slugOf(heading: string): string {
  const shown = heading.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').trim()
  const kept = shown.toLowerCase().replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
  return kept.replaceAll(' ', '-')
}

/** The fenced blocks of a page, as each begins. */
export function fencesOf(markdown: string): CodeFence[] {
  const fences: CodeFence[] = []
  let open: { marks: string; before: string; code: string[] } | undefined
  for (const [index, text] of markdown.split('\n').entries()) {
    if (open !== undefined) {
      const end = open.before === '' ? text : text.replace(/^[\s>]+/, '')
      if (end.trim() === open.marks) open = undefined
      else open.code.push(text)
      continue
    }
    const [, before = '', marks, language = '', info = ''] = fence.exec(text) ?? []
    if (marks === undefined) continue
    open = { marks, before: before.trim(), code: [] }
    fences.push({ language, info: info.trim(), line: index + 1, ...open })
  }
  return fences
}

/** The lines where code begins that is only indented, which belongs to no language. */
export function indentedCode(markdown: string): number[] {
  const lines = markdown.replaceAll(fenced, (code) => code.replaceAll(/[^\n]+/g, '.')).split('\n')
  const found: number[] = []
  // The last line that begins at the left: what is indented below a list is of the list.
  let left = ''
  for (const [index, text] of lines.entries()) {
    const isList = /^(?:[-*+]|\d+[.)])\s/.test(left)
    if (/^(?: {4}|\t)\s*\S/.test(text) && !isList && (lines[index - 1] ?? '').trim() === '') {
      found.push(index + 1)
    }
    if (/^\S/.test(text)) left = text
  }
  return found
}
