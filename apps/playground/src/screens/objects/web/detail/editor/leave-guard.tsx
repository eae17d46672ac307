import { Button, Group, Modal, Text } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import type { ReactNode } from 'react'

/** What of an address tells whether the editor stays. */
interface Place {
  readonly pathname: string
  readonly search: unknown
}

function isSameEditor(before: Place, after: Place): boolean {
  const [from, to] = [before, after].map(
    ({ search }) => search as { key?: unknown; mode?: unknown },
  )
  return before.pathname === after.pathname && from?.key === to?.key && from?.mode === to?.mode
}

/** Asks before somebody leaves what is not saved: within the page, and out of it. */
export function LeaveGuard({ isUnsaved }: { readonly isUnsaved: () => boolean }): ReactNode {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => isUnsaved() && !isSameEditor(current, next),
    enableBeforeUnload: isUnsaved,
    withResolver: true,
  })
  const stay = (): void => blocker.reset?.()
  return (
    <Modal
      opened={blocker.status === 'blocked'}
      onClose={stay}
      title="Leave without saving?"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Text size="sm">What you changed is not saved. If you leave, it is lost.</Text>
      <Group mt="md" justify="flex-end" gap="xs">
        <Button variant="default" onClick={stay} data-autofocus>
          Stay
        </Button>
        <Button color="red" onClick={() => blocker.proceed?.()}>
          Leave
        </Button>
      </Group>
    </Modal>
  )
}
