/**
 * Where the keyboard is in the list: one row is in the tab order, and it is always drawn, so that
 * focus is not lost when it is scrolled away.
 */
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react'
import type { Listed, Listing } from './listing.ts'
import type { Start } from './use-browsing.ts'

export interface ListFocus {
  /** The row with the keyboard. -1: there is no row. */
  readonly place: number
  /** Moves the keyboard to a row, which the list draws then. */
  readonly moveTo: (place: number) => void
  /** The keyboard or the pointer came to the row of a key. */
  readonly onFocus: (key: string) => void
  readonly onBlur: (event: React.FocusEvent) => void
}

/** `body` holds the rows. */
export function useListFocus(
  listing: Listing,
  { columns, order }: Listed,
  start: Start,
  body: RefObject<HTMLElement | null>,
): ListFocus {
  const [key, setKey] = useState(start.key)
  const known = useRef(0)
  const isWanted = useRef(start.isFocused)
  const found = key === undefined ? -1 : listing.placeOf(key)
  // The row is gone: its neighbour takes its part.
  const place = found >= 0 ? found : Math.min(known.current, order.length - 1)

  useLayoutEffect(() => {
    known.current = Math.max(0, place)
    const wasLost = start.isFocused && document.activeElement === document.body
    if (!isWanted.current && !wasLost) return
    const row = body.current?.querySelector<HTMLElement>(`[data-place="${place}"]`)
    if (row === null || row === undefined) return
    isWanted.current = false
    row.focus({ preventScroll: true })
  })

  const moveTo = useCallback(
    (to: number) => {
      const slot = order[to]
      if (slot === undefined) return
      isWanted.current = true
      known.current = to
      setKey(columns.keys[slot])
    },
    [order, columns],
  )
  const onFocus = useCallback(
    (focused: string) => {
      start.isFocused = true
      setKey(focused)
    },
    [start],
  )
  const onBlur = useCallback(
    ({ target, relatedTarget }: React.FocusEvent) => {
      // A row that was taken away did not give the keyboard to anything else.
      const isGiven = relatedTarget !== null && !body.current?.contains(relatedTarget)
      if (isGiven || (relatedTarget === null && target.isConnected)) start.isFocused = false
    },
    [start, body],
  )
  return { place, moveTo, onFocus, onBlur }
}
