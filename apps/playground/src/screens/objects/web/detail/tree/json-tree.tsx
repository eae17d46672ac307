import { type KeyboardEvent, type ReactNode, useId, useMemo, useRef, useState } from 'react'
import colours from '../colours.module.css'
import { type RowSpan, RowWindow, type RowWindowHandle } from '../rows/row-window.tsx'
import { isContainer, none } from './json-nodes.ts'
import classes from './json-tree.module.css'
import { childrenOf, type OpenNodes, rowsOf, type Tree } from './open-nodes.ts'
import { TreeFoot } from './tree-foot.tsx'
import { TreeRow } from './tree-row.tsx'

const rowHeightPx = 22

/**
 * A tree as the ARIA practices have it: one stop of the keyboard, arrows go through it, right and
 * left open and close.
 */
export function JsonTree({
  tree,
  onOpen,
}: {
  readonly tree: Tree
  readonly onOpen: (open: OpenNodes) => void
}): ReactNode {
  const { text, nodes, open } = tree
  const rows = useMemo(() => rowsOf(nodes, open), [nodes, open])
  const [marked, setMarked] = useState(0)
  const handle = useRef<RowWindowHandle>(null)
  const [span, setSpan] = useState<RowSpan>({ first: 0, end: 0 })
  const id = useId()
  // What was marked may be closed away, or be gone in a new version.
  const markedRow = rowOf(rows, Math.min(marked, nodes.count - 1))
  const node = rows[markedRow]!
  const isSeen = markedRow >= span.first && markedRow < span.end

  const mark = (row: number): void => {
    const inside = Math.min(rows.length - 1, Math.max(0, row))
    setMarked(rows[inside]!)
    handle.current?.reveal(inside)
  }
  const setOpen = (targets: Iterable<number>, value: 0 | 1): void => {
    const next = open.slice()
    for (const target of targets) if (isContainer(text, nodes, target)) next[target] = value
    onOpen(next)
  }
  const toggle = (target: number): void => setOpen([target], open[target] === 1 ? 0 : 1)

  const moves: Readonly<Record<string, (() => void) | undefined>> = {
    ArrowUp: () => mark(markedRow - 1),
    ArrowDown: () => mark(markedRow + 1),
    PageUp: () => mark(markedRow - handle.current!.pageRows()),
    PageDown: () => mark(markedRow + handle.current!.pageRows()),
    Home: () => mark(0),
    End: () => mark(rows.length - 1),
    ArrowRight: () => {
      if (!isContainer(text, nodes, node)) return
      if (open[node] === 1) mark(nodes.extent[node] === 0 ? markedRow : markedRow + 1)
      else toggle(node)
    },
    ArrowLeft: () => {
      if (open[node] === 1) toggle(node)
      else if (nodes.parent[node] !== none) mark(rowOf(rows, nodes.parent[node]!))
    },
    Enter: () => toggle(node),
    ' ': () => toggle(node),
    '*': () => setOpen(siblingsOf(tree, node), 1),
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const move = moves[event.key]
    if (move === undefined) return
    event.preventDefault()
    move()
  }
  return (
    <div className={`${colours['colours']} ${classes['tree']}`}>
      <RowWindow
        handle={handle}
        count={rows.length}
        rowHeight={rowHeightPx}
        role="tree"
        aria-label="The content as a tree"
        aria-activedescendant={isSeen ? `${id}-${node}` : undefined}
        onSpan={setSpan}
        onKeyDown={onKeyDown}
        renderRow={(row) => (
          <TreeRow
            key={rows[row]}
            id={`${id}-${rows[row]}`}
            tree={tree}
            node={rows[row]!}
            isMarked={row === markedRow}
            heightPx={rowHeightPx}
            onMark={() => setMarked(rows[row]!)}
            onToggle={() => toggle(rows[row]!)}
          />
        )}
      />
      <TreeFoot tree={tree} node={node} />
    </div>
  )
}

/** The row of a node, or of the container that is closed around it. */
function rowOf(rows: Uint32Array, node: number): number {
  let low = 0
  let high = rows.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (rows[middle]! <= node) low = middle
    else high = middle - 1
  }
  return low
}

function siblingsOf({ nodes }: Tree, node: number): Iterable<number> {
  const parent = nodes.parent[node]!
  return parent === none ? [node] : childrenOf(nodes, parent)
}
