import { Button, Group, Text } from '@mantine/core'
import { type ReactNode, useId } from 'react'

/** Asks before a version goes, in the place of its buttons: nothing brings it back. */
export function DeleteQuestion({
  name,
  isBusy,
  onKeep,
  onDelete,
}: {
  readonly name: string
  readonly isBusy: boolean
  readonly onKeep: () => void
  readonly onDelete: () => void
}): ReactNode {
  const id = useId()
  return (
    <Group gap={6} role="group" aria-label={`Delete ${name}?`}>
      <Text id={id} size="sm">
        It cannot come back.
      </Text>
      <Button
        size="compact-xs"
        variant="default"
        onClick={onKeep}
        aria-describedby={id}
        // The button that asked is not there any more.
        autoFocus
      >
        Keep it
      </Button>
      <Button size="compact-xs" color="red" loading={isBusy} onClick={onDelete}>
        Delete for good
      </Button>
    </Group>
  )
}
