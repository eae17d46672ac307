import { Button, Group, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { countText } from '../../../../../web/amounts.ts'

/** Why a merge cannot be saved yet. */
export function undecidedText(count: number): string {
  return count === 1 ? '1 place to decide' : `${countText(count)} places to decide`
}

/** The places that both changed and nobody decided: the way to them, and one way to decide. */
export function Undecided({
  id,
  count,
  isReady,
  onShow,
  onKeepMine,
}: {
  readonly id: string
  readonly count: number
  /** The places can be seen. */
  readonly isReady: boolean
  readonly onShow: () => void
  readonly onKeepMine: () => void
}): ReactNode {
  // Where there was never anything to decide, nothing is said of it.
  const [wasAny, setWasAny] = useState(false)
  if (count > 0 && !wasAny) setWasAny(true)
  if (!wasAny) return null
  const button = { size: 'compact-xs', variant: 'default', disabled: !isReady } as const
  return (
    <Group gap={6} mt={8}>
      <Text id={id} size="sm" fw={500} role="status">
        {count === 0 ? 'Everything is decided' : undecidedText(count)}
      </Text>
      {count === 0 ? null : (
        <>
          <Button {...button} onClick={onShow}>
            {count === 1 ? 'Show it' : 'Show the next'}
          </Button>
          <Button {...button} onClick={onKeepMine}>
            {count === 1 ? 'Keep mine' : `Keep mine in all ${countText(count)}`}
          </Button>
        </>
      )}
    </Group>
  )
}
