import { Button, Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { countText } from '../../../../web/amounts.ts'
import { FileAgain } from './file-again.tsx'
import { overwritingText, useUndoRoom } from './queue/overwriting.ts'
import { filesText } from './queue/progress-text.ts'
import type { Upload, UploadState } from './queue/upload.ts'
import type { UploadsView } from './queue/upload-list.ts'
import { cancel, overwrite, retry } from './queue/uploads.ts'
import classes from './upload-panel.module.css'

/** What waits for the person, for all files at once. One alone is decided in its row. */
export function UploadNeeds({ view }: { readonly view: UploadsView }): ReactNode {
  const all = (state: UploadState): Upload[] =>
    view.uploads.filter((upload) => upload.state === state)
  const ids = (state: UploadState): number[] => all(state).map(({ id }) => id)
  const { exists, failed, interrupted } = view.summary.counts
  return (
    <>
      {exists > 1 ? <Exists uploads={all('exists')} /> : null}
      {failed > 1 ? (
        <Need text={`${filesText(failed)} failed.`}>
          <NeedButton onClick={() => retry(ids('failed'))}>Retry all</NeedButton>
          <NeedButton onClick={() => cancel(ids('failed'))}>Remove all</NeedButton>
        </Need>
      ) : null}
      {interrupted > 1 ? (
        <Need text={`${countText(interrupted)} uploads were interrupted by a reload.`}>
          <FileAgain label="Choose the files…" isMany />
          <NeedButton onClick={() => cancel(ids('interrupted'))}>Discard all</NeedButton>
        </Need>
      ) : null}
    </>
  )
}

function Exists({ uploads }: { readonly uploads: readonly Upload[] }): ReactNode {
  const room = useUndoRoom()
  const ids = uploads.map(({ id }) => id)
  const text = `${filesText(ids.length)} exist already. They stay as they are, unless you say so.`
  return (
    <Need text={`${text} ${overwritingText(uploads, room)}`}>
      <NeedButton onClick={() => overwrite(ids)}>Overwrite all</NeedButton>
      <NeedButton onClick={() => cancel(ids)}>Skip all</NeedButton>
    </Need>
  )
}

function Need({
  text,
  children,
}: {
  readonly text: string
  readonly children: ReactNode
}): ReactNode {
  return (
    <div className={classes['need']}>
      <Text size="sm" flex="1 1 240px">
        {text}
      </Text>
      <Group gap={8}>{children}</Group>
    </div>
  )
}

function NeedButton({
  onClick,
  children,
}: {
  readonly onClick: () => void
  readonly children: string
}): ReactNode {
  return (
    <Button variant="default" size="compact-sm" onClick={onClick}>
      {children}
    </Button>
  )
}
