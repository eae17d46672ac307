import { Button } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'

/** The way out that loses nothing. It takes the keyboard over from what was there before it. */
export function BackButton({
  isDisabled = false,
  onBack,
}: {
  readonly isDisabled?: boolean
  readonly onBack: () => void
}): ReactNode {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (document.activeElement === document.body) button.current?.focus({ preventScroll: true })
  }, [])
  return (
    <Button
      ref={button}
      size="compact-sm"
      variant="default"
      disabled={isDisabled}
      onClick={onBack}
      data-autofocus
    >
      Back to editing
    </Button>
  )
}
