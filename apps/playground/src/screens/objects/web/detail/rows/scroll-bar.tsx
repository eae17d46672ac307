import { type ReactNode, useLayoutEffect, useRef } from 'react'
import classes from './row-window.module.css'

/** Higher elements are cut by some browsers. */
const heightMaxPx = 8_000_000

/**
 * A native scrollbar for a place that no element could have: in proportion, when there is more than
 * an element can be high. For the mouse only; the rows beside it take the keyboard.
 */
export function ScrollBar({
  place,
  placeMax,
  onPlace,
}: {
  /** Pixels from the top. */
  readonly place: number
  readonly placeMax: number
  readonly onPlace: (place: number) => void
}): ReactNode {
  const bar = useRef<HTMLDivElement>(null)
  /** Where we put it: what the browser then tells is no news. */
  const put = useRef(0)
  const rangePx = Math.min(placeMax, heightMaxPx)
  const scale = rangePx === 0 ? 1 : placeMax / rangePx
  useLayoutEffect(() => {
    const element = bar.current!
    if (Math.abs(element.scrollTop * scale - place) >= scale) element.scrollTop = place / scale
    put.current = element.scrollTop
  }, [place, scale])
  return (
    <div
      ref={bar}
      className={classes['bar']}
      data-idle={placeMax === 0 || undefined}
      aria-hidden
      tabIndex={-1}
      onScroll={({ currentTarget }) => {
        if (currentTarget.scrollTop === put.current) return
        put.current = currentTarget.scrollTop
        const isEnd =
          currentTarget.scrollTop + currentTarget.clientHeight + 1 >= currentTarget.scrollHeight
        onPlace(isEnd ? placeMax : currentTarget.scrollTop * scale)
      }}
    >
      <div className={classes['range']} style={{ height: `calc(100% + ${rangePx}px)` }} />
    </div>
  )
}
