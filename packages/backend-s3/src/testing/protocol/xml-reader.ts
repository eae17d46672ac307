/**
 * The XML of request bodies: elements, text and the five entities, which is all that S3 takes.
 * Anything else (a document type, text beside elements, a wrong end) is `MalformedXML`.
 */
import { S3Error } from './s3-error.ts'

/** An element: either text or children. */
export class XmlElement {
  readonly name: string
  readonly text: string
  readonly children: readonly XmlElement[]

  constructor(name: string, text: string, children: readonly XmlElement[]) {
    this.name = name
    this.text = text
    this.children = children
  }

  /** The children of this name. */
  all(name: string): readonly XmlElement[] {
    return this.children.filter((child) => child.name === name)
  }

  /** The only child of this name, if any. */
  one(name: string): XmlElement | undefined {
    const [first, ...more] = this.all(name)
    if (more.length > 0) throw new S3Error('MalformedXML')
    return first
  }

  /** The text of the only child of this name, if any. */
  textOf(name: string): string | undefined {
    return this.one(name)?.text
  }
}

/** Bounds the stack; the deepest body of S3 has 6 levels. */
const depthMax = 20

const token =
  /<\?xml[^>]*\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y

/** @throws S3Error `MalformedXML` unless `source` is one element of this name. */
export function parseXml(source: string, rootName: string): XmlElement {
  const holder: Open = { name: '', text: '', children: [] }
  const open: Open[] = [holder]
  token.lastIndex = 0
  while (token.lastIndex < source.length) {
    const match = token.exec(source)
    if (match === null) throw new S3Error('MalformedXML')
    take(open, match)
  }
  const [root, ...more] = holder.children
  const isWhole = open.length === 1 && more.length === 0 && holder.text.trim() === ''
  if (!isWhole || root?.name !== rootName) throw new S3Error('MalformedXML')
  return root
}

interface Open {
  readonly name: string
  text: string
  readonly children: XmlElement[]
}

function take(open: Open[], match: RegExpExecArray): void {
  const [, cdata, ending, name, , selfEnding, text] = match
  const top = open.at(-1)!
  if (cdata !== undefined) top.text += cdata
  else if (text !== undefined) top.text += unescapeXml(text)
  else if (name === undefined) return
  else if (ending === '/') close(open, localName(name))
  else if (selfEnding === '/') top.children.push(new XmlElement(localName(name), '', []))
  else if (open.length > depthMax) throw new S3Error('MalformedXML')
  else open.push({ name: localName(name), text: '', children: [] })
}

function close(open: Open[], name: string): void {
  const top = open.pop()!
  const parent = open.at(-1)
  const isMixed = top.children.length > 0 && top.text.trim() !== ''
  if (parent === undefined || top.name !== name || isMixed) throw new S3Error('MalformedXML')
  const text = top.children.length > 0 ? '' : top.text
  parent.children.push(new XmlElement(name, text, top.children))
}

/** Clients may bind the namespace of S3 to a prefix. */
function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

function unescapeXml(text: string): string {
  return text.replace(/&([^;]*);?/g, (whole, name: string) => {
    if (!whole.endsWith(';')) throw new S3Error('MalformedXML')
    const named = entities[name]
    if (named !== undefined) return named
    const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(name) ?? []
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    if (!(code > 0 && code <= 0x10_ff_ff)) throw new S3Error('MalformedXML')
    return String.fromCodePoint(code)
  })
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
}
