import { type ReactNode, useEffect, useRef } from 'react'
import { NameText } from '../../../../web/name-text.tsx'
import type { ShownColumn } from './columns.ts'
import classes from './grid.module.css'

/** The names of the columns. The order of rows is the service's: there is nothing to sort by. */
export function GridHead({
  columns,
  width,
  chosen,
  onChooseAll,
}: {
  readonly columns: readonly ShownColumn[]
  readonly width: number
  readonly chosen: 'none' | 'some' | 'all'
  readonly onChooseAll: (isAll: boolean) => void
}): ReactNode {
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (box.current !== null) box.current.indeterminate = chosen === 'some'
  }, [chosen])
  return (
    <div role="rowgroup" className={classes['head']} style={{ width }}>
      <div role="row" aria-rowindex={1} className={classes['row']} style={{ width }}>
        <div role="columnheader" aria-colindex={1} className={classes['choose']}>
          <input
            ref={box}
            type="checkbox"
            className={classes['box']}
            aria-label="Select all that are loaded"
            checked={chosen === 'all'}
            onChange={() => onChooseAll(chosen !== 'all')}
          />
        </div>
        {columns.map(({ name, left, width: own, place, isProperty }) => (
          <div
            key={name}
            role="columnheader"
            aria-colindex={place + 2}
            aria-sort={place < 2 ? 'ascending' : undefined}
            data-key={place < 2 ? place : undefined}
            data-own={isProperty || undefined}
            className={classes['cell']}
            style={{ width: own, ...(place < 2 ? { insetInlineStart: left } : { left }) }}
            title={name}
          >
            <span className="clipped">
              <NameText text={name} />
            </span>
          </div>
        ))}
      </div>
    </div>
  )
}
