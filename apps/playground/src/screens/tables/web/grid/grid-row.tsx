import { memo, type ReactNode } from 'react'
import { momentText } from '../../../../web/amounts.ts'
import { NameText } from '../../../../web/name-text.tsx'
import type { WireCell, WireRow } from '../../server/wire.ts'
import { CellEditor } from '../edit/cell-editor.tsx'
import { type EntityDraft, propertyOf } from '../edit/drafts.ts'
import { cellText, typeMarks } from '../values.ts'
import { cellDomId, partitionColumn, rowColumn, type ShownColumn, timeColumn } from './columns.ts'
import classes from './grid.module.css'

/** A change is shown for so long. */
const flashMs = 1500

export interface GridRowProps {
  readonly table: string
  readonly row: WireRow
  readonly id: string
  /** From 0. */
  readonly index: number
  /** Pixels from the first row. */
  readonly top: number
  readonly width: number
  readonly columns: readonly ShownColumn[]
  readonly draft: EntityDraft | undefined
  readonly isChosen: boolean
  readonly isOpen: boolean
  /** Columns of the active cell and of the one that is edited, if they are in this row. */
  readonly active: string | undefined
  readonly editing: string | undefined
  readonly changedAt: number
  readonly onEditorClose: () => void
}

/** An entity. What is done with it is handled by the grid, for all rows. */
export const GridRow = memo(function GridRow(props: GridRowProps): ReactNode {
  const { row, id, index, top, width, columns, draft, isChosen, isOpen, changedAt } = props
  const isFresh = changedAt > 0 && performance.now() - changedAt < flashMs
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      aria-current={isOpen || undefined}
      data-id={id}
      data-drafted={draft === undefined ? undefined : true}
      className={classes['row']}
      style={{ transform: `translateY(${top}px)`, width }}
    >
      <div role="gridcell" aria-colindex={1} className={classes['choose']} data-choose>
        <input
          type="checkbox"
          className={classes['box']}
          tabIndex={-1}
          aria-label={`Select ${row.partitionKey} / ${row.rowKey}`}
          checked={isChosen}
          readOnly
        />
      </div>
      {columns.map((column) => (
        <Cell key={column.name} {...props} column={column} />
      ))}
      {isFresh ? <span key={changedAt} className={classes['flash']} aria-hidden /> : null}
    </div>
  )
})

function Cell({
  table,
  row,
  id,
  column,
  draft,
  active,
  editing,
  onEditorClose,
}: GridRowProps & { readonly column: ShownColumn }): ReactNode {
  const { name, left, width, place, isProperty } = column
  const edit = draft === undefined ? undefined : propertyOf(draft.edits, name)
  const cell = isProperty
    ? edit === undefined
      ? propertyOf(row.properties, name)
      : (edit ?? undefined)
    : undefined
  const content = isProperty ? (
    <Value cell={cell} isRemoved={edit === null} />
  ) : (
    <KeyText row={row} name={name} />
  )
  const cellElement = (
    <div
      role="gridcell"
      id={cellDomId({ id, column: name })}
      aria-colindex={place + 2}
      data-column={name}
      data-key={place < 2 ? place : undefined}
      data-type={cell?.type}
      data-active={active === name || undefined}
      data-edited={edit === undefined ? undefined : true}
      className={classes['cell']}
      style={{ width, ...(place < 2 ? { insetInlineStart: left } : { left }) }}
    >
      {content}
    </div>
  )
  if (editing !== name) return cellElement
  return (
    <CellEditor table={table} row={row} name={name} onClose={onEditorClose}>
      {cellElement}
    </CellEditor>
  )
}

function KeyText({ row, name }: { readonly row: WireRow; readonly name: string }): ReactNode {
  if (name === timeColumn)
    return <span className="clipped tabular">{momentText(row.modifiedAt)}</span>
  const text = name === partitionColumn ? row.partitionKey : row.rowKey
  if (text === '') return <em className={classes['missing']}>empty</em>
  return (
    <span
      className="clipped"
      title={name === rowColumn || name === partitionColumn ? text : undefined}
    >
      <NameText text={text} />
    </span>
  )
}

function Value({
  cell,
  isRemoved,
}: {
  readonly cell: WireCell | undefined
  readonly isRemoved: boolean
}): ReactNode {
  if (cell === undefined) {
    return <span className={classes['missing']}>{isRemoved ? 'removed' : 'missing'}</span>
  }
  const text = cellText(cell)
  return (
    <>
      <span className={classes['mark']} title={cell.type}>
        {typeMarks[cell.type]}
      </span>
      {cell.text === '' ? (
        <em className={classes['missing']}>empty</em>
      ) : (
        <span className={`clipped ${classes['value']}`} title={text.length > 24 ? text : undefined}>
          <NameText text={text} />
        </span>
      )}
    </>
  )
}
