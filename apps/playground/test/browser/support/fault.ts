/** What a page did that no page should do, unless a test says so beforehand. */

type FaultKind =
  | 'console error'
  | 'console warning'
  | 'exception'
  | 'failed request'
  | 'foreign request'
  | 'dialog'
  | 'crash'

export interface Fault {
  readonly kind: FaultKind
  readonly text: string
  /** Of the request, or of the script that wrote to the console. */
  readonly url?: string | undefined
}

/** A part of a text, or a pattern for it. */
export type Pattern = string | RegExp

/** What a test declared: faults that it provokes. */
export interface Expectation {
  /** `an answer with status 412`. */
  readonly what: string
  readonly matches: (fault: Fault) => boolean
  readonly answer?: 'accept' | 'dismiss' | undefined
  isMet: boolean
}

export function fits(pattern: Pattern | undefined, text: string | undefined): boolean {
  if (pattern === undefined) return true
  if (text === undefined) return false
  return typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text)
}

/** `console error: text (http://127.0.0.1:4170/assets/x.js)`. */
export function describeFault({ kind, text, url }: Fault): string {
  return `${kind}: ${text}${url === undefined || url === '' ? '' : ` (${url})`}`
}
