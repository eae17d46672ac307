import { Button, getDefaultZIndex, Group, Modal, Text } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import type { ReactNode } from 'react'

/** A save that is under way is waited for; one that takes longer counts as not saved. */
const settleMsMax = 5000

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

/** Somebody who is about to leave what is not saved. */
export interface LeaveGuard {
  readonly isAsking: boolean
  readonly stay: () => void
  readonly leave: () => void
}

/**
 * Keeps what is not saved from being left unasked: within the page, and out of it. `settled`
 * resolves when no save is under way.
 */
export function useLeaveGuard(
  isUnsaved: () => boolean,
  settled: () => Promise<unknown>,
): LeaveGuard {
  const { status, reset, proceed } = useBlocker({
    shouldBlockFn: async ({ current, next }) => {
      if (isSameEditor(current, next) || !isUnsaved()) return false
      await Promise.race([settled(), new Promise((late) => setTimeout(late, settleMsMax))])
      return isUnsaved()
    },
    enableBeforeUnload: isUnsaved,
    withResolver: true,
  })
  return {
    isAsking: status === 'blocked',
    stay: () => reset?.(),
    leave: () => proceed?.(),
  }
}

/** The question of a {@link LeaveGuard}. */
export function LeaveQuestion({
  guard: { isAsking, stay, leave },
  title,
  children,
}: {
  readonly guard: LeaveGuard
  readonly title: string
  readonly children: ReactNode
}): ReactNode {
  return (
    <Modal
      opened={isAsking}
      onClose={stay}
      title={title}
      // Over whatever dialog is open.
      zIndex={getDefaultZIndex('overlay')}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Text size="sm">{children}</Text>
      <Group mt="md" justify="flex-end" gap="xs">
        <Button variant="default" onClick={stay} data-autofocus>
          Stay
        </Button>
        <Button color="red" onClick={leave}>
          Leave
        </Button>
      </Group>
    </Modal>
  )
}
