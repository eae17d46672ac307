import { Modal } from '@mantine/core'
import { type ReactNode, useEffect, useEffectEvent, useState } from 'react'
import { NameText } from '../../../../web/name-text.tsx'
import { useView } from '../../../../web/view.ts'
import screen from '../screen.ts'
import { offerAfterReload } from './after-reload.ts'
import { DeleteForm } from './delete-form.tsx'
import { DestinationForm } from './destination-form.tsx'
import { type Dialog, showDialog, tellDialogGone, useDialog } from './dialog.ts'
import { dialogTitle } from './dialog-title.ts'
import { FailureList } from './failure-list.tsx'
import { onOver, type Over, placeAfter } from './over.ts'
import { RunProgress } from './run-progress.tsx'
import classes from './transfer-dialogs.module.css'

/**
 * The dialog of copies, moves and deletes: one for all its steps, so that the focus goes back to
 * where it was. To be shown once, anywhere on the screen.
 */
export function TransferDialogs(): ReactNode {
  useFollow()
  useEffect(() => {
    // Without an answer there is nothing to offer; the page says that the server is away.
    offerAfterReload().catch(() => undefined)
  }, [])
  const dialog = useDialog()
  // Stays in sight while it is closing.
  const [last, setLast] = useState(dialog)
  if (dialog !== undefined && dialog !== last) setLast(dialog)
  const shown = dialog ?? last
  const onClose = (): void => {
    if (dialog !== undefined) close(dialog)
  }
  const isFixed = dialog?.step === 'run'
  return (
    <Modal
      opened={dialog !== undefined}
      onClose={onClose}
      onExitTransitionEnd={tellDialogGone}
      title={shown === undefined ? undefined : <NameText text={dialogTitle(shown)} />}
      size="lg"
      closeOnEscape={!isFixed}
      closeOnClickOutside={!isFixed}
      withCloseButton={!isFixed}
      closeButtonProps={{ 'aria-label': 'Close' }}
      classNames={{ title: classes['title']! }}
    >
      {shown === undefined ? null : <Step dialog={shown} onClose={onClose} />}
    </Modal>
  )
}

function Step({
  dialog,
  onClose,
}: {
  readonly dialog: Dialog
  readonly onClose: () => void
}): ReactNode {
  if (dialog.step === 'run') {
    const { question, progress, stop } = dialog
    return <RunProgress question={question} progress={progress} stop={stop} />
  }
  if (dialog.step === 'failures') {
    const { failed, failedCount } = dialog
    return <FailureList failed={failed} failedCount={failedCount} onClose={onClose} />
  }
  const { question, isBusy, answer, problem } = dialog
  const Form = question.kind === 'delete' ? DeleteForm : DestinationForm
  return (
    <Form
      key={question.id}
      question={question}
      isBusy={isBusy}
      answer={answer}
      problem={problem}
      onClose={onClose}
    />
  )
}

function close(dialog: Dialog): void {
  if (dialog.step === 'run' || (dialog.step === 'ask' && dialog.isBusy)) return
  showDialog(undefined)
  if (dialog.step === 'failures') dialog.onClose?.()
}

/** The view goes where the open object went. */
function useFollow(): void {
  const [view, setView] = useView(screen)
  const follow = useEffectEvent((over: Over) => {
    const place = placeAfter(view, over)
    if (place === undefined) return
    const closed = { as: undefined, at: undefined, mode: undefined }
    setView({ ...place, ...(place.key === undefined ? closed : {}) }, { isReplaced: true })
  })
  useEffect(() => onOver((over) => follow(over)), [])
}
