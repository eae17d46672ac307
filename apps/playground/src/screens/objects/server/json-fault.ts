/**
 * Where a text stops being JSON (RFC 8259). `JSON.parse` decides; this only says where, because the
 * engine's messages quote the text and do not always tell a place.
 */

/** A place counted as editors do: from 1, columns in UTF-16 units. */
export interface JsonFault {
  readonly line: number
  readonly column: number
  /** What is wrong there. Never quotes the text. */
  readonly message: string
}

/** The first fault of a text, or undefined when it is JSON. */
export function jsonFault(text: string): JsonFault | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch {
    const { at, message } = new JsonScan(text).fault()
    const before = text.slice(0, at)
    const lines = before.split(/\r\n|\r|\n/)
    return { line: lines.length, column: (lines.at(-1) ?? '').length + 1, message }
  }
}

interface Fault {
  readonly at: number
  readonly message: string
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const literal = /true|false|null/y
// oxlint-disable-next-line no-control-regex -- control characters end a string
const stringEnd = /["\\\u0000-\u001f]/g
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const space = /[ \t\n\r]*/y

/** Goes through tokens with a stack of its own: deep nesting is no fault. */
class JsonScan {
  readonly #text: string
  readonly #open: ('{' | '[')[] = []
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** The fault of a text that has one. */
  fault(): Fault {
    let isValueNext = true
    for (;;) {
      const fault: Fault | 'value' | 'behind' = isValueNext ? this.#value() : this.#behindValue()
      if (typeof fault === 'object') return fault
      isValueNext = fault === 'value'
    }
  }

  /** Takes a value, or the beginning of one. */
  #value(): Fault | 'value' | 'behind' {
    this.#skipSpace()
    const char = this.#text[this.#at]
    if (char === '{' || char === '[') {
      this.#at++
      this.#skipSpace()
      if (this.#takes(char === '{' ? '}' : ']')) return 'behind'
      this.#open.push(char)
      return char === '{' ? (this.#name() ?? 'value') : 'value'
    }
    if (char === '"') return this.#string() ?? 'behind'
    if (this.#matches(number) || this.#matches(literal)) return 'behind'
    return this.#expected('a value')
  }

  #behindValue(): Fault | 'value' | 'behind' {
    this.#skipSpace()
    const open = this.#open.at(-1)
    if (open === undefined) return this.#expected('the end of the text')
    const close = open === '{' ? '}' : ']'
    if (this.#takes(close)) {
      this.#open.pop()
      return 'behind'
    }
    if (!this.#takes(',')) return this.#expected(`"," or "${close}"`)
    return open === '{' ? (this.#name() ?? 'value') : 'value'
  }

  #name(): Fault | undefined {
    this.#skipSpace()
    if (this.#text[this.#at] !== '"') return this.#expected('a name in double quotes')
    const fault = this.#string()
    if (fault !== undefined) return fault
    this.#skipSpace()
    return this.#takes(':') ? undefined : this.#expected('":"')
  }

  #string(): Fault | undefined {
    this.#at++
    for (;;) {
      stringEnd.lastIndex = this.#at
      const end = stringEnd.exec(this.#text)
      this.#at = end?.index ?? this.#text.length
      if (end === null) return this.#expected('the closing quote of a string')
      if (this.#takes('"')) return undefined
      if (end[0] !== '\\') return this.#expected('an escape for the control character in a string')
      if (!this.#matches(escape)) return this.#expected('an escape that JSON knows')
    }
  }

  #expected(what: string): Fault {
    const isEnd = this.#at >= this.#text.length
    return { at: this.#at, message: `${isEnd ? 'the text ends; ' : ''}expected ${what}` }
  }

  #takes(char: string): boolean {
    if (this.#text[this.#at] !== char) return false
    this.#at++
    return true
  }

  #matches(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at
    if (!pattern.test(this.#text)) return false
    this.#at = pattern.lastIndex
    return true
  }

  #skipSpace(): void {
    this.#matches(space)
  }
}
