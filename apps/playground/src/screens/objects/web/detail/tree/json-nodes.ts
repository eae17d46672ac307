/**
 * A JSON text as a flat list of its values, in the order of the text.
 *
 * Nothing is converted: a node is a place in the text, so that a number of 30 digits, a name that
 * stands twice and `"__proto__"` are shown as they are written.
 *
 *     {"a":[1,2],"b":3}      node 0 {…}, 1 [1,2] named "a", 2 1, 3 2, 4 3 named "b"
 *     next[1] = 4            the first node that is not inside node 1
 *
 * Invariant: a node's descendants are the nodes from itself + 1 up to `next` of it.
 */

/** No node, or no name. */
export const none = 0xffff_ffff

/** Six numbers a value, in typed arrays: a worker hands them over without a copy. */
export interface JsonNodes {
  readonly count: number
  /** Where the value begins in the text. */
  readonly start: Uint32Array<ArrayBuffer>
  /** Containers: how many children. Others: where the value ends. */
  readonly extent: Uint32Array<ArrayBuffer>
  /** Where the name begins, with its quote; `none` for what is not in an object. */
  readonly name: Uint32Array<ArrayBuffer>
  readonly next: Uint32Array<ArrayBuffer>
  readonly parent: Uint32Array<ArrayBuffer>
  /** Place among its siblings, from 0. */
  readonly place: Uint32Array<ArrayBuffer>
}

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null'

/** What a node is: its first character says it. */
export function kindAt(text: string, nodes: JsonNodes, node: number): JsonKind {
  switch (text[nodes.start[node]!]) {
    case '{':
      return 'object'
    case '[':
      return 'array'
    case '"':
      return 'string'
    case 't':
    case 'f':
      return 'boolean'
    case 'n':
      return 'null'
    default:
      return 'number'
  }
}

/** True for what can have children. */
export function isContainer(text: string, nodes: JsonNodes, node: number): boolean {
  const first = text[nodes.start[node]!]
  return first === '{' || first === '['
}

/** The name as it is written, with quotes; undefined for what has none. Cut at `charsMax`. */
export function nameAt(
  text: string,
  nodes: JsonNodes,
  node: number,
  charsMax: number = Number.MAX_SAFE_INTEGER,
): string | undefined {
  const start = nodes.name[node]!
  if (start === none) return undefined
  const end = stringEnd(text, start, start + charsMax)
  return end === undefined ? `${text.slice(start, start + charsMax)}…` : text.slice(start, end)
}

/** The end of the string that begins at `start`; undefined when it is not before `limit`. */
function stringEnd(text: string, start: number, limit: number): number | undefined {
  for (let at = start + 1; at < limit; at++) {
    const char = text.charCodeAt(at)
    if (char === 0x22) return at + 1
    if (char === 0x5c) at += 1
    else if (Number.isNaN(char)) return undefined
  }
  return undefined
}

/** The source of a node: all of it, children included. */
export function sourceOf(text: string, nodes: JsonNodes, node: number): string {
  const start = nodes.start[node]!
  if (!isContainer(text, nodes, node)) return text.slice(start, nodes.extent[node])
  // A container ends behind its last descendant, where only white space and brackets follow.
  let at = start + 1
  let depth = 1
  const next = nodes.next[node]!
  if (next > node + 1) {
    const last = next - 1
    at = isContainer(text, nodes, last) ? nodes.start[last]! + 1 : nodes.extent[last]!
    // Every container from the last node up to this one is still open there.
    let open = isContainer(text, nodes, last) ? last : nodes.parent[last]!
    for (; open !== node; open = nodes.parent[open]!) depth += 1
  }
  for (; depth > 0; at++) {
    const char = text[at]
    if (char === '}' || char === ']') depth -= 1
  }
  return text.slice(start, at)
}

/** How deep a node is: 0 for the outermost. Stops counting at `max`. */
export function depthOf(nodes: JsonNodes, node: number, max: number): number {
  let depth = 0
  for (let up = nodes.parent[node]!; up !== none && depth < max; up = nodes.parent[up]!) depth += 1
  return depth
}
