import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef } from 'react'
import type { ListHeader, ListTable } from './list-columns.tsx'
import classes from './list.module.css'

/** How many of the shown rows are chosen. */
export type ChosenPart = 'none' | 'some' | 'all'

/** The names of the columns; each sorts by its own. */
export function ListHead({
  table,
  chosen,
  onChooseAll,
}: {
  readonly table: ListTable
  readonly chosen: ChosenPart
  readonly onChooseAll: (isChosen: boolean) => void
}): ReactNode {
  return (
    <div role="rowgroup" className={classes['head']}>
      <div role="row" aria-rowindex={1} className={classes['columns']}>
        <div role="columnheader" aria-colindex={1} className={classes['choose']}>
          <ChooseAll chosen={chosen} onChooseAll={onChooseAll} />
        </div>
        {table
          .getHeaderGroups()
          .flatMap(({ headers }) => headers)
          .map((header, place) => (
            <HeadCell key={header.id} table={table} header={header} place={place + 2} />
          ))}
      </div>
    </div>
  )
}

function ChooseAll({
  chosen,
  onChooseAll,
}: {
  readonly chosen: ChosenPart
  readonly onChooseAll: (isChosen: boolean) => void
}): ReactNode {
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (box.current !== null) box.current.indeterminate = chosen === 'some'
  }, [chosen])
  return (
    <input
      ref={box}
      type="checkbox"
      className={classes['box']}
      aria-label="Select all that are shown"
      checked={chosen === 'all'}
      onChange={() => onChooseAll(chosen !== 'all')}
    />
  )
}

const ariaSorts = { asc: 'ascending', desc: 'descending' } as const

function HeadCell({
  table,
  header,
  place,
}: {
  readonly table: ListTable
  readonly header: ListHeader
  readonly place: number
}): ReactNode {
  const { column } = header
  const sorted = column.getIsSorted()
  const Arrow = sorted === 'desc' ? IconArrowDown : IconArrowUp
  return (
    <div
      role="columnheader"
      aria-colindex={place}
      aria-sort={sorted === false ? undefined : ariaSorts[sorted]}
      className={classes[column.id]}
    >
      <button type="button" className={classes['sort']} onClick={() => column.toggleSorting()}>
        <table.FlexRender header={header} />
        {sorted === false ? null : <Arrow size={14} aria-hidden />}
      </button>
    </div>
  )
}
