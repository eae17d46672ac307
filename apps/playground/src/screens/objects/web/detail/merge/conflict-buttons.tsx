import { Button, Group } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Conflict } from './conflict.ts'

/** The ways out of a conflict. */
export function ConflictButtons({
  kind,
  isSaving,
  onSaveMerge,
  onSaveMine,
  onDiscard,
  onBack,
}: {
  readonly kind: Conflict['kind']
  readonly isSaving: boolean
  readonly onSaveMerge: () => void
  readonly onSaveMine: () => void
  readonly onDiscard: () => void
  readonly onBack: () => void
}): ReactNode {
  const other = { size: 'compact-sm', variant: 'default', disabled: isSaving } as const
  return (
    <Group gap={6} mt={8}>
      {kind === 'text' ? (
        <Button size="compact-sm" loading={isSaving} onClick={onSaveMerge} data-autofocus>
          Save the merge
        </Button>
      ) : null}
      <Button {...other} onClick={onSaveMine}>
        {kind === 'gone' ? 'Create it again with mine' : 'Overwrite with mine'}
      </Button>
      <Button {...other} onClick={onDiscard}>
        Discard mine
      </Button>
      <Button {...other} onClick={onBack}>
        Back to editing
      </Button>
    </Group>
  )
}
