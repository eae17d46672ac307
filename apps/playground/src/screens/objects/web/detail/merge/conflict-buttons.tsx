import { Button, Group } from '@mantine/core'
import type { ReactNode } from 'react'
import { BackButton } from './back-button.tsx'

/** The ways out of a conflict. */
export function ConflictButtons({
  isGone,
  isSaving,
  isReady,
  onSaveMerge,
  onSaveMine,
  onDiscard,
  onBack,
}: {
  /** There is nothing of theirs. */
  readonly isGone: boolean
  readonly isSaving: boolean
  /** The merge can be seen. */
  readonly isReady: boolean
  /** Undefined: there is no merge. */
  readonly onSaveMerge: (() => void) | undefined
  readonly onSaveMine: () => void
  readonly onDiscard: () => void
  readonly onBack: () => void
}): ReactNode {
  const other = { size: 'compact-sm', variant: 'default', disabled: isSaving } as const
  return (
    <Group gap={6} mt={8}>
      {onSaveMerge === undefined ? null : (
        <Button size="compact-sm" loading={isSaving} disabled={!isReady} onClick={onSaveMerge}>
          Save the merge
        </Button>
      )}
      <Button {...other} onClick={onSaveMine}>
        {isGone ? 'Create it again with mine' : 'Overwrite with mine'}
      </Button>
      <Button {...other} onClick={onDiscard}>
        Discard mine
      </Button>
      <BackButton isDisabled={isSaving} onBack={onBack} />
    </Group>
  )
}
