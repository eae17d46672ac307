import { AppShell } from '@mantine/core'
import { type KeyboardEvent, type ReactNode, type RefObject, useLayoutEffect, useRef } from 'react'
import { TraceDrawer } from './trace-drawer.tsx'

/**
 * The trace beside the page. Escape inside closes it, and the focus goes back to `opener` with it,
 * whatever closes it.
 */
export default function TraceAside({
  onClose,
  opener,
}: {
  readonly onClose: () => void
  readonly opener: RefObject<HTMLElement | null>
}): ReactNode {
  const aside = useRef<HTMLElement>(null)
  useLayoutEffect(() => {
    const element = aside.current
    // Before the element is taken out: the focus would be lost with it.
    return () => {
      if (element?.contains(document.activeElement)) opener.current?.focus()
    }
  }, [opener])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return
    // It closes nothing else.
    event.stopPropagation()
    onClose()
  }
  return (
    <AppShell.Aside ref={aside} aria-label="Trace of the last actions" onKeyDown={onKeyDown}>
      <TraceDrawer onClose={onClose} />
    </AppShell.Aside>
  )
}
