import { ActionIcon, Anchor, Button, Progress, Text, Tooltip } from '@mantine/core'
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconClock,
  IconPlayerPause,
  IconUpload,
  IconX,
} from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { bytesText } from '../../../../web/amounts.ts'
import { NameText } from '../../../../web/name-text.tsx'
import { useView } from '../../../../web/view.ts'
import screen from '../screen.ts'
import { FileAgain } from './file-again.tsx'
import { keptCount, useUndoRoom } from './queue/overwriting.ts'
import { exists } from './queue/refusals.ts'
import type { Upload, UploadState } from './queue/upload.ts'
import { cancel, overwrite, retry } from './queue/uploads.ts'
import classes from './upload-panel.module.css'

const icons: Readonly<Record<UploadState, ReactNode>> = {
  waiting: <IconClock size={18} color="var(--mantine-color-dimmed)" aria-hidden />,
  running: <IconUpload size={18} color="var(--mantine-primary-color-filled)" aria-hidden />,
  cancelling: <IconX size={18} color="var(--mantine-color-dimmed)" aria-hidden />,
  done: <IconCircleCheck size={18} color="var(--mantine-color-teal-filled)" aria-hidden />,
  exists: <IconAlertTriangle size={18} color="var(--mantine-color-orange-filled)" aria-hidden />,
  failed: <IconAlertTriangle size={18} color="var(--mantine-color-red-filled)" aria-hidden />,
  refused: <IconAlertTriangle size={18} color="var(--mantine-color-red-filled)" aria-hidden />,
  interrupted: <IconPlayerPause size={18} color="var(--mantine-color-orange-filled)" aria-hidden />,
}

/** A file: how it stands, and what can be done about it. */
export function UploadRow({ upload }: { readonly upload: Upload }): ReactNode {
  const { key, state } = upload
  return (
    <div className={classes['row']}>
      {icons[state]}
      <div className={classes['what']}>
        {state === 'done' ? (
          <OpenLink objectKey={key} />
        ) : (
          <Text size="sm" className="clipped" title={key}>
            <NameText text={key} />
          </Text>
        )}
        <Standing upload={upload} />
      </div>
      <div className={classes['actions']}>
        <Actions upload={upload} />
      </div>
    </div>
  )
}

function OpenLink({ objectKey }: { readonly objectKey: string }): ReactNode {
  const [, setView] = useView(screen)
  return (
    <Anchor
      component="button"
      type="button"
      size="sm"
      className={`clipped ${classes['open']}`}
      title={objectKey}
      onClick={() => setView({ key: objectKey, as: undefined, at: undefined, mode: undefined })}
    >
      <NameText text={objectKey} />
    </Anchor>
  )
}

/** The second line: progress, or why it does not go on. */
function Standing({ upload }: { readonly upload: Upload }): ReactNode {
  const { state, size, sentBytes, isStalled, problem } = upload
  const percent = size === 0 ? 100 : Math.floor((100 * Math.min(size, sentBytes)) / size)
  const part = `${percent} % of ${bytesText(size)}`
  if (state === 'running') {
    return (
      <div className={classes['progress']}>
        <Progress.Root size={4} flex="1 1 40px" maw={240}>
          <Progress.Section value={percent} aria-label={`${upload.key}: ${percent} %`} />
        </Progress.Root>
        <Text size="xs" c="dimmed" className="tabular">
          {isStalled ? `${part}, no answer: trying again` : part}
        </Text>
      </div>
    )
  }
  if (state === 'exists') return <Exists upload={upload} />
  if (problem !== undefined && state !== 'waiting' && state !== 'done') {
    return (
      <Text size="xs" className="breakable">
        <strong>{problem.code}</strong> {problem.message} {problem.fix}
      </Text>
    )
  }
  return (
    <Text size="xs" c="dimmed" className="tabular">
      {state === 'interrupted' ? `Interrupted at ${part}: choose the file again to go on.` : null}
      {state === 'waiting' ? `Waits, ${bytesText(size)}` : null}
      {state === 'cancelling' ? 'Cancelling…' : null}
      {state === 'done' ? [bytesText(size), problem?.message].filter(Boolean).join('. ') : null}
    </Text>
  )
}

function Exists({ upload }: { readonly upload: Upload }): ReactNode {
  const room = useUndoRoom()
  const isKept = room === undefined || keptCount([upload], room) > 0
  return (
    <Text size="xs" className="breakable">
      <strong>{exists.code}</strong> {exists.message}{' '}
      {isKept ? null : 'Overwriting it cannot be undone: it is too large to be kept.'}
    </Text>
  )
}

function Actions({ upload: { id, key, state } }: { readonly upload: Upload }): ReactNode {
  if (state === 'exists') {
    return (
      <>
        <RowButton label={`Overwrite ${key}`} text="Overwrite" onClick={() => overwrite([id])} />
        <RowButton label={`Skip ${key}`} text="Skip" onClick={() => cancel([id])} />
      </>
    )
  }
  if (state === 'interrupted') {
    return (
      <>
        <FileAgain label="Choose…" id={id} />
        <RowButton label={`Discard ${key}`} text="Discard" onClick={() => cancel([id])} />
      </>
    )
  }
  if (state === 'cancelling') return null
  const isOpen = state === 'waiting' || state === 'running'
  return (
    <>
      {state === 'failed' ? (
        <RowButton label={`Retry ${key}`} text="Retry" onClick={() => retry([id])} />
      ) : null}
      <Tooltip label={isOpen ? 'Cancel' : 'Remove from this list'} withArrow>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={isOpen ? `Cancel ${key}` : `Remove ${key} from this list`}
          onClick={() => cancel([id])}
        >
          <IconX size={16} />
        </ActionIcon>
      </Tooltip>
    </>
  )
}

function RowButton({
  label,
  text,
  onClick,
}: {
  readonly label: string
  readonly text: string
  readonly onClick: () => void
}): ReactNode {
  return (
    <Button variant="default" size="compact-sm" aria-label={label} onClick={onClick}>
      {text}
    </Button>
  )
}
