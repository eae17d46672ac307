/**
 * A window on rows of one height, as many as there may be: browsers end an element at some 30
 * million pixels, a gibibyte of bytes needs more than a thousand million.
 *
 * The place is a number of pixels of our own, not that of an element. Wheel, touch and keys move
 * it; a scrollbar beside the rows shows it in proportion and jumps.
 *
 * Invariant: only the rows in sight are elements.
 */
import {
  type ComponentProps,
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  type RefObject,
  useEffect,
  useEffectEvent,
  useImperativeHandle,
  useRef,
  useState,
} from 'react'
import classes from './row-window.module.css'
import { ScrollBar } from './scroll-bar.tsx'
import { useDrag } from './use-drag.ts'
import { useWheel } from './use-wheel.ts'

/** The rows that are seen, wholly or in part: from `first` up to, not including, `end`. */
export interface RowSpan {
  readonly first: number
  readonly end: number
}

/** How others move the window. */
export interface RowWindowHandle {
  /** Puts a row at the top, as far as there are rows to fill the window. */
  jumpTo(row: number): void
  /** Moves as little as it takes to see the whole row. */
  reveal(row: number): void
  focus(): void
  /** How many whole rows there is room for; at least one. */
  pageRows(): number
}

interface RowWindowProps extends Omit<
  ComponentProps<'div'>,
  'children' | 'className' | 'ref' | 'style'
> {
  readonly count: number
  readonly rowHeight: number
  readonly renderRow: (row: number) => ReactNode
  /** Stands still above the rows and moves sideways with them. */
  readonly header?: ReactNode
  readonly firstTop?: number
  readonly onSpan?: (span: RowSpan) => void
  readonly handle?: Ref<RowWindowHandle>
  /** Arrows, pages, Home and End move by themselves, unless `onKeyDown` prevents it. */
  readonly onKeyDown?: (event: KeyboardEvent<HTMLDivElement>) => void
}

/** Rows of which only those in sight exist. Takes the room that it is given. */
export function RowWindow({
  count,
  rowHeight,
  renderRow,
  header,
  firstTop = 0,
  onSpan,
  handle,
  onKeyDown,
  ...attributes
}: RowWindowProps): ReactNode {
  const rows = useRef<HTMLDivElement>(null)
  const [height, setHeight] = useState(0)
  const [place, setPlace] = useState(() => firstTop * rowHeight)
  /** Ahead of what is rendered: several events may come before the next frame. */
  const target = useRef(place)
  const placeMax = Math.max(0, count * rowHeight - height)
  const top = Math.min(place, placeMax)
  const first = Math.floor(top / rowHeight)
  const end = Math.min(count, Math.ceil((top + height) / rowHeight))

  const moveTo = (next: number): void => {
    target.current = next
    setPlace(next)
  }
  /** False when it is at that end already. */
  const moveBy = (pixels: number): boolean => {
    const now = Math.min(target.current, placeMax)
    const next = Math.min(placeMax, Math.max(0, now + pixels))
    moveTo(next)
    return next !== now
  }
  useHeight(rows, setHeight)
  useWheel(rows, moveBy, rowHeight, height)
  const drag = useDrag(moveBy)
  const tellSpan = useEffectEvent((span: RowSpan) => onSpan?.(span))
  useEffect(() => {
    if (height > 0) tellSpan({ first, end })
  }, [first, end, height])

  const pageRows = Math.max(1, Math.floor(height / rowHeight) - 1)
  useImperativeHandle(handle, () => ({
    jumpTo: (row) => moveTo(row * rowHeight),
    reveal: (row) => {
      const now = Math.min(target.current, placeMax)
      const rowTop = row * rowHeight
      if (rowTop < now) moveTo(rowTop)
      else moveTo(Math.max(now, rowTop + rowHeight - height))
    },
    focus: () => rows.current?.focus({ preventScroll: true }),
    pageRows: () => pageRows,
  }))
  const move = (event: KeyboardEvent<HTMLDivElement>): void => {
    onKeyDown?.(event)
    if (event.defaultPrevented || event.altKey || event.metaKey) return
    const pixels = keyMoves[event.key]?.(rowHeight, pageRows * rowHeight)
    if (pixels === undefined) return
    event.preventDefault()
    moveBy(pixels)
  }
  return (
    <div className={classes['window']}>
      <div
        ref={rows}
        className={classes['rows']}
        tabIndex={0}
        {...attributes}
        {...drag}
        onKeyDown={move}
        // The browser scrolls to what is found or selected; that is a move of ours.
        onScroll={({ currentTarget }) => {
          if (currentTarget.scrollTop === 0) return
          moveBy(currentTarget.scrollTop)
          currentTarget.scrollTop = 0
        }}
      >
        {header === undefined ? null : <div className={classes['header']}>{header}</div>}
        <div
          role="presentation"
          className={classes['sheet']}
          style={{ transform: `translateY(${first * rowHeight - top}px)` }}
        >
          {Array.from({ length: Math.max(0, end - first) }, (_, index) => renderRow(first + index))}
        </div>
      </div>
      <ScrollBar place={top} placeMax={placeMax} onPlace={moveTo} />
    </div>
  )
}

type KeyMove = (row: number, page: number) => number

const keyMoves: Readonly<Record<string, KeyMove | undefined>> = {
  ArrowUp: (row) => -row,
  ArrowDown: (row) => row,
  PageUp: (_, page) => -page,
  PageDown: (_, page) => page,
  Home: () => -Infinity,
  End: () => Infinity,
}

/** Tells the room for rows, at once and whenever it changes. */
function useHeight(rows: RefObject<HTMLElement | null>, onHeight: (height: number) => void): void {
  const onResize = useEffectEvent(onHeight)
  useEffect(() => {
    const element = rows.current!
    const observer = new ResizeObserver(() => {
      const header = element.querySelector(`:scope > .${classes['header']}`)
      onResize(element.clientHeight - (header?.clientHeight ?? 0))
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [rows])
}
