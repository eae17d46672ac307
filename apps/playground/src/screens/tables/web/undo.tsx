/** What was done, with the button and the key that take it back. */
import { Button, Group, Kbd, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { ReactNode } from 'react'
import { NameText } from '../../../web/name-text.tsx'
import { tellProblem, ProblemError } from '../../../web/problem.ts'
import type { UndoOffer } from '../server/wire.ts'
import { undoChanges } from './requests.ts'
import classes from './undo.module.css'

const shownMs = 12_000
const isMac = /mac|iphone|ipad/i.test(navigator.userAgent)

interface Offer extends UndoOffer {
  readonly label: string
}

/** What was done last, and can be taken back. */
let last: Offer | undefined

/** Tells what was done; `undo`: null when it cannot be taken back. */
export function tellDone(label: string, undo: UndoOffer | null): void {
  last = undo === null ? undefined : { ...undo, label }
  const offer = last
  notifications.show({
    id: undo?.id ?? label,
    position: 'bottom-left',
    classNames: { root: classes['notice']! },
    withBorder: true,
    autoClose: shownMs,
    closeButtonProps: { 'aria-label': 'Close' },
    message: <Done label={label} onUndo={offer && (() => void take(offer))} />,
  })
}

/** Takes back what was done last, if it is offered. */
export function undoLast(): void {
  if (last !== undefined) void take(last)
}

async function take(offer: Offer): Promise<void> {
  if (last?.id === offer.id) last = undefined
  notifications.hide(offer.id)
  try {
    const { done, problems } = await undoChanges(offer.id, offer.label)
    for (const problem of problems.slice(0, 3)) tellProblem(new ProblemError(problem))
    if (done > 0) tellDone(`Taken back: ${offer.label}`, null)
  } catch (error) {
    tellProblem(error)
  }
}

function Done({
  label,
  onUndo,
}: {
  readonly label: string
  readonly onUndo: (() => void) | undefined
}): ReactNode {
  return (
    <Group gap="sm" wrap="nowrap" justify="space-between">
      <Text size="sm" className="breakable" lineClamp={3}>
        <NameText text={`${label}.`} />
      </Text>
      {onUndo === undefined ? null : (
        <Button
          size="compact-sm"
          variant="light"
          flex="none"
          onClick={onUndo}
          rightSection={
            <Kbd size="xs" visibleFrom="sm">
              {isMac ? '⌘Z' : 'Ctrl+Z'}
            </Kbd>
          }
        >
          Undo
        </Button>
      )}
    </Group>
  )
}
