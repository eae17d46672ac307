import { Button } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { ObjectDetail } from '../detail/object-detail.tsx'
import classes from './detail-pane.module.css'
import type { Browsing } from './use-browsing.ts'

/** The open object beside the list; where there is no room for both, over it, with a way back. */
export function DetailPane({
  browsing: { start, closeObject },
  objectKey,
}: {
  readonly browsing: Browsing
  readonly objectKey: string
}): ReactNode {
  const back = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    // What it covers cannot have the keyboard any more.
    if (back.current?.checkVisibility() === true) back.current.focus()
  }, [])
  const onBack = (): void => {
    start.isFocused = true
    closeObject()
  }
  return (
    <div className={classes['pane']}>
      <div className={classes['back']}>
        <Button
          ref={back}
          variant="subtle"
          size="compact-md"
          leftSection={<IconArrowLeft size={16} aria-hidden />}
          onClick={onBack}
        >
          Back to the list
        </Button>
      </div>
      <div className={classes['object']}>
        <ObjectDetail objectKey={objectKey} />
      </div>
    </div>
  )
}
