import { Modal } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { lazy, type ReactNode, Suspense, useRef } from 'react'
import { Late } from '../../../../web/late.tsx'
import { type Draft, isTyped } from './create-draft.ts'
import { LeaveQuestion, useLeaveGuard } from './editor/leave-guard.tsx'

const CreateForm = lazy(() => import('./create-form.tsx'))

/** Makes a new object of JSON or text, and opens it. Always there: so the focus can go back. */
export function CreateDialog({
  isOpen,
  prefix,
  onClose,
  onClosed,
}: {
  readonly isOpen: boolean
  /** Where it goes, unless another key is typed. */
  readonly prefix: string
  readonly onClose: () => void
  /** Called when it is out of sight. */
  readonly onClosed: () => void
}): ReactNode {
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false })
  const draft: Draft = {
    editor: useRef(null),
    creating: useRef(Promise.resolve()),
    isCreated: useRef(false),
  }
  const guard = useLeaveGuard(
    () => isOpen && !draft.isCreated.current && isTyped(draft.editor.current),
    () => draft.creating.current,
  )
  return (
    <>
      <Modal
        opened={isOpen}
        // Later: the question must not be there yet for the key that leads to it.
        onClose={() => setTimeout(onClose)}
        onExitTransitionEnd={onClosed}
        title="Create an object"
        size="xl"
        fullScreen={isNarrow}
        closeOnClickOutside={false}
        // While it is asked, the key belongs to the question.
        closeOnEscape={!guard.isAsking}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Suspense fallback={<Late>Loading the form…</Late>}>
          <CreateForm prefix={prefix} draft={draft} />
        </Suspense>
      </Modal>
      <LeaveQuestion guard={guard} title="Leave without creating it?">
        The object is not created. If you leave, what you typed is lost.
      </LeaveQuestion>
    </>
  )
}
