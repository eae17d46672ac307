import { Button, Group, Kbd, Text } from '@mantine/core'
import { type ReactNode, useSyncExternalStore } from 'react'
import { NameText } from '../../../../web/name-text.tsx'

const isMac = /mac|iphone|ipad/i.test(navigator.userAgent)

/** What was done, and the button that takes it back. */
export function OfferText({
  label,
  watch,
  isLast,
  onTake,
}: {
  readonly label: string
  /** Calls `watcher` when {@link isLast} may be another, until the result is called. */
  readonly watch: (watcher: () => void) => () => void
  /** Whether it is this one that the key takes back. */
  readonly isLast: () => boolean
  readonly onTake: () => void
}): ReactNode {
  const hasKey = useSyncExternalStore(watch, isLast)
  return (
    <Group gap="sm" wrap="nowrap" justify="space-between">
      <Text size="sm" className="breakable" lineClamp={3}>
        <NameText text={`${label}.`} />
      </Text>
      <Button
        size="compact-sm"
        variant="light"
        flex="none"
        aria-keyshortcuts={hasKey ? 'Control+Z Meta+Z' : undefined}
        onClick={onTake}
        rightSection={
          hasKey ? (
            <Kbd size="xs" visibleFrom="sm">
              {isMac ? '⌘Z' : 'Ctrl+Z'}
            </Kbd>
          ) : undefined
        }
      >
        Undo
      </Button>
    </Group>
  )
}
