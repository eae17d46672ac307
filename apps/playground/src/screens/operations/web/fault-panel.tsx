import { Group, Stack, Switch, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { answer } from '../../../web/api.ts'
import { faultBounds, seedBounds } from '../server/limits.ts'
import type { FaultSettings, LabState } from '../server/wire.ts'
import { AmountSlider } from './amount-slider.tsx'
import { stackText } from './code.ts'
import { NumberField } from '../../../web/number-field.tsx'
import type { Change } from './use-lab.ts'
import { faultWords } from './words.ts'

/** What befalls the calls below all layers. */
export function FaultPanel({
  state,
  change,
}: {
  readonly state: LabState
  readonly change: Change
}): ReactNode {
  const { faults } = state
  const set = (label: string, part: Partial<FaultSettings>): void => {
    const json = { ...faults, ...part }
    const text = stackText(label, { ...state, faults: json })
    void change(text, (api) => answer(api.faults.$post({ json })))
  }
  return (
    <Stack component="section" gap={10} aria-label="Faults">
      <Title order={3} size="h5">
        Faults
      </Title>
      {faultWords.map(({ name, label, purpose, unit }) => (
        <AmountSlider
          key={name}
          {...{ label, purpose, unit, bounds: faultBounds[name], value: faults[name] }}
          onCommit={(value) => set(`${label}: ${value} ${unit}`, { [name]: value })}
        />
      ))}
      <Group gap="sm" justify="space-between">
        <Switch
          size="sm"
          color="orange"
          label="Outage: every call fails"
          checked={faults.isOutage}
          onChange={({ currentTarget: { checked } }) =>
            set(checked ? 'Begin an outage' : 'End the outage', { isOutage: checked })
          }
        />
        <NumberField
          label="for"
          fullLabel="How long an outage lasts; 0 until it is ended"
          unit="s"
          bounds={faultBounds.outageSeconds}
          value={faults.outageSeconds}
          width={56}
          onCommit={(outageSeconds) => set('How long an outage lasts', { outageSeconds })}
        />
      </Group>
      <NumberField
        label="Seed"
        fullLabel="Seed of the faults"
        bounds={seedBounds}
        value={faults.seed}
        width={104}
        onCommit={(seed) => set(`Seed of the faults: ${seed}`, { seed })}
      />
    </Stack>
  )
}
