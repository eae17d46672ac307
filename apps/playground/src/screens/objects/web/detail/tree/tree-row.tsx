import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { countText } from '../../../../../web/amounts.ts'
import {
  depthOf,
  isContainer,
  type JsonNodes,
  kindAt,
  nameAt,
  none,
  sourceOf,
} from './json-nodes.ts'
import classes from './json-tree.module.css'
import type { Tree } from './open-nodes.ts'

/** Longer ones are cut; the text view has all of it. */
const valueCharsMax = 300
const nameCharsMax = 120
const previewCharsMax = 100
/** A container of more values is longer than any preview. */
const previewNodesMax = 100
/** Deeper levels do not move to the right any more: a share of the panel's width. */
const indentMax = '40cqi'
const levelMax = 10_000

/** A value with its name. */
export function TreeRow({
  id,
  tree,
  node,
  isMarked,
  heightPx,
  onMark,
  onToggle,
}: {
  readonly id: string
  readonly tree: Tree
  readonly node: number
  readonly isMarked: boolean
  readonly heightPx: number
  readonly onMark: () => void
  readonly onToggle: () => void
}): ReactNode {
  const { text, nodes, open } = tree
  const isOpen = open[node] === 1
  const canOpen = isContainer(text, nodes, node)
  const parent = nodes.parent[node]!
  const depth = depthOf(nodes, node, levelMax)
  const Chevron = isOpen ? IconChevronDown : IconChevronRight
  return (
    // The tree takes the keys: the row is its active descendant.
    <div
      id={id}
      role="treeitem"
      aria-level={depth + 1}
      aria-posinset={nodes.place[node]! + 1}
      aria-setsize={parent === none ? 1 : nodes.extent[parent]!}
      aria-expanded={canOpen ? isOpen : undefined}
      aria-selected={isMarked}
      className={classes['row']}
      style={{ height: heightPx, paddingLeft: `min(${8 + 16 * depth}px, ${indentMax})` }}
      onClick={onMark}
      onDoubleClick={canOpen ? onToggle : undefined}
    >
      <span
        className={classes['chevron']}
        onClick={canOpen ? onToggle : undefined}
        onDoubleClick={(event) => event.stopPropagation()}
      >
        {canOpen ? <Chevron size={14} /> : null}
      </span>
      <Name tree={tree} node={node} />
      <Value tree={tree} node={node} />
    </div>
  )
}

function Name({ tree: { text, nodes }, node }: ValueProps): ReactNode {
  const name = nameAt(text, nodes, node, nameCharsMax)
  if (name !== undefined) {
    return (
      <>
        <bdi className={classes['name']}>{name}</bdi>
        <span>: </span>
      </>
    )
  }
  if (nodes.parent[node] === none) return null
  return (
    <>
      <span className={classes['place']}>{nodes.place[node]}</span>
      <span>: </span>
    </>
  )
}

interface ValueProps {
  readonly tree: Tree
  readonly node: number
}

function Value({ tree: { text, nodes, open }, node }: ValueProps): ReactNode {
  const kind = kindAt(text, nodes, node)
  const extent = nodes.extent[node]!
  if (kind === 'object' || kind === 'array') {
    const [begin, end, one, many] =
      kind === 'object' ? ['{', '}', 'name', 'names'] : ['[', ']', 'item', 'items']
    if (extent === 0) return <span className={classes['count']}>{`${begin}${end}`}</span>
    const count = `${countText(extent)} ${extent === 1 ? one : many}`
    return (
      <>
        <span className={classes['count']}>{`${begin} ${count} ${end}`}</span>
        {open[node] === 1 ? null : (
          <bdi className={classes['preview']}>{previewOf(text, nodes, node)}</bdi>
        )}
      </>
    )
  }
  const start = nodes.start[node]!
  const length = extent - start
  if (length <= valueCharsMax) {
    return (
      <bdi className={classes['value']} data-kind={kind}>
        {text.slice(start, extent)}
      </bdi>
    )
  }
  return (
    <>
      <bdi className={classes['value']} data-kind={kind}>
        {text.slice(start, start + valueCharsMax)}…
      </bdi>
      <span className={classes['count']}>&nbsp;{countText(length)} characters</span>
    </>
  )
}

/** The beginning of what is closed, in one line. */
function previewOf(text: string, nodes: JsonNodes, node: number): string {
  const isShort = nodes.next[node]! - node < previewNodesMax
  const start = nodes.start[node]!
  const source = isShort ? sourceOf(text, nodes, node) : text.slice(start, start + 1000)
  const line = source.slice(0, 1000).replaceAll(/\s+/g, ' ')
  return line.length > previewCharsMax ? `${line.slice(0, previewCharsMax)}…` : line
}
