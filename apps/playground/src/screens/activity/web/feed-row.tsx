import { memo, type ReactNode } from 'react'
import type { OperationRecord } from '../../../server/operations.ts'
import { bytesText, countText, durationText } from '../../../web/amounts.ts'
import { NameText } from '../../../web/name-text.tsx'
import { type FeedItem, isGap } from './feed.ts'
import classes from './feed-list.module.css'
import { barShare, timeText } from './operation-text.ts'

/** The columns of the feed, in their order. */
export const columns = [
  { name: 'time', title: 'Time', isNumber: false },
  { name: 'operation', title: 'Operation', isNumber: false },
  { name: 'key', title: 'Key', isNumber: false },
  { name: 'bytes', title: 'Bytes', isNumber: true },
  { name: 'duration', title: 'Duration', isNumber: true },
  { name: 'backend', title: 'Backend', isNumber: false },
  { name: 'outcome', title: 'Outcome', isNumber: false },
] as const

export interface FeedRowProps {
  readonly item: FeedItem
  readonly index: number
  /** In pixels, from the first row. */
  readonly top: number
  readonly isChosen: boolean
  readonly onChoose: (sequence: number) => void
}

/** An operation, or how many are not told. */
export const FeedRow = memo(function FeedRow({
  item,
  index,
  top,
  isChosen,
  onChoose,
}: FeedRowProps): ReactNode {
  // The head is the first row.
  const place = {
    'aria-rowindex': index + 2,
    style: { transform: `translateY(${top}px)` },
  }
  if (isGap(item)) {
    return (
      <div role="row" {...place} className={`${classes['row']} ${classes['gap']}`}>
        <span role="gridcell" aria-colspan={columns.length} className={classes['wide']}>
          {gapText(item.missing)}
        </span>
      </div>
    )
  }
  return (
    <div
      role="row"
      id={`operation-${item.sequence}`}
      {...place}
      aria-selected={isChosen}
      data-failed={item.outcome !== 'OK' || undefined}
      className={`${classes['row']} ${classes['operation']}`}
      onClick={() => onChoose(item.sequence)}
    >
      <Cells operation={item} />
    </div>
  )
})

function gapText(missing: number): string {
  return missing === 1
    ? '1 more operation, which is counted but not listed'
    : `${countText(missing)} more operations, which are counted but not listed`
}

function Cells({ operation: record }: { readonly operation: OperationRecord }): ReactNode {
  const { endedAt, operation, key = '', bytes, durationMs, backend, outcome } = record
  return (
    <>
      <span role="gridcell" data-column="time" className="tabular">
        {timeText(endedAt)}
      </span>
      <span role="gridcell" data-column="operation" className="mono clipped" title={operation}>
        {operation}
      </span>
      <span role="gridcell" data-column="key" className="clipped" title={key}>
        <bdi>
          <NameText text={key} />
        </bdi>
      </span>
      <span role="gridcell" data-column="bytes" className={`tabular ${classes['number']}`}>
        {bytes === undefined ? '' : bytesText(bytes)}
      </span>
      <span role="gridcell" data-column="duration" className={`tabular ${classes['number']}`}>
        <span>{durationText(durationMs)}</span>
        <span className={classes['track']}>
          <span className={classes['bar']} style={{ width: `${barShare(durationMs)}%` }} />
        </span>
      </span>
      <span role="gridcell" data-column="backend" className="clipped" title={backend}>
        {backend}
      </span>
      <span
        role="gridcell"
        data-column="outcome"
        className={`clipped ${classes['outcome']}`}
        title={outcome}
      >
        {outcome}
      </span>
    </>
  )
}
