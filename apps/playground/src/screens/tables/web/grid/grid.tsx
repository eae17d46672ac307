/**
 * Entities in rows and properties in columns: only what is in sight is made. One cell is active,
 * and the keys go from there.
 */
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { WireRow } from '../../server/wire.ts'
import type { TableDrafts } from '../edit/drafts.ts'
import { rowId, type RowsState } from '../rows.ts'
import {
  cellAfter,
  cellDomId,
  type Column,
  columnsOf,
  type Place,
  type ShownColumn,
} from './columns.ts'
import { GridHead } from './grid-head.tsx'
import { GridRow } from './grid-row.tsx'
import classes from './grid.module.css'

/** As in the style sheet. */
const rowHeight = 30
const headHeight = 32
const chooseWidth = 36
const overscan = 10
/** So many rows before the end the next page is loaded. */
const loadAhead = 60

export interface GridProps {
  readonly table: string
  readonly state: RowsState
  /** Names of the properties that are columns. */
  readonly names: readonly string[]
  readonly drafts: TableDrafts
  readonly chosen: ReadonlySet<string>
  /** The entity that is open beside it. */
  readonly openId: string | undefined
  readonly viewport: RefObject<HTMLDivElement | null>
  readonly onChoose: (ids: ReadonlySet<string>) => void
  readonly onOpen: (row: WireRow) => void
  readonly onDelete: (rows: readonly WireRow[]) => void
  readonly onLoad: () => void
}

export function Grid(props: GridProps): ReactNode {
  const { table, state, names, drafts, chosen, openId, viewport } = props
  const { rows, status, problem } = state
  const [active, setActive] = useState<Place>()
  const [editing, setEditing] = useState<Place>()
  // Widths are of the first rows: they stay when others are loaded.
  const measured = useRef<readonly WireRow[]>(rows)
  if (measured.current.length < Math.min(60, rows.length)) measured.current = rows
  const { current: sample } = measured
  const columns = useMemo(() => columnsOf(names, sample), [names, sample])
  const places = usePlaces(rows)
  const activeRow = placeIn(places, active?.id)
  const activeColumn = Math.max(
    0,
    columns.findIndex(({ name }) => name === active?.column),
  )
  const rowWindow = useRowWindow(viewport, rows.length, activeRow)
  const columnWindow = useColumnWindow(viewport, columns, activeColumn)
  const items = rowWindow.getVirtualItems()
  const width = columnWindow.getTotalSize() + chooseWidth
  useEagerLoad(props, items.at(-1)?.index ?? 0)

  const moveTo = (row: number, column: number): void => {
    const entity = rows[row]
    if (entity === undefined) return
    setActive({ id: rowId(entity), column: columns[column]!.name })
    rowWindow.scrollToIndex(row)
    columnWindow.scrollToIndex(column)
  }
  const edit = (row: WireRow, column: Column): void => {
    if (column.isProperty) setEditing({ id: rowId(row), column: column.name })
    else props.onOpen(row)
  }
  const closeEditor = useCallback(() => {
    setEditing(undefined)
    viewport.current?.focus({ preventScroll: true })
  }, [viewport])

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.altKey) return
    const page = Math.max(1, Math.floor((rowWindow.scrollRect?.height ?? 0) / rowHeight) - 2)
    const from = { row: Math.max(0, activeRow), column: activeColumn }
    const bounds = { rows: rows.length, columns: columns.length, page }
    const next = cellAfter(event, activeRow < 0 ? { ...from, row: from.row } : from, bounds)
    const row = rows[activeRow]
    if (next !== undefined) {
      event.preventDefault()
      if (activeRow < 0) moveTo(0, 0)
      else moveTo(next.row, next.column)
      return
    }
    if (row === undefined) return
    switch (event.key) {
      case 'Enter':
      case 'F2':
        edit(row, columns[activeColumn]!)
        break
      case ' ':
        props.onChoose(toggled(chosen, rowId(row)))
        break
      case 'Delete': {
        const marked = rows.filter((each) => chosen.has(rowId(each)))
        props.onDelete(marked.length > 0 ? marked : [row])
        break
      }
      case 'o':
        props.onOpen(row)
        break
      default:
        return
    }
    event.preventDefault()
    event.stopPropagation()
  }

  const onClick = (event: MouseEvent): void => {
    const target = event.target as Element
    const id = target.closest<HTMLElement>('[data-id]')?.dataset['id']
    const row = rows[placeIn(places, id)]
    if (row === undefined || id === undefined) return
    if (target.closest('[data-choose]') !== null) {
      props.onChoose(toggled(chosen, id))
      return
    }
    const name = target.closest<HTMLElement>('[data-column]')?.dataset['column']
    const column = columns.find((each) => each.name === name)
    if (column === undefined) return
    setActive({ id, column: column.name })
    if (!column.isProperty) props.onOpen(row)
  }
  const onDoubleClick = (event: MouseEvent): void => {
    const target = event.target as Element
    const id = target.closest<HTMLElement>('[data-id]')?.dataset['id']
    const name = target.closest<HTMLElement>('[data-column]')?.dataset['column']
    const row = rows[placeIn(places, id)]
    const column = columns.find((each) => each.name === name)
    if (row !== undefined && column?.isProperty === true) edit(row, column)
  }

  const shown = columnWindow.getVirtualItems()
  const shownColumns = useShownColumns(columns, shown)
  const isActiveShown = active !== undefined && items.some(({ index }) => index === activeRow)
  return (
    <div
      ref={viewport}
      role="grid"
      aria-label={`Entities of ${table}`}
      aria-rowcount={status === 'whole' ? rows.length + 1 : -1}
      aria-colcount={columns.length + 1}
      aria-multiselectable
      aria-busy={status === 'loading'}
      aria-activedescendant={isActiveShown ? cellDomId(active) : undefined}
      tabIndex={0}
      className={classes['viewport']}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onDoubleClick={onDoubleClick}
      onFocus={(event) => {
        if (event.target === event.currentTarget && activeRow < 0 && rows[0] !== undefined) {
          setActive({ id: rowId(rows[items[0]?.index ?? 0]!), column: columns[0]!.name })
        }
      }}
    >
      <GridHead
        columns={shownColumns}
        width={width}
        chosen={chosen.size === 0 ? 'none' : chosen.size < rows.length ? 'some' : 'all'}
        onChooseAll={(isAll) => props.onChoose(new Set(isAll ? rows.map(rowId) : []))}
      />
      <div
        role="rowgroup"
        className={classes['rows']}
        style={{ height: rowWindow.getTotalSize(), width }}
      >
        {items.map(({ index, start }) => {
          const row = rows[index]!
          const id = rowId(row)
          return (
            <GridRow
              key={id}
              table={table}
              row={row}
              id={id}
              index={index}
              top={start - headHeight}
              width={width}
              columns={shownColumns}
              draft={drafts.get(id)}
              isChosen={chosen.has(id)}
              isOpen={id === openId}
              active={active?.id === id ? active.column : undefined}
              editing={editing?.id === id ? editing.column : undefined}
              changedAt={state.changedAt.get(id) ?? 0}
              onEditorClose={closeEditor}
            />
          )
        })}
      </div>
      {problem === undefined && status === 'loading' && rows.length > 0 ? (
        <p className={classes['loading']} role="status">
          Loading more…
        </p>
      ) : null}
    </div>
  )
}

