import { Alert, Button, Group, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { momentText } from '../../../web/amounts.ts'
import { answer } from '../../../web/api.ts'
import type { LabState } from '../server/wire.ts'
import { stackText } from './code.ts'
import type { Change } from './use-lab.ts'
import { areFaultsOn, faultWords } from './words.ts'

/** Shown while anything is injected, with one button that ends it all. */
export function FaultBanner({
  state,
  change,
}: {
  readonly state: LabState
  readonly change: Change
}): ReactNode {
  if (!areFaultsOn(state.faults)) return null
  const end = (): void => {
    void change(stackText('End all faults', state), (api) => answer(api.faults.end.$post()))
  }
  return (
    <Alert
      color="orange"
      icon={<IconAlertTriangle />}
      p="xs"
      role="region"
      aria-label="Faults are on"
    >
      <Group justify="space-between" gap="sm">
        <Text size="sm" className="tabular" flex="1 1 240px">
          <b>Faults are on.</b> {faultsText(state)}. Only the lab meets them.
        </Text>
        <Button size="xs" variant="default" onClick={end}>
          End all faults
        </Button>
      </Group>
    </Alert>
  )
}

function faultsText({ faults, outageEndsAt }: LabState): string {
  const others = faultWords
    .filter(({ name }) => faults[name] > 0)
    .map(({ name, label, unit }) => `${label.toLowerCase()} ${faults[name]} ${unit}`)
  const end = outageEndsAt === undefined ? '' : ` until ${momentText(outageEndsAt)}`
  const all = [...(faults.isOutage ? [`an outage${end}: every call fails`] : []), ...others]
  const text = all.join('; ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}
