import { Box } from '@mantine/core'
import { type ReactNode, useCallback, useEffect, useRef } from 'react'
import { Empty } from '../../../web/empty.tsx'
import { useView } from '../../../web/view.ts'
import { CreateDialog } from './create-dialog.tsx'
import classes from './page.module.css'
import { QueueListPane } from './queue-list-pane.tsx'
import { QueuePane } from './queue-pane.tsx'
import screen from './screen.ts'
import { useNews } from './use-queues.ts'

/** The Queues screen: all queues, and the one that is open. */
export default function QueuesPage(): ReactNode {
  const [{ queue, mode }, setView] = useView(screen)
  useNews()
  const list = useRef<HTMLElement>(null)
  const left = useRef<string>(undefined)
  const toList = useCallback((): void => {
    const places = list.current?.querySelectorAll<HTMLElement>('[data-queue]') ?? []
    const place = [...places].find(({ dataset }) => dataset['queue'] === left.current) ?? places[0]
    place?.focus()
  }, [])
  useEffect(() => {
    if (queue !== undefined) left.current = queue
  }, [queue])
  return (
    <Box className={classes['page']}>
      <section
        ref={list}
        className={classes['list']}
        data-covered={queue !== undefined || undefined}
        aria-label="Queues"
      >
        <QueueListPane />
      </section>
      <Box className={classes['open']} data-covers={queue !== undefined || undefined}>
        {queue === undefined ? (
          <Empty title="No queue is open">
            Choose one from the list, or create one. A queue keeps messages until somebody has
            handled them.
          </Empty>
        ) : (
          <QueuePane
            key={queue}
            queue={queue}
            onClose={() => {
              setView({ queue: undefined, show: undefined, message: undefined })
              // The list is in sight after this.
              setTimeout(toList)
            }}
          />
        )}
      </Box>
      <CreateDialog
        isOpen={mode === 'create'}
        onClose={() => setView({ mode: undefined }, { isReplaced: true })}
      />
    </Box>
  )
}
