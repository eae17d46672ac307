import { Button, Text } from '@mantine/core'
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { meaning } from './tree-keys.ts'
import type { TreeNode } from './tree-nodes.ts'
import { TreeRow } from './tree-row.tsx'
import classes from './tree.module.css'
import { useTree } from './use-tree.ts'

/** As in the style sheet. */
const rowHeight = 28

/** The prefixes, as a tree: each is read when it is expanded. */
export function Tree({
  current,
  takesFocus,
  onOpen,
}: {
  readonly current: string
  /** It was opened just now: the keyboard goes to it. */
  readonly takesFocus: boolean
  readonly onOpen: (prefix: string) => void
}): ReactNode {
  const { nodes, problem, expand, retry } = useTree(current)
  const scroller = useRef<HTMLDivElement>(null)
  const [focused, setFocused] = useState(current)
  const isWanted = useRef(false)
  const place = Math.max(
    0,
    nodes.findIndex(({ prefix }) => prefix === focused),
  )
  const virtualizer = useTreeVirtualizer(scroller, nodes.length, place)
  useRevealed(current, nodes, (to) => virtualizer.scrollToIndex(to))
  useEffect(() => setFocused(current), [current])
  useLayoutEffect(() => {
    if (takesFocus) isWanted.current = true
  }, [takesFocus])
  useLayoutEffect(() => {
    if (!isWanted.current) return
    const row = scroller.current?.querySelector<HTMLElement>(`[data-place="${place}"]`)
    if (row === null || row === undefined) return
    isWanted.current = false
    row.focus({ preventScroll: true })
  })

  const moveTo = (to: number): void => {
    const node = nodes[to]
    if (node === undefined) return
    isWanted.current = true
    setFocused(node.prefix)
    virtualizer.scrollToIndex(to)
  }
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const meant = meaning(event.key, nodes, place)
    if (meant === undefined) return
    event.preventDefault()
    if ('to' in meant) moveTo(meant.to)
    else if ('expand' in meant) expand(nodes[place]!.prefix, meant.expand)
    else onOpen(nodes[place]!.prefix)
  }
  return (
    <>
      {/* Its rows take the focus */}
      <div
        ref={scroller}
        role="tree"
        aria-label="Prefixes"
        className={classes['tree']}
        onKeyDown={onKeyDown}
      >
        <div
          role="presentation"
          className={classes['body']}
          style={{ height: virtualizer.getTotalSize() }}
        >
          {virtualizer.getVirtualItems().map(({ index, start }) => (
            <TreeRow
              key={nodes[index]!.prefix}
              node={nodes[index]!}
              place={index}
              top={start}
              isCurrent={nodes[index]!.prefix === current}
              isFocused={index === place}
              onOpen={onOpen}
              onExpand={expand}
              onFocus={setFocused}
            />
          ))}
        </div>
      </div>
      {problem === undefined ? null : (
        <div role="alert" className={classes['problem']}>
          <Text size="xs">{problem.message}</Text>
          <Button size="compact-xs" variant="default" mt={4} onClick={retry}>
            Read again
          </Button>
        </div>
      )}
    </>
  )
}

function useTreeVirtualizer(
  scroller: React.RefObject<HTMLDivElement | null>,
  count: number,
  focusPlace: number,
): ReturnType<typeof useVirtualizer<HTMLDivElement, Element>> {
  const rangeExtractor = useCallback(
    (range: Range) => {
      const places = new Set(defaultRangeExtractor(range)).add(focusPlace)
      return [...places].filter((place) => place < count).toSorted((a, b) => a - b)
    },
    [focusPlace, count],
  )
  return useVirtualizer({
    ...{ count, rangeExtractor, overscan: 8 },
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    paddingStart: 4,
    paddingEnd: 4,
  })
}

/** Scrolls to the current prefix, once it is there. */
function useRevealed(
  current: string,
  nodes: readonly TreeNode[],
  reveal: (place: number) => void,
): void {
  const revealed = useRef<string>(undefined)
  const place = nodes.findIndex(({ prefix }) => prefix === current)
  useEffect(() => {
    if (place < 0 || revealed.current === current) return
    revealed.current = current
    reveal(place)
  })
}
