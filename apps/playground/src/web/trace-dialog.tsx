import { Drawer } from '@mantine/core'
import type { ReactNode, RefObject } from 'react'
import { TraceDrawer } from './trace-drawer.tsx'

/** The trace over the page, where there is no room beside it. */
export default function TraceDialog({
  isOpen,
  onClose,
  box,
}: {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly box: RefObject<HTMLDivElement | null>
}): ReactNode {
  return (
    <Drawer
      opened={isOpen}
      onClose={onClose}
      position="right"
      size={420}
      padding={0}
      withCloseButton={false}
      // The dialog is inside: a name on the kit's own box names nothing.
      attributes={{ content: { 'aria-label': 'Trace of the last actions' } }}
    >
      <TraceDrawer onClose={onClose} box={box} />
    </Drawer>
  )
}
