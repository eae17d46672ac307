import { Button, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { countText } from '../../../web/amounts.ts'
import classes from './page.module.css'
import { rowsMax, type RowsState } from './rows.ts'

/** How many are shown, what is behind them, and in what order. */
export function StatusBar({
  state: { rows, status, problem },
  onLoad,
}: {
  readonly state: RowsState
  readonly onLoad: () => void
}): ReactNode {
  const count = `${countText(rows.length)} ${rows.length === 1 ? 'entity' : 'entities'}`
  const texts = {
    whole: count,
    more: `${count}, more behind`,
    loading: rows.length === 0 ? 'Reading…' : `${count}, loading more…`,
    full: `The first ${countText(rowsMax)} entities; a filter finds the others`,
  } as const
  return (
    <footer className={classes['status']}>
      <Text size="xs" role="status" className="tabular">
        {problem !== undefined && rows.length === 0 ? 'Nothing is read' : texts[status]}
      </Text>
      {rows.length > 0 && (status === 'more' || status === 'loading') ? (
        <Button
          size="compact-xs"
          variant="default"
          // Pressed again while it loads, it waits: the keyboard stays on it.
          aria-disabled={status === 'loading' || undefined}
          onClick={onLoad}
        >
          Load more
        </Button>
      ) : null}
      <Text size="xs" c="dimmed" ms="auto" visibleFrom="xs">
        In the order of the service: PartitionKey, then RowKey. It has no other.
      </Text>
    </footer>
  )
}
