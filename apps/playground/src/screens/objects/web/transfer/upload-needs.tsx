import { Button, Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { countText } from '../../../../web/amounts.ts'
import { FileAgain } from './file-again.tsx'
import { filesText } from './queue/progress-text.ts'
import type { UploadState } from './queue/upload.ts'
import type { UploadsView } from './queue/upload-list.ts'
import { cancel, overwrite, retry } from './queue/uploads.ts'
import classes from './upload-panel.module.css'

/** What waits for the person, for all files at once. One alone is decided in its row. */
export function UploadNeeds({ view }: { readonly view: UploadsView }): ReactNode {
  const ids = (state: UploadState): number[] =>
    view.uploads.filter((upload) => upload.state === state).map(({ id }) => id)
  const { exists, failed, interrupted } = view.summary.counts
  return (
    <>
      {exists > 1 ? (
        <Need
          text={`${filesText(exists)} exist already. They stay as they are, unless you say so.`}
        >
          <NeedButton onClick={() => overwrite(ids('exists'))}>Overwrite all</NeedButton>
          <NeedButton onClick={() => cancel(ids('exists'))}>Skip all</NeedButton>
        </Need>
      ) : null}
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
