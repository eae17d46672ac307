/**
 * The rows of the feed: only those in sight are made. New rows come in on top; whoever has scrolled
 * down keeps what is in sight in its place.
 */
import { Box } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, type RefObject, useLayoutEffect, useRef } from 'react'
import type { Feed } from './feed.ts'
import { isGap } from './feed.ts'
import { nextIndex } from './feed-keys.ts'
import classes from './feed-list.module.css'
import { columns, FeedRow } from './feed-row.tsx'

const rowPx = 28
const overscan = 12

export interface FeedListProps {
  /** Newest first. */
  readonly items: Feed
  /** The sequence number of the operation that is marked. */
  readonly chosen: number | undefined
  readonly onChoose: (sequence: number) => void
  /** What scrolls, and has the focus. */
  readonly viewport: RefObject<HTMLDivElement | null>
}

export function FeedList({ items, chosen, onChoose, viewport }: FeedListProps): ReactNode {
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => rowPx,
    getItemKey: (index) => keyOf(items[index]),
    // The head stays in sight, in the room of a row: the rows have as much less than the box.
    scrollPaddingEnd: rowPx,
    overscan,
  })
  useAnchor(items, viewport)
  const chosenIndex = items.findIndex((item) => item.sequence === chosen && !isGap(item))
  const shown = rows.getVirtualItems()
  const isChosenShown = shown.some(({ index }) => index === chosenIndex)
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = nextIndex(event.key, chosenIndex, items)
    const item = items[next ?? -1]
    if (next === undefined || item === undefined) return
    event.preventDefault()
    onChoose(item.sequence)
    rows.scrollToIndex(next)
  }
  return (
    <Box
      ref={viewport}
      role="grid"
      aria-label="Operations, newest first"
      aria-rowcount={items.length + 1}
      aria-activedescendant={isChosenShown ? `operation-${chosen}` : undefined}
      tabIndex={0}
      className={classes['viewport']}
      onKeyDown={onKeyDown}
    >
      <div role="row" aria-rowindex={1} className={`${classes['row']} ${classes['head']}`}>
        {columns.map(({ name, title, isNumber }) => (
          <span
            key={name}
            role="columnheader"
            data-column={name}
            className={isNumber ? classes['number'] : undefined}
          >
            {title}
          </span>
        ))}
      </div>
      <div role="rowgroup" className={classes['rows']} style={{ height: rows.getTotalSize() }}>
        {shown.map(({ index, key, start }) => (
          <FeedRow
            key={key}
            item={items[index]!}
            index={index}
            top={start}
            isChosen={index === chosenIndex}
            onChoose={onChoose}
          />
        ))}
      </div>
    </Box>
  )
}

function keyOf(item: Feed[number] | undefined): string {
  if (item === undefined) return ''
  return `${isGap(item) ? 'gap' : 'operation'} ${item.sequence}`
}

/** Keeps the rows in sight in their place when others come in above them. */
function useAnchor(items: Feed, viewport: RefObject<HTMLDivElement | null>): void {
  const before = useRef(items)
  useLayoutEffect(() => {
    const top = before.current[0]
    before.current = items
    const element = viewport.current
    if (element === null || top === undefined || element.scrollTop < rowPx) return
    const added = items.findIndex((item) => item.sequence <= top.sequence)
    if (added > 0) element.scrollTop += added * rowPx
  }, [items, viewport])
}
