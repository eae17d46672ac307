import { memo, type ReactNode } from 'react'
import type { ListTable } from './list-columns.tsx'
import classes from './list.module.css'

type TableRow = ReturnType<ListTable['getRowModel']>['rows'][number]

export interface ListRowProps {
  readonly table: ListTable
  readonly row: TableRow
  /** In the list, from 0. */
  readonly place: number
  /** Pixels from the top of the list. */
  readonly top: number
  readonly isChosen: boolean
  /** The object that is open. */
  readonly isOpen: boolean
  /** Where the keyboard is, or would begin. */
  readonly isCurrent: boolean
}

/** A change is shown for so long. */
const flashMs = 1500

/** An object or a prefix. What is done with it is handled by the list, for all rows. */
export const ListRow = memo(function ListRow({
  table,
  row,
  place,
  top,
  isChosen,
  isOpen,
  isCurrent,
}: ListRowProps): ReactNode {
  const { key, name, changedAt } = row.original
  const isFresh = changedAt > 0 && performance.now() - changedAt < flashMs
  return (
    <div
      role="row"
      aria-rowindex={place + 2}
      aria-selected={isChosen}
      aria-current={isOpen || undefined}
      data-place={place}
      data-key={key}
      tabIndex={isCurrent ? 0 : -1}
      className={`${classes['columns']} ${classes['row']}`}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div role="gridcell" aria-colindex={1} className={classes['choose']} data-choose>
        <input
          type="checkbox"
          className={classes['box']}
          tabIndex={-1}
          aria-label={`Select ${name}`}
          checked={isChosen}
          readOnly
        />
      </div>
      {row.getAllCells().map((cell, column) => (
        <div
          key={cell.id}
          role="gridcell"
          aria-colindex={column + 2}
          className={classes[cell.column.id]}
        >
          <table.FlexRender cell={cell} />
        </div>
      ))}
      {isFresh ? <span key={changedAt} className={classes['flash']} aria-hidden /> : null}
    </div>
  )
}, isSameRow)

/** The table makes its rows anew for every part of the list; what is in them is kept. */
function isSameRow(before: ListRowProps, after: ListRowProps): boolean {
  return (
    before.row.original === after.row.original &&
    before.place === after.place &&
    before.top === after.top &&
    before.isChosen === after.isChosen &&
    before.isOpen === after.isOpen &&
    before.isCurrent === after.isCurrent
  )
}
