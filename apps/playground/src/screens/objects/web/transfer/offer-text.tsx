import { Button, Group, Kbd, Text } from '@mantine/core'
import type { ReactNode } from 'react'

const isMac = /mac|iphone|ipad/i.test(navigator.userAgent)

/** What was done, and the button that takes it back. */
export function OfferText({
  label,
  onTake,
}: {
  readonly label: string
  readonly onTake: () => void
}): ReactNode {
  return (
    <Group gap="sm" wrap="nowrap" justify="space-between">
      <Text size="sm" className="breakable" lineClamp={3}>
        {label}.
      </Text>
      <Button
        size="compact-sm"
        variant="light"
        flex="none"
        aria-keyshortcuts="Control+Z Meta+Z"
        onClick={onTake}
        rightSection={
          <Kbd size="xs" visibleFrom="sm">
            {isMac ? '⌘Z' : 'Ctrl+Z'}
          </Kbd>
        }
      >
        Undo
      </Button>
    </Group>
  )
}
