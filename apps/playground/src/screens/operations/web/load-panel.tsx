import { Button, Group } from '@mantine/core'
import { IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { answer } from '../../../web/api.ts'
import { loadBounds, seedBounds } from '../server/limits.ts'
import type { LabState, LoadSettings } from '../server/wire.ts'
import { stackText } from './code.ts'
import { NumberField } from '../../../web/number-field.tsx'
import type { Change } from './use-lab.ts'

/** Starts and stops the traffic, and says how much there is. */
export function LoadPanel({
  state,
  change,
}: {
  readonly state: LabState
  readonly change: Change
}): ReactNode {
  const { load, isRunning } = state
  const set = (part: Partial<LoadSettings>): void => {
    const json = { ...load, ...part }
    const text = stackText('Change the traffic', { ...state, load: json })
    void change(text, (api) => answer(api.load.$post({ json })))
  }
  return (
    <Group gap="md" role="group" aria-label="Traffic">
      {isRunning ? (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlayerStop size={14} />}
          onClick={() =>
            void change(stackText('Stop the traffic', state), (api) => answer(api.stop.$post()))
          }
        >
          Stop the traffic
        </Button>
      ) : (
        <Button
          size="xs"
          leftSection={<IconPlayerPlay size={14} />}
          onClick={() =>
            void change(stackText('Start the traffic', state), (api) =>
              answer(api.start.$post({ json: load })),
            )
          }
        >
          Start the traffic
        </Button>
      )}
      <NumberField
        label="Steps"
        unit="a second"
        bounds={loadBounds.ratePerSecond}
        value={load.ratePerSecond}
        width={64}
        onCommit={(ratePerSecond) => set({ ratePerSecond })}
      />
      <NumberField
        label="At once"
        bounds={loadBounds.concurrency}
        value={load.concurrency}
        width={56}
        onCommit={(concurrency) => set({ concurrency })}
      />
      <NumberField
        label="Seed"
        fullLabel="Seed of the traffic"
        bounds={seedBounds}
        value={load.seed}
        width={104}
        onCommit={(seed) => set({ seed })}
      />
    </Group>
  )
}
