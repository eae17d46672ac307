import { Box, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { answer } from '../../../web/api.ts'
import type { LabState, LayerSettings } from '../server/wire.ts'
import { stackText } from './code.ts'
import { LayerRow } from './layer-row.tsx'
import classes from './stack-panel.module.css'
import type { Change } from './use-lab.ts'
import { areFaultsOn, layerNames } from './words.ts'

/** The stack as a picture, from the program to the store, with a switch for each layer. */
export function StackPanel({
  state,
  change,
}: {
  readonly state: LabState
  readonly change: Change
}): ReactNode {
  const { layers, stack } = state
  const set = (label: string, json: LayerSettings): void => {
    const text = stackText(label, { ...state, layers: json })
    void change(text, (api) => answer(api.layers.$post({ json })))
  }
  return (
    <Box component="section" aria-label="Layers">
      <Title order={3} size="h5">
        Layers
      </Title>
      <Text size="xs" c="dimmed" mb={8}>
        A call goes from the top to the bottom. The order is the one that holds; each change builds
        the stack anew.
      </Text>
      <Box className={classes['end']}>Your program</Box>
      <ol className={classes['layers']}>
        {layerNames.map((name) => (
          <LayerRow
            key={name}
            name={name}
            layers={layers}
            row={stack.find((row) => row.name === name)}
            onSet={set}
          />
        ))}
      </ol>
      <Box className={classes['end']} data-bad={areFaultsOn(state.faults) || undefined}>
        {areFaultsOn(state.faults) ? 'The store, with faults' : 'The store'}
      </Box>
    </Box>
  )
}
