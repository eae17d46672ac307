/** Reads a JSON text (RFC 8259) into {@link JsonNodes}, or says where it stops being JSON. */
import { type JsonNodes, none } from './json-nodes.ts'

/** Why a text is no JSON. */
export interface JsonFault {
  /** Where, in UTF-16 units. */
  readonly at: number
  /** What is wrong there. Never quotes the text. */
  readonly message: string
}

/** True for the answer of {@link scanJson} to what is no JSON. */
export function isFault(result: JsonNodes | JsonFault): result is JsonFault {
  return 'message' in result
}

/** The values of a text. Deep nesting is no fault: there is no recursion. */
export function scanJson(text: string): JsonNodes | JsonFault {
  return new Scan(text).run()
}

/** A place as editors count: lines and columns from 1. */
export function placeOf(
  text: string,
  at: number,
): { readonly line: number; readonly column: number } {
  let line = 1
  let lineStart = 0
  for (const { index, 0: lineBreak } of text.slice(0, at).matchAll(/\r\n|\r|\n/g)) {
    line += 1
    lineStart = index + lineBreak.length
  }
  return { line, column: at - lineStart + 1 }
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const literal = /true|false|null/y
// oxlint-disable-next-line no-control-regex -- control characters are what ends a string
const stringStop = /["\\\u0000-\u001f]/g
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

type Step = 'value' | 'behind' | 'end'

class Scan {
  readonly #text: string
  readonly #nodes = new GrowingNodes()
  #at = 0
  /** The container that is open, and the name that waits for its value. */
  #open = none
  #name = none
  #fault: JsonFault | undefined

  constructor(text: string) {
    this.#text = text
  }

  run(): JsonNodes | JsonFault {
    let step: Step = 'value'
    while (step !== 'end') step = step === 'value' ? this.#value() : this.#behind()
    return this.#fault ?? this.#nodes.taken()
  }

  /** Takes a value, or the beginning of a container. */
  #value(): Step {
    this.#skipSpace()
    const start = this.#at
    const char = this.#text.charCodeAt(start)
    if (char === 0x7b || char === 0x5b) return this.#container(start, char === 0x7b ? 0x7d : 0x5d)
    const isTaken =
      char === 0x22 ? this.#string() : this.#takes(number) || this.#takes(literal) || this.#none()
    if (!isTaken) return 'end'
    const node = this.#nodes.add(start, this.#name, this.#open)
    this.#nodes.close(node, this.#at)
    return 'behind'
  }

  #container(start: number, close: number): Step {
    const node = this.#nodes.add(start, this.#name, this.#open)
    this.#at += 1
    this.#skipSpace()
    if (this.#text.charCodeAt(this.#at) === close) {
      this.#at += 1
      this.#nodes.close(node, 0)
      return 'behind'
    }
    this.#open = node
    return this.#member() ? 'value' : 'end'
  }

  /** Behind a value: a comma, the end of a container, or of the text. */
  #behind(): Step {
    this.#skipSpace()
    const char = this.#text.charCodeAt(this.#at)
    if (this.#open === none) {
      if (this.#at < this.#text.length) this.#expected('the end of the text')
      return 'end'
    }
    const close = this.#isInObject() ? '}' : ']'
    if (char === close.charCodeAt(0)) {
      this.#at += 1
      this.#nodes.close(this.#open)
      this.#open = this.#nodes.parentOf(this.#open)
      return 'behind'
    }
    if (char !== 0x2c) {
      this.#expected(`"," or "${close}"`)
      return 'end'
    }
    this.#at += 1
    return this.#member() ? 'value' : 'end'
  }

  /** In an object, takes a name and its colon. */
  #member(): boolean {
    this.#name = none
    if (!this.#isInObject()) return true
    this.#skipSpace()
    this.#name = this.#at
    if (this.#text.charCodeAt(this.#at) !== 0x22) {
      return this.#expected('a name in double quotes')
    }
    if (!this.#string()) return false
    this.#skipSpace()
    if (this.#text.charCodeAt(this.#at) !== 0x3a) return this.#expected('":"')
    this.#at += 1
    return true
  }

  #isInObject(): boolean {
    return this.#text.charCodeAt(this.#nodes.startOf(this.#open)) === 0x7b
  }

  #string(): boolean {
    this.#at += 1
    for (;;) {
      stringStop.lastIndex = this.#at
      const stop = stringStop.exec(this.#text)
      this.#at = stop?.index ?? this.#text.length
      if (stop === null) return this.#expected('the closing quote of a string')
      if (stop[0] === '"') {
        this.#at += 1
        return true
      }
      if (stop[0] !== '\\') {
        return this.#expected('an escape for the control character in a string')
      }
      if (!this.#takes(escape)) return this.#expected('an escape that JSON knows')
    }
  }

  #none(): boolean {
    return this.#expected('a value')
  }

  /** Notes a fault. Always false, so that it can be given on. */
  #expected(what: string): false {
    const isEnd = this.#at >= this.#text.length
    this.#fault = { at: this.#at, message: `${isEnd ? 'the text ends; ' : ''}expected ${what}` }
    return false
  }

  #takes(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at
    if (!pattern.test(this.#text)) return false
    this.#at = pattern.lastIndex
    return true
  }

  #skipSpace(): void {
    for (;;) {
      const char = this.#text.charCodeAt(this.#at)
      if (char !== 0x20 && char !== 0x0a && char !== 0x0d && char !== 0x09) return
      this.#at += 1
    }
  }
}

/** Nodes while they are found: the arrays double as they fill. */
class GrowingNodes {
  #count = 0
  #room = 256
  #fields = Array.from({ length: 6 }, () => new Uint32Array(256))

  /** A node, open until it is closed: a child of `parent`, behind those that it has. */
  add(start: number, name: number, parent: number): number {
    if (this.#count === this.#room) this.#grow()
    const node = this.#count++
    const [starts, extents, names, , parents, places] = this.#fields
    starts![node] = start
    extents![node] = 0
    names![node] = name
    parents![node] = parent
    places![node] = parent === none ? 0 : extents![parent]!++
    return node
  }

  /** Everything that was added behind a node is inside it. `extent`: unless it counts children. */
  close(node: number, extent?: number): void {
    this.#fields[3]![node] = this.#count
    if (extent !== undefined) this.#fields[1]![node] = extent
  }

  startOf(node: number): number {
    return this.#fields[0]![node]!
  }

  parentOf(node: number): number {
    return this.#fields[4]![node]!
  }

  taken(): JsonNodes {
    const [start, extent, name, next, parent, place] = this.#fields.map((field) =>
      field.slice(0, this.#count),
    )
    return {
      count: this.#count,
      ...{ start: start!, extent: extent!, name: name!, next: next!, parent: parent! },
      place: place!,
    }
  }

  #grow(): void {
    this.#room *= 2
    this.#fields = this.#fields.map((field) => {
      const larger = new Uint32Array(this.#room)
      larger.set(field)
      return larger
    })
  }
}
