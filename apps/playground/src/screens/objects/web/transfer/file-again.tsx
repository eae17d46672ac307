import { Button } from '@mantine/core'
import { type ReactNode, useRef } from 'react'
import { filesOf } from './queue/chosen-files.ts'
import { resume } from './queue/uploads.ts'

/** A button that lets the person choose the file of an interrupted upload again. */
export function FileAgain({
  label,
  id,
  isMany = false,
}: {
  readonly label: string
  /** The upload that it is for; undefined for all. */
  readonly id?: number | undefined
  readonly isMany?: boolean
}): ReactNode {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <Button variant="default" size="compact-sm" onClick={() => input.current?.click()}>
        {label}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        multiple={isMany}
        aria-label="The file to go on with"
        data-testid="upload-again"
        onChange={({ currentTarget }) => {
          resume(filesOf(currentTarget.files), id)
          currentTarget.value = ''
        }}
      />
    </>
  )
}
