import { Button, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { countText } from '../../../../../web/amounts.ts'
import classes from './hex-view.module.css'
import { parseOffset } from './offset-text.ts'

/** Goes to a byte whose offset one types. */
export function GoTo({
  size,
  onGo,
}: {
  readonly size: number
  readonly onGo: (offset: number) => void
}): ReactNode {
  const [text, setText] = useState('')
  const [fault, setFault] = useState<string>()
  return (
    <form
      className={classes['goTo']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const offset = parseOffset(text)
        if (offset === undefined) setFault('Write a number, such as 4096 or 0x1000.')
        else if (offset >= size) setFault(`The last byte is at ${countText(size - 1)}.`)
        else onGo(offset)
      }}
    >
      <TextInput
        size="xs"
        aria-label="Go to offset"
        placeholder="Offset: 4096 or 0x1000"
        value={text}
        onChange={({ currentTarget }) => {
          setText(currentTarget.value)
          setFault(undefined)
        }}
        error={fault}
        w={210}
        rightSectionWidth={40}
        rightSection={
          <Button type="submit" size="compact-xs" variant="subtle" px={6}>
            Go
          </Button>
        }
      />
    </form>
  )
}
