/** The tree of prefixes, flat: the nodes that are shown, from top to bottom. */
import type { Prefixes } from '../../server/wire.ts'
import { childOf } from './entries.ts'
import { compareUtf8 } from './utf8-order.ts'

export interface TreeNode {
  readonly prefix: string
  readonly name: string
  /** From 1. */
  readonly level: number
  /** Undefined: nothing is under it. */
  readonly isExpanded: boolean | undefined
  /** Among its siblings, from 1. */
  readonly position: number
  readonly siblings: number
  /** There are more under it than are shown. */
  readonly isTruncated: boolean
}

export interface Tree {
  readonly expanded: ReadonlySet<string>
  /** What is known to be under a prefix. */
  readonly childrenOf: (prefix: string) => Prefixes | undefined
  /** Shown even where its siblings are too many. */
  readonly current: string
}

/** All nodes under `All objects`, which is the first. */
export function nodesOf(tree: Tree): TreeNode[] {
  const nodes: TreeNode[] = []
  const add = (
    prefix: string,
    name: string,
    place: Pick<TreeNode, 'level' | 'position' | 'siblings'>,
  ): void => {
    const known = tree.childrenOf(prefix)
    const children = known === undefined ? [] : withCurrent(prefix, known, tree.current)
    const isExpanded = tree.expanded.has(prefix)
    const isLeaf = known !== undefined && children.length === 0
    nodes.push({
      ...{ prefix, name, ...place },
      isExpanded: isLeaf ? undefined : isExpanded,
      isTruncated: isExpanded && known?.isTruncated === true,
    })
    if (!isExpanded) return
    const { level } = place
    for (const [index, child] of children.entries()) {
      const childName = child.slice(prefix.length, -1)
      const siblings = children.length
      add(child, childName === '' ? '/' : childName, {
        level: level + 1,
        position: index + 1,
        siblings,
      })
    }
  }
  add('', 'All objects', { level: 1, position: 1, siblings: 1 })
  return nodes
}

/** Of more children than are known, the one on the way to the current prefix is shown, too. */
function withCurrent(
  prefix: string,
  { prefixes, isTruncated }: Prefixes,
  current: string,
): readonly string[] {
  const child = current.startsWith(prefix) ? childOf(prefix, current) : undefined
  if (!isTruncated || child === undefined || prefixes.includes(child)) return prefixes
  return [...prefixes, child].toSorted(compareUtf8)
}

/** The prefixes on the way to one: `a/b/c/` -> '', `a/`, `a/b/`. */
export function ancestorsOf(prefix: string): string[] {
  const ancestors: string[] = []
  for (let each: string | undefined = ''; each !== undefined && each !== prefix;) {
    ancestors.push(each)
    each = childOf(each, prefix)
  }
  return ancestors
}