/** The same array while the same columns are shown: rows are drawn again only then. */
function useShownColumns(
  columns: readonly Column[],
  items: readonly { readonly index: number; readonly start: number }[],
): readonly ShownColumn[] {
  const key = items.map(({ index, start }) => `${index}@${start}`).join()
  // The key tells the items
  return useMemo(
    () =>
      items.map(({ index, start }) => {
        return { ...columns[index]!, place: index, left: start + chooseWidth }
      }),
    [columns, key],
  )
}

type Window = ReturnType<typeof useVirtualizer<HTMLDivElement, Element>>

/** The active row stays made, wherever one scrolls: its editor may be open. */
function useRowWindow(
  viewport: RefObject<HTMLDivElement | null>,
  count: number,
  active: number,
): Window {
  return useVirtualizer<HTMLDivElement, Element>({
    ...{ count, overscan, rangeExtractor: useKept(active, count) },
    // Scrolled on before it is drawn, it draws what is in sight then.
    useFlushSync: false,
    getScrollElement: () => viewport.current,
    estimateSize: () => rowHeight,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
  })
}

/** Keys stay in sight: both are made always. */
function useColumnWindow(
  viewport: RefObject<HTMLDivElement | null>,
  columns: readonly Column[],
  active: number,
): Window {
  const keys = columns[0]!.width + columns[1]!.width
  const rangeExtractor = useCallback(
    (range: Range) => {
      const places = new Set([0, 1, ...defaultRangeExtractor(range)])
      if (active < columns.length) places.add(active)
      return [...places].sort((a, b) => a - b)
    },
    [active, columns.length],
  )
  const columnWindow = useVirtualizer<HTMLDivElement, Element>({
    ...{ count: columns.length, horizontal: true, overscan: 2, rangeExtractor },
    useFlushSync: false,
    getScrollElement: () => viewport.current,
    estimateSize: (index) => columns[index]!.width,
    scrollPaddingStart: keys + chooseWidth,
    scrollPaddingEnd: chooseWidth,
  })
  useEffect(() => columnWindow.measure(), [columnWindow, columns])
  return columnWindow
}

function useKept(active: number, count: number): (range: Range) => number[] {
  return useCallback(
    (range: Range) => {
      const places = defaultRangeExtractor(range)
      if (active < 0 || active >= count) return places
      if (active < places[0]!) places.unshift(active)
      else if (active > places.at(-1)!) places.push(active)
      return places
    },
    [active, count],
  )
}

/** Loads the next page before its rows are in sight. */
function useEagerLoad({ state, onLoad }: GridProps, lastShown: number): void {
  const { rows, status, problem } = state
  const isNear = status === 'more' && problem === undefined && lastShown >= rows.length - loadAhead
  useEffect(() => {
    if (isNear) onLoad()
  }, [isNear, rows.length, onLoad])
}

/** Places of entities by id, made when first asked for. */
function usePlaces(rows: readonly WireRow[]): () => ReadonlyMap<string, number> {
  return useMemo(() => {
    let places: ReadonlyMap<string, number> | undefined
    return () => (places ??= new Map(rows.map((row, index) => [rowId(row), index])))
  }, [rows])
}

function placeIn(places: () => ReadonlyMap<string, number>, id: string | undefined): number {
  return id === undefined ? -1 : (places().get(id) ?? -1)
}

function toggled(chosen: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(chosen)
  if (!next.delete(id)) next.add(id)
  return next
}
