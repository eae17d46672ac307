import { Text } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { type ReactNode, useRef, useState } from 'react'
import { bytesText, countText } from '../../../../../web/amounts.ts'
import { Empty } from '../../../../../web/empty.tsx'
import colours from '../colours.module.css'
import lineClasses from '../detail.module.css'
import type { ViewProps } from '../object-views.tsx'
import { RowWindow, type RowWindowHandle } from '../rows/row-window.tsx'
import { useCharWidth } from '../rows/use-char-width.tsx'
import { useSteady } from '../use-steady.ts'
import { ViewProblem } from '../view-problem.tsx'
import { GoTo } from './go-to.tsx'
import { HexHead, HexRow } from './hex-row.tsx'
import classes from './hex-view.module.css'
import { offsetDigits } from './offset-text.ts'
import { useAt } from './use-at.ts'
import { useBlocks } from './use-blocks.ts'

const rowHeightPx = 20
/** Gaps and margins of a row, in characters; beside the scrollbar. */
const gapChars = 9

/** The bytes, of an object of any size: only what is seen is read. */
export function HexView(props: ViewProps): ReactNode {
  const { ref, width } = useElementSize()
  const { char, charWidth } = useCharWidth()
  const { size } = props.details
  if (size === 0) return <Empty title="It is empty">The object has no bytes.</Empty>
  const digits = offsetDigits(size)
  const wide = charWidth * (digits + 4 * 16 + gapChars)
  return (
    <div ref={ref} className={`${colours['colours']} ${classes['hex']}`}>
      {char}
      {width === 0 || charWidth === 0 ? null : (
        <Bytes {...props} digits={digits} columns={width >= wide ? 16 : 8} />
      )}
    </div>
  )
}

function Bytes({
  details,
  onStale,
  action,
  digits,
  columns,
}: ViewProps & { readonly digits: number; readonly columns: number }): ReactNode {
  const { key, etag, size } = details
  const { store, beginAction } = useBlocks(details, action)
  const rows = useRef<RowWindowHandle>(null)
  const count = Math.ceil(size / columns)
  const { topAt, tellAt } = useAt((at) => rows.current?.jumpTo(Math.floor(at / columns)))
  const [marked, setMarked] = useState<number>()
  const { error } = useSteady({ data: store, error: store.failure }, onStale)
  if (error !== null) return <ViewProblem error={error} onRetry={() => store.retry()} />
  return (
    <>
      <RowWindow
        // Other columns or another version have other rows: they begin at the same byte.
        key={`${columns} ${etag}`}
        handle={rows}
        count={count}
        rowHeight={rowHeightPx}
        firstTop={Math.floor(topAt() / columns)}
        role="table"
        aria-label={`Bytes of ${key}`}
        aria-rowcount={count + 1}
        aria-colcount={3}
        onSpan={({ first, end }) => {
          store.see(first * columns, Math.min(size, end * columns))
          tellAt(first * columns)
        }}
        header={<HexHead columns={columns} digits={digits} />}
        renderRow={(row) => (
          <HexRow
            key={row}
            {...{ store, row, columns, size, digits, marked }}
            heightPx={rowHeightPx}
          />
        )}
      />
      <div className={lineClasses['line']}>
        <GoTo
          size={size}
          onGo={(offset) => {
            beginAction()
            setMarked(offset)
            rows.current?.jumpTo(Math.floor(offset / columns))
            rows.current?.focus()
          }}
        />
        <Text size="sm" c="dimmed" ff="text" className="tabular">
          {bytesText(size)}
          {size < 1024 ? '' : ` (${countText(size)} bytes)`}
        </Text>
      </div>
    </>
  )
}
