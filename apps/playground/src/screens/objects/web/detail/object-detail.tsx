import { Alert, Button, Group, Text, UnstyledButton } from '@mantine/core'
import { useElementSize, useHotkeys } from '@mantine/hooks'
import { IconChevronDown, IconChevronRight, IconHistory, IconTrashX } from '@tabler/icons-react'
import { type KeyboardEvent, lazy, type ReactNode, Suspense, useState } from 'react'
import { bytesText, momentText } from '../../../../web/amounts.ts'
import { Late } from '../../../../web/late.tsx'
import { ProblemNotice } from '../../../../web/problem-text.tsx'
import { useView } from '../../../../web/view.ts'
import type { ObjectDetails } from '../../server/wire.ts'
import screen from '../screen.ts'
import { askTransfer } from '../transfer/transfers.ts'
import { DetailHeader } from './detail-header.tsx'
import classes from './detail.module.css'
import { EditView } from './editor/edit-view.tsx'
import { Facts } from './facts.tsx'
import { valueKeyOf } from './history/value-key.ts'
import { ObjectViews } from './object-views.tsx'
import { type Opened, useOpened } from './use-opened.ts'
import { editFault } from './views.ts'

const HistoryNote = lazy(() => import('./history/history-note.tsx'))

/** One object: what is known of it, its content in several views, and its editor. */
export function ObjectDetail({ objectKey }: { readonly objectKey: string }): ReactNode {
  return <Detail key={objectKey} objectKey={objectKey} />
}

function Detail({ objectKey }: { readonly objectKey: string }): ReactNode {
  const [view, setView] = useView(screen)
  const isAsked = view.mode === 'edit'
  const opened = useOpened(objectKey, isAsked)
  const { shown } = opened
  const isEditing = isAsked && shown !== undefined && editFault(shown) === undefined
  const setMode = (mode: 'edit' | undefined): void => setView({ mode, at: undefined })
  const close = (): void =>
    setView({ key: undefined, as: undefined, at: undefined, mode: undefined })
  useHotkeys([
    // In a dialog it closes that, and in the editor it leaves the text.
    ['Escape', () => isEditing || isDialogOpen() || close(), { preventDefault: false }],
  ])
  const remove = ({ key, target }: KeyboardEvent<HTMLElement>): void => {
    const isTyped = (target as HTMLElement).matches('input, textarea, [contenteditable]')
    if (key !== 'Delete' || isTyped || isEditing || shown === undefined) return
    const { etag } = shown
    askTransfer('delete', { objects: [{ key: objectKey, etag }], prefixes: [] })
  }
  return (
    <section
      className={classes['detail']}
      aria-label={`Object ${objectKey}`}
      onKeyDown={(event) => event.currentTarget.contains(event.target as Node) && remove(event)}
    >
      <DetailHeader
        objectKey={objectKey}
        details={opened.isGone ? undefined : shown}
        isAbsent={opened.isGone || opened.problem?.code === 'NOT_FOUND'}
        onEdit={isEditing ? undefined : () => setMode('edit')}
        onClose={close}
      />
      {valueKeyOf(objectKey) === undefined ? null : (
        <Suspense fallback={null}>
          <HistoryNote objectKey={objectKey} />
        </Suspense>
      )}
      {opened.problem === undefined ? null : (
        <ProblemNotice problem={opened.problem}>
          <Group gap="xs" mt="xs">
            <Button size="compact-sm" variant="default" onClick={opened.reread}>
              Try again
            </Button>
            <Button size="compact-sm" variant="default" onClick={close}>
              Close
            </Button>
          </Group>
        </ProblemNotice>
      )}
      {shown === undefined ? (
        opened.problem === undefined && <Late>Opening the object…</Late>
      ) : isEditing ? (
        <EditView opened={opened} details={shown} onLeave={() => setMode(undefined)} />
      ) : (
        <Shown opened={opened} details={shown} onClose={close} />
      )}
    </section>
  )
}

/** Dialogs and menus are shown beside the page. */
function isDialogOpen(): boolean {
  return document.querySelector('[role="dialog"], [role="menu"], [role="listbox"]') !== null
}

function Shown({
  opened,
  details,
  onClose,
}: {
  readonly opened: Opened
  readonly details: ObjectDetails
  readonly onClose: () => void
}): ReactNode {
  return (
    <>
      {opened.isGone ? (
        <Alert color="orange" icon={<IconTrashX />} title="It is gone" m="sm" role="alert">
          Somebody deleted or moved this object. What you see is what was known of it.
          <Group mt="xs">
            <Button size="compact-sm" variant="default" onClick={onClose}>
              Close
            </Button>
          </Group>
        </Alert>
      ) : null}
      {opened.changedAt === undefined || opened.isGone ? null : (
        <Alert
          variant="light"
          icon={<IconHistory />}
          withCloseButton
          closeButtonLabel="Dismiss"
          onClose={opened.dismiss}
          className={classes['note']}
          role="status"
        >
          This object was changed at {momentText(opened.changedAt)}. You see the new version.
        </Alert>
      )}
      <FoldingFacts details={details} />
      {opened.isGone ? null : <ObjectViews details={details} onStale={opened.reread} />}
    </>
  )
}

/** Open where there is room for it. */
const openHeightPx = 640
const openWidthPx = 440

function FoldingFacts({ details }: { readonly details: ObjectDetails }): ReactNode {
  const [isOpen, setOpen] = useState<boolean>()
  const { ref, height, width } = useElementSize()
  const isShown = isOpen ?? (height > openHeightPx && width > openWidthPx)
  return (
    <>
      <div ref={ref} className={classes['measure']} />
      <UnstyledButton
        className={classes['fold']}
        onClick={() => setOpen(!isShown)}
        aria-expanded={isShown}
      >
        {isShown ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />}
        <Text span size="sm" fw={500}>
          Facts
        </Text>
        <Text span size="sm" c="dimmed" className="clipped">
          {isShown ? '' : `${bytesText(details.size)}, ${details.contentType}`}
        </Text>
      </UnstyledButton>
      {isShown ? <Facts details={details} /> : null}
    </>
  )
}
