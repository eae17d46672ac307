/**
 * The XML of answers, read in one pass: elements, text, references and CDATA. Comments and
 * declarations are passed over; anything else, or less, is damaged. The SDK's parser takes as long
 * for a page of a listing as the server takes to make it.
 *
 * https://www.w3.org/TR/xml/
 */
import { StorageError } from '@aos-storage/core'

/** Of an element that may have attributes: from behind its name up to its end. */
const tagRest = /(?:[^<>"']|"[^"<]*"|'[^'<]*')*>/y

export class XmlScanner {
  readonly #bytes: Buffer
  /** A character for each byte: markup is ASCII, and no byte of other characters is. */
  readonly #xml: string
  #at = 0
  /** The elements that are open, outermost first. */
  readonly #open: string[] = []
  /** True between an element that is empty by its tag, and its end. */
  #isEmpty = false

  /** @param bytes In UTF-8. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#xml = bytes.toString('latin1')
  }

  /**
   * Enters the next element inside of the open one, and gives its name; leaves the open one where
   * there is none, and gives undefined.
   *
   * @throws StorageError `UNAVAILABLE` for what is cut or no XML.
   */
  child(): string | undefined {
    if (this.#isEmpty) return this.#leaveEmpty()
    for (;;) {
      const start = this.#next()
      switch (this.#xml.charCodeAt(start + 1)) {
        case slash:
          this.#leave(start)
          return undefined
        case questionMark:
          this.#pass(start, '?>')
          break
        case exclamationMark:
          this.#passMarked(start)
          break
        default:
          return this.#enter(start)
      }
    }
  }

  /** The text of the element that was entered, which is left. @throws as {@link child}. */
  text(): string {
    if (this.#isEmpty) return this.#leaveEmpty() ?? ''
    let text = ''
    for (;;) {
      const start = this.#next()
      // From the bytes, because a slice of the document would keep all of it.
      text += unescapeXml(this.#bytes.toString('utf8', this.#at, start))
      if (this.#xml.charCodeAt(start + 1) === slash) {
        this.#leave(start)
        return text
      }
      const isText = this.#passMarked(start)
      if (isText) text += this.#bytes.toString('utf8', start + cdataStart.length, this.#at - 3)
    }
  }

  /** Leaves the element that was entered, whatever it holds. @throws as {@link child}. */
  skip(): void {
    const depth = this.#open.length
    while (this.#open.length >= depth) this.child()
  }

  /** @throws as {@link child}, unless nothing but comments is left. */
  end(): void {
    const rest = this.#xml.slice(this.#at).replaceAll(/<!--[^]*?-->/g, '')
    if (rest.trim() !== '') throw damaged()
  }

  #next(): number {
    const start = this.#xml.indexOf('<', this.#at)
    if (start < 0) throw damaged()
    return start
  }

  #enter(start: number): string {
    const xml = this.#xml
    let end = start + 1
    while (isOfName(xml.charCodeAt(end))) end++
    const name = xml.slice(start + 1, end)
    if (xml.charCodeAt(end) !== greaterThan) {
      tagRest.lastIndex = end
      if (!tagRest.test(xml)) throw damaged()
      end = tagRest.lastIndex - 1
      this.#isEmpty = xml.charCodeAt(end - 1) === slash
    }
    if (name === '') throw damaged()
    this.#at = end + 1
    this.#open.push(name)
    return name
  }

  #leave(start: number): void {
    const name = this.#open.pop()
    if (name === undefined || !this.#xml.startsWith(name, start + 2)) throw damaged()
    let end = start + 2 + name.length
    while (isSpace(this.#xml.charCodeAt(end))) end++
    if (this.#xml.charCodeAt(end) !== greaterThan) throw damaged()
    this.#at = end + 1
  }

  #leaveEmpty(): undefined {
    this.#isEmpty = false
    this.#open.pop()
  }

  /** Moves behind a comment, or text that is marked as such: then gives true. */
  #passMarked(start: number): boolean {
    const isText = this.#xml.startsWith(cdataStart, start)
    if (!isText && !this.#xml.startsWith('<!--', start)) throw damaged()
    this.#pass(start, isText ? ']]>' : '-->')
    return isText
  }

  #pass(start: number, end: string): void {
    const found = this.#xml.indexOf(end, start)
    if (found < 0) throw damaged()
    this.#at = found + end.length
  }
}

/** Text in place of its references; one that nobody knows stays as it is. */
export function unescapeXml(source: string): string {
  if (!source.includes('&')) return source
  // Nearly always they are those of an etag's quotes.
  const text = source.replaceAll('&quot;', '"')
  if (!text.includes('&')) return text
  return text.replaceAll(/&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|(\w+));/gi, (whole, ...found) => {
    const [hex, decimal, name] = found as readonly (string | undefined)[]
    if (name !== undefined) return entities[name] ?? whole
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole
  })
}

const cdataStart = '<![CDATA['
const [slash, questionMark, exclamationMark, greaterThan] = [0x2f, 0x3f, 0x21, 0x3e]

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09
}

/** All that ends a name otherwise is the end of the tag. NaN at the end of the text. */
function isOfName(unit: number): boolean {
  return unit > 0x20 && unit !== slash && unit !== greaterThan && unit !== 0x3c
}

function damaged(): StorageError {
  return new StorageError('UNAVAILABLE', 'The answer is cut, or no XML; ask again')
}
