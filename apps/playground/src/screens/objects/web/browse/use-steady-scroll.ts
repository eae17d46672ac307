/** Keeps the rows that are seen where they are while others come and go above them. */
import { type RefObject, useLayoutEffect, useRef } from 'react'
import type { Listed, Listing } from './listing.ts'

/** When the row at the top is gone, one of so many below it is held instead. */
const candidatesMax = 50

export interface SteadyScroll {
  readonly listing: Listing
  readonly listed: Listed
  readonly scroller: RefObject<HTMLElement | null>
  readonly rowHeight: number
  /** Pixels that were scrolled at the last event: asking the element would lay the page out. */
  readonly scrolled: () => number
}

/** At the very top nothing is held: what comes is seen. Another arrangement begins at the top. */
export function useSteadyScroll(parts: SteadyScroll): void {
  const { listing, listed, scroller, rowHeight, scrolled } = parts
  const before = useRef(listed)
  /** What an event told last, when it was written over: the next event is late. */
  const overwritten = useRef<number>(undefined)
  useLayoutEffect(() => {
    const old = before.current
    before.current = listed
    const element = scroller.current
    if (element === null || old.order === listed.order) return
    const told = scrolled()
    const offset = told === overwritten.current ? element.scrollTop : told
    let to = 0
    if (old.arrangement === listed.arrangement && offset > 0) {
      to = offset + movedRows(listing, old, Math.floor(offset / rowHeight)) * rowHeight
    }
    if (to === offset) return
    overwritten.current = told
    element.scrollTop = to
  })
}

/** By how many places the rows from `top` on went down. */
function movedRows(listing: Listing, { columns, order }: Listed, top: number): number {
  for (let place = top; place < Math.min(order.length, top + candidatesMax); place++) {
    const now = listing.placeOf(columns.keys[order[place]!]!)
    if (now >= 0) return now - place
  }
  return 0
}
