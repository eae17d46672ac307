import { type ReactNode, useCallback, useEffect, useMemo, useRef } from 'react'
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import { columnCount, useListTable } from './list-columns.tsx'
import { ListHead } from './list-head.tsx'
import { ListRow } from './list-row.tsx'
import classes from './list.module.css'
import type { Listed } from './listing.ts'
import type { Browsing } from './use-browsing.ts'
import { useChoosing } from './use-choosing.ts'
import { useListFocus } from './use-list-focus.ts'
import { useListInput } from './use-list-input.ts'
import { useSteadyScroll } from './use-steady-scroll.ts'

/** As in the style sheet. */
const rowHeight = 32
const headHeight = 33
/** Rows that are drawn above and below what is seen. */
const overscan = 12

/** The rows of a listing. Only those that are seen are drawn. */
export function List({
  browsing,
  listed,
}: {
  readonly browsing: Browsing
  readonly listed: Listed
}): ReactNode {
  const { prefix, listing, chosen, openKey, sort, start, setSort } = browsing
  const { order } = listed
  const scroller = useRef<HTMLDivElement>(null)
  const body = useRef<HTMLDivElement>(null)
  const focus = useListFocus(listing, listed, start, body)
  const choosing = useChoosing(chosen, listed)
  const virtualizer = useListVirtualizer(scroller, order.length, focus.place)
  const items = virtualizer.getVirtualItems()
  const table = useListTable(useShownRows(listed, items), sort, setSort)
  const rows = table.getRowModel().rows
  useSteadyScroll({
    ...{ listing, listed, scroller, rowHeight },
    scrolled: () => virtualizer.scrollOffset ?? 0,
  })
  useRevealedStart(browsing, listed, virtualizer)
  const input = useListInput({
    ...{ browsing, listed, focus, choosing },
    pageRows: () => Math.max(1, Math.floor((virtualizer.scrollRect?.height ?? 0) / rowHeight) - 2),
    reveal: (place) => virtualizer.scrollToIndex(place),
  })
  return (
    // Its rows take the focus
    <div
      ref={scroller}
      role="grid"
      aria-label={prefix === '' ? 'All objects' : `Objects under ${prefix}`}
      aria-rowcount={order.length + 1}
      aria-colcount={columnCount}
      aria-multiselectable
      aria-busy={listed.status === 'loading'}
      className={classes['list']}
      {...input}
    >
      <ListHead table={table} chosen={choosing.part} onChooseAll={choosing.all} />
      <div
        ref={body}
        role="rowgroup"
        className={classes['body']}
        style={{ height: virtualizer.getTotalSize() }}
      >
        {items.map(({ index, start: top }, at) => {
          const row = rows[at]!
          const { key } = row.original
          return (
            <ListRow
              key={key}
              table={table}
              row={row}
              place={index}
              top={top - headHeight}
              isChosen={chosen.has(key)}
              isOpen={key === openKey}
              isCurrent={index === focus.place}
            />
          )
        })}
      </div>
    </div>
  )
}

type ListVirtualizer = ReturnType<typeof useVirtualizer<HTMLDivElement, Element>>

/** Scrolls once to the row where the keyboard begins, unless the person scrolled before. */
function useRevealedStart(
  { listing, start: { key } }: Browsing,
  { order, status }: Listed,
  virtualizer: ListVirtualizer,
): void {
  const isOver = useRef(key === undefined)
  useEffect(() => {
    if (isOver.current || key === undefined) return
    const place = listing.placeOf(key)
    isOver.current = place >= 0 || status !== 'loading' || (virtualizer.scrollOffset ?? 0) > 0
    if (place >= 0 && virtualizer.scrollOffset === 0)
      virtualizer.scrollToIndex(place, { align: 'center' })
  }, [listing, key, order, status, virtualizer])
}

function useListVirtualizer(
  scroller: React.RefObject<HTMLDivElement | null>,
  count: number,
  focusPlace: number,
): ListVirtualizer {
  const rangeExtractor = useCallback(
    (range: Range) => {
      const places = defaultRangeExtractor(range)
      if (focusPlace < 0 || focusPlace >= count) return places
      if (focusPlace < places[0]!) places.unshift(focusPlace)
      else if (focusPlace > places.at(-1)!) places.push(focusPlace)
      return places
    },
    [focusPlace, count],
  )
  return useVirtualizer({
    ...{ count, overscan, rangeExtractor },
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
  })
}

/** What the drawn places hold; the same array while they hold the same. */
function useShownRows(
  { columns, order }: Listed,
  items: readonly { readonly index: number }[],
): ReturnType<Listed['columns']['row']>[] {
  const slots = items.map(({ index }) => order[index]!)
  // The slots are compared by what they are
  return useMemo(() => slots.map((slot) => columns.row(slot)), [columns, order, slots.join()])
}
