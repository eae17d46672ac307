import { ActionIcon, Button, Progress, Text, VisuallyHidden } from '@mantine/core'
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { announcement, headline, percentOf } from './queue/progress-text.ts'
import { openCount } from './queue/summary.ts'
import { cancel, clearFinished, refreshInterrupted, useUploads } from './queue/uploads.ts'
import type { UploadsView } from './queue/upload-list.ts'
import { UploadNeeds } from './upload-needs.tsx'
import classes from './upload-panel.module.css'
import { UploadRows } from './upload-rows.tsx'
import { useHeightProperty } from './use-height-property.ts'

/** All uploads of the page, while there are any. To be docked below the list. */
export function UploadPanel(): ReactNode {
  const view = useUploads()
  useInterrupted()
  const { summary, uploads, lookedThrough } = view
  const isEmpty = uploads.length === 0 && summary.doneCount === 0 && lookedThrough === undefined
  return (
    <>
      <VisuallyHidden role="status">{announcement(view)}</VisuallyHidden>
      {isEmpty ? null : <Panel view={view} />}
    </>
  )
}

function Panel({ view }: { readonly view: UploadsView }): ReactNode {
  const { summary, uploads } = view
  const [isOpen, setOpen] = useState(true)
  const listId = useId()
  const panel = useRef<HTMLElement>(null)
  useHeightProperty(panel, '--uploads-height')
  const open = openCount(summary)
  const percent = percentOf(summary)
  return (
    <section ref={panel} className={classes['panel']} aria-label="Uploads">
      <div className={classes['head']}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={isOpen ? 'Hide the uploads' : 'Show the uploads'}
          aria-expanded={isOpen}
          aria-controls={listId}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? <IconChevronDown size={18} /> : <IconChevronUp size={18} />}
        </ActionIcon>
        <Text size="sm" className={`tabular ${classes['headline']}`}>
          {headline(view)}
        </Text>
        {open > 0 ? (
          <Button
            variant="default"
            size="compact-sm"
            onClick={() => cancel(uploads.filter(isOfQueue).map(({ id }) => id))}
          >
            Cancel all
          </Button>
        ) : null}
        {open === 0 && summary.doneCount + summary.counts.refused > 0 ? (
          <Button variant="default" size="compact-sm" onClick={clearFinished}>
            Clear
          </Button>
        ) : null}
      </div>
      {open > 0 ? (
        <Progress.Root size={4} radius={0}>
          <Progress.Section value={percent} aria-label={`All uploads: ${percent} %`} />
        </Progress.Root>
      ) : null}
      <div id={listId} hidden={!isOpen}>
        {isOpen ? (
          <>
            <UploadNeeds view={view} />
            <UploadRows uploads={uploads} />
          </>
        ) : null}
      </div>
    </section>
  )
}

function isOfQueue({ state }: UploadsView['uploads'][number]): boolean {
  return state === 'waiting' || state === 'running'
}

/** What earlier pages began is looked for at first, and when the person comes back to the tab. */
function useInterrupted(): void {
  useEffect(() => {
    const refresh = (): void => {
      // Without an answer there is nothing to show; the page says that the server is away.
      if (document.visibilityState === 'visible') refreshInterrupted().catch(() => undefined)
    }
    refresh()
    document.addEventListener('visibilitychange', refresh)
    return () => document.removeEventListener('visibilitychange', refresh)
  }, [])
}
