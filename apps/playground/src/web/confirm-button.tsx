import { Button, Group, Popover, Text } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'

/** A button that asks before it does what nothing brings back. */
export function ConfirmButton({
  label,
  name,
  question,
  isBusy,
  size = 'compact-xs',
  onConfirm,
}: {
  readonly label: string
  /** Begins with the label. */
  readonly name: string
  readonly question: string
  readonly isBusy: boolean
  readonly size?: 'compact-xs' | 'compact-sm' | undefined
  readonly onConfirm: () => void
}): ReactNode {
  const [isAsking, setAsking] = useState(false)
  return (
    <Popover
      opened={isAsking}
      onChange={setAsking}
      position="bottom-end"
      trapFocus
      returnFocus
      withArrow
    >
      <Popover.Target>
        <Button
          size={size}
          variant="default"
          disabled={isBusy}
          leftSection={<IconTrash size={12} aria-hidden />}
          aria-label={name}
          onClick={() => setAsking(!isAsking)}
        >
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="sm" maw={300}>
        <Text size="sm" mb="xs">
          {question}
        </Text>
        <Group gap="xs" justify="flex-end">
          <Button size="compact-sm" variant="default" onClick={() => setAsking(false)}>
            Cancel
          </Button>
          <Button
            size="compact-sm"
            color="red"
            onClick={() => {
              setAsking(false)
              onConfirm()
            }}
          >
            {label}
          </Button>
        </Group>
      </Popover.Dropdown>
    </Popover>
  )
}
