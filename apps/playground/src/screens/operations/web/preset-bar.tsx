import { Button, Group, Switch, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { answer } from '../../../web/api.ts'
import type { LabState, PresetName, PresetRequest } from '../server/wire.ts'
import { stackText } from './code.ts'
import type { Change } from './use-lab.ts'
import { presetWords } from './words.ts'

const names = Object.keys(presetWords) as readonly PresetName[]

/** Situations: one click sets traffic, faults and layers, and starts. */
export function PresetBar({
  state,
  change,
}: {
  readonly state: LabState
  readonly change: Change
}): ReactNode {
  const { preset } = state
  const isProtected = preset?.isProtected ?? false
  const choose = (request: PresetRequest): void => {
    const { title } = presetWords[request.name]
    const label = `${title}, ${request.isProtected ? 'with layers' : 'without layers'}`
    void change(stackText(label, state), (api) => answer(api.preset.$post({ json: request })))
  }
  return (
    <>
      <Group gap="xs" role="group" aria-label="Situations">
        {names.map((name) => (
          <Button
            key={name}
            size="xs"
            variant={preset?.name === name ? 'filled' : 'default'}
            aria-pressed={preset?.name === name}
            onClick={() => choose({ name, isProtected })}
          >
            {presetWords[name].title}
          </Button>
        ))}
        <Switch
          size="sm"
          label="with the layers that help"
          disabled={preset === undefined}
          checked={isProtected}
          onChange={({ currentTarget: { checked } }) => {
            if (preset !== undefined) choose({ ...preset, isProtected: checked })
          }}
        />
      </Group>
      <Text size="sm" c="dimmed">
        {preset === undefined
          ? 'Set by hand. A situation sets traffic, faults and layers at once.'
          : presetWords[preset.name].purpose}
      </Text>
    </>
  )
}
