import type { ReactNode } from 'react'
import type { BlockStore } from './block-store.ts'
import classes from './hex-view.module.css'
import { offsetText } from './offset-text.ts'

const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
/** Bytes that have no picture in ASCII. */
const noChar = '·'

/** One row: the offset, its bytes, and what of them is ASCII. */
export function HexRow({
  store,
  row,
  columns,
  size,
  digits,
  marked,
  heightPx,
}: {
  readonly store: BlockStore
  readonly row: number
  readonly columns: number
  readonly size: number
  readonly digits: number
  /** The byte that was gone to. */
  readonly marked: number | undefined
  readonly heightPx: number
}): ReactNode {
  const start = row * columns
  const count = Math.min(columns, size - start)
  const bytes = Array.from({ length: count }, (_, index) => store.byteAt(start + index))
  const missing = columns - count
  return (
    <div role="row" aria-rowindex={row + 2} className={classes['row']} style={{ height: heightPx }}>
      <span role="rowheader" className={classes['offset']}>
        {offsetText(start, digits)}
      </span>
      <span role="cell" className={classes['bytes']}>
        {bytes.map((byte, index) => (
          <span
            key={index}
            className={classes['byte']}
            data-marked={start + index === marked || undefined}
            data-kind={byte === undefined ? 'missing' : byte === 0 ? 'zero' : undefined}
          >
            {byte === undefined ? '··' : hexOf[byte]}
          </span>
        ))}
        {missing === 0 ? null : (
          <span className={classes['blank']} style={{ width: `${missing * 3}ch` }} />
        )}
      </span>
      <span role="cell" className={classes['chars']}>
        {bytes.map((byte) => charOf(byte)).join('')}
      </span>
    </div>
  )
}

/** What stands above the columns. */
export function HexHead({
  columns,
  digits,
}: {
  readonly columns: number
  readonly digits: number
}): ReactNode {
  return (
    <div role="row" aria-rowindex={1} className={classes['row']} data-head>
      <span role="columnheader" className={classes['offset']}>
        {'Offset'.padEnd(digits)}
      </span>
      <span role="columnheader" className={classes['bytes']} aria-label="Bytes">
        {Array.from({ length: columns }, (_, index) => (
          <span key={index} className={classes['byte']}>
            {hexOf[index]}
          </span>
        ))}
      </span>
      <span role="columnheader" className={classes['chars']}>
        {'ASCII'.padEnd(columns)}
      </span>
    </div>
  )
}

function charOf(byte: number | undefined): string {
  if (byte === undefined) return ' '
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : noChar
}
