import { useElementSize } from '@mantine/hooks'
import { type ReactNode, useMemo } from 'react'
import { RowWindow } from '../rows/row-window.tsx'
import { useCharWidth } from '../rows/use-char-width.tsx'
import classes from './text-lines.module.css'
import { isContinued, rowText, textRows } from './text-rows.ts'

const rowHeightPx = 20
/** Narrower rows would break too often to be read. */
const columnsMin = 24
/** Left and right of a row, its gap to the number, and the scrollbar. */
const paddingPx = 44

/** Text with line numbers; long lines are wrapped. Only what is in sight exists as elements. */
export function TextLines({
  text,
  label,
}: {
  readonly text: string
  readonly label: string
}): ReactNode {
  const { ref, width } = useElementSize()
  const { char, charWidth } = useCharWidth()
  const digits = useMemo(() => String(countLines(text)).length, [text])
  const room = Math.floor((width - paddingPx) / charWidth) - digits - 1
  const columns = Math.max(columnsMin, room)
  const isMeasured = width > 0 && charWidth > 0
  const rows = useMemo(
    () => (isMeasured ? textRows(text, columns) : undefined),
    [text, columns, isMeasured],
  )
  return (
    <div ref={ref} className={classes['lines']}>
      {char}
      {rows === undefined ? null : (
        <RowWindow
          count={rows.count}
          rowHeight={rowHeightPx}
          role="region"
          aria-label={label}
          renderRow={(row) => (
            <div key={row} className={classes['row']} style={{ height: rowHeightPx }}>
              <span className={classes['number']} style={{ width: `${digits}ch` }} aria-hidden>
                {isContinued(rows, row) ? '' : rows.lines[row]}
              </span>
              <span className={classes['text']}>{rowText(text, rows, row)}</span>
            </div>
          )}
        />
      )}
    </div>
  )
}

function countLines(text: string): number {
  let count = 1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1
  return count
}
