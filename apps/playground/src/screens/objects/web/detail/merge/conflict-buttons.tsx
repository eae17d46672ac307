import { Button, Group } from '@mantine/core'
import { type ReactNode, type Ref, useId } from 'react'
import { BackButton } from './back-button.tsx'
import { Undecided, undecidedText } from './undecided.tsx'

/** The ways out of a conflict. */
export function ConflictButtons({
  isGone,
  isSaving,
  isReady,
  saveButton,
  undecided,
  onSaveMerge,
  onShowUndecided,
  onKeepMine,
  onSaveMine,
  onDiscard,
  onBack,
}: {
  /** There is nothing of theirs. */
  readonly isGone: boolean
  readonly isSaving: boolean
  /** The merge can be seen. */
  readonly isReady: boolean
  readonly saveButton: Ref<HTMLButtonElement>
  /** How many places are to be decided before the merge is saved. */
  readonly undecided: number
  /** Undefined: there is no merge. */
  readonly onSaveMerge: (() => void) | undefined
  readonly onShowUndecided: () => void
  readonly onKeepMine: () => void
  readonly onSaveMine: () => void
  readonly onDiscard: () => void
  readonly onBack: () => void
}): ReactNode {
  const other = { size: 'compact-sm', variant: 'default', disabled: isSaving } as const
  const undecidedId = useId()
  const isHeld = undecided > 0
  return (
    <>
      <Group gap={6} mt={8}>
        {onSaveMerge === undefined ? null : (
          <Button
            ref={saveButton}
            size="compact-sm"
            loading={isSaving}
            disabled={!isReady}
            // The keyboard still reaches it, so that it can say what it waits for.
            {...(isHeld && {
              'data-disabled': true,
              'aria-disabled': true,
              'aria-describedby': undecidedId,
              title: undecidedText(undecided),
            })}
            onClick={isHeld ? onShowUndecided : onSaveMerge}
          >
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
      {onSaveMerge === undefined ? null : (
        <Undecided
          id={undecidedId}
          count={undecided}
          isReady={isReady && !isSaving}
          onShow={onShowUndecided}
          onKeepMine={onKeepMine}
        />
      )}
    </>
  )
}
