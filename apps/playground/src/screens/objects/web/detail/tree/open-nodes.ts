/** Which containers of a tree are open, and the rows that follow from it. */
import { isContainer, type JsonNodes, kindAt, nameAt, none } from './json-nodes.ts'

/** One byte a node: 1 for an open container. */
export type OpenNodes = Uint8Array<ArrayBuffer>

/** A tree that opens by itself has about so many rows. */
const firstRows = 200

/** What one sees of: nodes in the order of their rows. */
export function rowsOf(nodes: JsonNodes, open: OpenNodes): Uint32Array<ArrayBuffer> {
  const rows = new Uint32Array(nodes.count)
  let length = 0
  for (let node = 0; node < nodes.count;) {
    rows[length++] = node
    node = open[node] === 1 ? node + 1 : nodes.next[node]!
  }
  return rows.slice(0, length)
}

/** The outermost value open, and what fits below it, level by level. */
export function firstOpen(text: string, nodes: JsonNodes): OpenNodes {
  const open = new Uint8Array(nodes.count)
  let rows = 1
  let level = [0]
  while (level.length > 0) {
    const below: number[] = []
    for (const node of level) {
      if (!isContainer(text, nodes, node)) continue
      rows += nodes.extent[node]!
      if (node !== 0 && rows > firstRows) return open
      open[node] = 1
      if (rows <= firstRows) below.push(...childrenOf(nodes, node))
    }
    level = below
  }
  return open
}

/** All containers open. */
export function allOpen(text: string, nodes: JsonNodes): OpenNodes {
  const open = new Uint8Array(nodes.count)
  for (let node = 0; node < nodes.count; node++) open[node] = isContainer(text, nodes, node) ? 1 : 0
  return open
}

/** Only the outermost value open. */
export function onlyRootOpen(nodes: JsonNodes): OpenNodes {
  const open = new Uint8Array(nodes.count)
  open[0] = 1
  return open
}

/** The children of a node. */
export function* childrenOf(nodes: JsonNodes, node: number): Generator<number, void, undefined> {
  const end = nodes.next[node]!
  for (let child = node + 1; child < end; child = nodes.next[child]!) yield child
}

/** A text, its values, and which are open. */
export interface Tree {
  readonly text: string
  readonly nodes: JsonNodes
  readonly open: OpenNodes
}

/** In a new version of a text, what was open in the old one: by names and places. */
export function carryOpen(old: Tree, text: string, nodes: JsonNodes): OpenNodes {
  const open = new Uint8Array(nodes.count)
  const pairs: [before: number, now: number][] = [[0, 0]]
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [before, now] = pair
    if (old.open[before] !== 1 || !isContainer(text, nodes, now)) continue
    open[now] = 1
    const kind = kindAt(text, nodes, now)
    if (kind !== kindAt(old.text, old.nodes, before)) continue
    const known = new Map<string | number, number>()
    for (const child of childrenOf(old.nodes, before)) {
      if (old.open[child] === 1) known.set(stepOf(old.text, old.nodes, child), child)
    }
    if (known.size === 0) continue
    for (const child of childrenOf(nodes, now)) {
      const same = known.get(stepOf(text, nodes, child))
      if (same !== undefined) pairs.push([same, child])
    }
  }
  return open
}

function stepOf(text: string, nodes: JsonNodes, node: number): string | number {
  return nameAt(text, nodes, node) ?? nodes.place[node]!
}

/** A longer way is cut at its beginning. */
const stepsMax = 100

/** The way to a node as one writes it in a program: `agents[3].name`; `$` is the outermost. */
export function pathOf(text: string, nodes: JsonNodes, node: number): string {
  const steps: string[] = []
  let at = node
  for (; nodes.parent[at] !== none && steps.length < stepsMax; at = nodes.parent[at]!) {
    const name = nameAt(text, nodes, at)
    if (name === undefined) steps.push(`[${nodes.place[at]}]`)
    else steps.push(/^"[A-Za-z_$][\w$]*"$/.test(name) ? `.${name.slice(1, -1)}` : `[${name}]`)
  }
  return `${nodes.parent[at] === none ? '$' : '…'}${steps.toReversed().join('')}`
}
