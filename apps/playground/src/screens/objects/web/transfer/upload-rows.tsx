import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useRef } from 'react'
import type { Upload } from './queue/upload.ts'
import classes from './upload-panel.module.css'
import { UploadRow } from './upload-row.tsx'

const rowHeight = 44

/** One row a file; only those in sight are made. */
export function UploadRows({ uploads }: { readonly uploads: readonly Upload[] }): ReactNode {
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: uploads.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => uploads[index]?.id ?? index,
    overscan: 6,
  })
  return (
    <div
      ref={scroller}
      className={classes['rows']}
      role="region"
      aria-label="Files"
      tabIndex={uploads.length > 0 ? 0 : -1}
    >
      <ul className={classes['list']} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, key, start }) => (
          <li
            key={key}
            ref={rows.measureElement}
            data-index={index}
            aria-setsize={uploads.length}
            aria-posinset={index + 1}
            className={classes['item']}
            style={{ transform: `translateY(${start}px)` }}
          >
            <UploadRow upload={uploads[index]!} />
          </li>
        ))}
      </ul>
    </div>
  )
}
