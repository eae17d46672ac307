/** Keys that go through a tree. */
import { placeAfter } from './list-keys.ts'
import type { TreeNode } from './tree-nodes.ts'

/** Nodes of a page: it need not be exact. */
const pageNodes = 10

export type Meaning =
  | { readonly to: number }
  | { readonly expand: boolean }
  | { readonly open: true }

/** What a key means at a node, as in every tree. */
export function meaning(
  key: string,
  nodes: readonly TreeNode[],
  place: number,
): Meaning | undefined {
  const node = nodes[place]!
  const to = placeAfter(key, place, { count: nodes.length, page: pageNodes })
  if (to !== undefined) return { to }
  switch (key) {
    case 'ArrowRight':
      if (node.isExpanded === false) return { expand: true }
      return node.isExpanded === true ? { to: place + 1 } : undefined
    case 'ArrowLeft': {
      if (node.isExpanded === true) return { expand: false }
      const parent = nodes.findLastIndex((each, at) => at < place && each.level < node.level)
      return parent < 0 ? undefined : { to: parent }
    }
    case 'Enter':
    case ' ':
      return { open: true }
    default:
      return undefined
  }
}
