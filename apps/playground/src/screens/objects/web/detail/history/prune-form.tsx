import { Button, Group, NumberInput, Text } from '@mantine/core'
import { type ReactNode, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { countText } from '../../../../../web/amounts.ts'
import { BusyButton } from '../extras/busy-button.tsx'
import classes from '../extras/extras.module.css'
import { prune } from './use-history.ts'

const keptMax = 100_000
const keptDefault = 10

/** Removes old versions, when one means it: how many they are is counted first. */
export function PruneForm({
  valueKey,
  onPruned,
}: {
  readonly valueKey: string
  readonly onPruned: (told: string) => void
}): ReactNode {
  const [keep, setKeep] = useState<number | string>(keptDefault)
  const [asked, setAsked] = useState<{ readonly keep: number; readonly removed: number }>()
  const [told, setTold] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const isValid = typeof keep === 'number' && keep >= 1 && keep <= keptMax
  const leave = (): void => {
    // The buttons that were asked with are not there any more.
    flushSync(() => setAsked(undefined))
    field.current?.focus()
  }
  const count = async (): Promise<void> => {
    if (!isValid) return
    const result = await prune(valueKey, keep, true)
    if (result === undefined) return
    setTold(result.removed === 0 ? 'Nothing is older than that.' : '')
    if (result.removed > 0) setAsked({ keep, removed: result.removed })
  }
  const remove = async (): Promise<void> => {
    const result = await prune(valueKey, asked!.keep, false)
    setAsked(undefined)
    if (result === undefined) return
    const [failure] = result.failed
    const removed = `${versionsText(result.removed)} removed.`
    const text =
      failure === undefined
        ? removed
        : `${removed} Version ${failure.version} could not be: ${failure.problem.message}`
    setTold(text)
    onPruned(text)
  }
  return (
    <Group gap="xs" className={classes['prune']} role="group" aria-label="Prune">
      {asked === undefined ? (
        <>
          <Text size="sm">Keep the newest</Text>
          <NumberInput
            ref={field}
            aria-label="How many stay"
            size="xs"
            className={classes['keep']}
            min={1}
            max={keptMax}
            allowDecimal={false}
            clampBehavior="strict"
            value={keep}
            onChange={setKeep}
            hideControls
          />
          <BusyButton size="compact-sm" variant="default" disabled={!isValid} work={count}>
            Remove older ones…
          </BusyButton>
          <Text size="sm" c="dimmed" role="status">
            {told}
          </Text>
        </>
      ) : (
        <>
          <Text size="sm" id="prune-asked">
            {versionsText(asked.removed)} would go and cannot come back. The current one stays.
          </Text>
          <Button
            size="compact-sm"
            variant="default"
            onClick={leave}
            aria-describedby="prune-asked"
            // The button that asked is not there any more.
            autoFocus
          >
            Keep them
          </Button>
          <BusyButton size="compact-sm" color="red" work={remove}>
            Remove for good
          </BusyButton>
        </>
      )}
    </Group>
  )
}

function versionsText(count: number): string {
  return count === 1 ? '1 version' : `${countText(count)} versions`
}
