import { Button, type ButtonProps } from '@mantine/core'
import { type ReactNode, useState } from 'react'

/** A button that turns as long as its work takes. */
export function BusyButton({
  work,
  children,
  ...props
}: ButtonProps & {
  /** Must not reject. */
  readonly work: () => Promise<unknown>
  readonly 'aria-label'?: string
  readonly children: ReactNode
}): ReactNode {
  const [isBusy, setBusy] = useState(false)
  const run = async (): Promise<void> => {
    setBusy(true)
    await work()
    setBusy(false)
  }
  return (
    <Button {...props} loading={isBusy} onClick={() => void run()}>
      {children}
    </Button>
  )
}
