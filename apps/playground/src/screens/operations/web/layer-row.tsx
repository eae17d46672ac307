import { Box, Checkbox, Group, NativeSelect, Switch, Text } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { countText } from '../../../web/amounts.ts'
import type { LayerName, LayerSettings, StackRow } from '../server/wire.ts'
import { NumberField } from '../../../web/number-field.tsx'
import classes from './stack-panel.module.css'
import { layerWords, optionOf } from './words.ts'

export interface LayerRowProps {
  readonly name: LayerName
  readonly layers: LayerSettings
  /** Undefined while the layer is off. */
  readonly row: StackRow | undefined
  readonly onSet: (label: string, layers: LayerSettings) => void
}

/** A layer of the stack: its switch, what it is set to, and how it feels. */
export function LayerRow({ name, layers, row, onSet }: LayerRowProps): ReactNode {
  const { purpose } = layerWords[name]
  const { isOn } = layers[name]
  const set = (part: object): void => {
    onSet(`Set ${name}`, { ...layers, [name]: { ...layers[name], ...part } })
  }
  return (
    <li className={classes['layer']} data-on={isOn || undefined} data-bad={isBad(row) || undefined}>
      <Switch
        size="sm"
        label={
          <Text span ff="monospace" size="sm" fw={isOn ? 700 : 400}>
            {name}
          </Text>
        }
        description={purpose}
        checked={isOn}
        onChange={({ currentTarget: { checked } }) =>
          onSet(`${checked ? 'Put in' : 'Take out'} ${name}`, {
            ...layers,
            [name]: { ...layers[name], isOn: checked },
          })
        }
      />
      {isOn ? (
        <Box className={classes['inside']}>
          <Options name={name} layers={layers} set={set} />
          {row === undefined ? null : <State row={row} />}
        </Box>
      ) : null}
    </li>
  )
}

function Options({
  name,
  layers,
  set,
}: {
  readonly name: LayerName
  readonly layers: LayerSettings
  readonly set: (part: object) => void
}): ReactNode {
  const { options } = layerWords[name]
  const { fallback, compress } = layers
  return (
    <Group gap="sm">
      {options.map((option) => (
        <NumberField
          key={option.name}
          label={option.label}
          fullLabel={`${name}: ${option.label}`}
          unit={option.unit}
          bounds={option.bounds}
          value={optionOf(layers[name], option.name)}
          width={64}
          onCommit={(value) => set({ [option.name]: value })}
        />
      ))}
      {name === 'fallback' ? (
        <Checkbox
          size="xs"
          label="takes writes too, and brings them back"
          checked={fallback.takesWrites}
          onChange={({ currentTarget: { checked } }) => set({ takesWrites: checked })}
        />
      ) : null}
      {name === 'compress' ? (
        <NativeSelect
          size="xs"
          aria-label="compress: algorithm"
          data={['zstd', 'gzip', 'brotli']}
          value={compress.algorithm}
          onChange={({ currentTarget: { value } }) => set({ algorithm: value })}
        />
      ) : null}
    </Group>
  )
}

function State({ row: { isOk, message, details } }: { readonly row: StackRow }): ReactNode {
  const amounts = Object.entries(details).filter(
    ([, value]) => typeof value === 'number' || value === true,
  )
  if (message === '' && amounts.length === 0) return null
  return (
    <Group gap={6} wrap="nowrap" align="flex-start" className={classes['state']}>
      {isOk ? (
        <IconCircleCheck size={14} aria-label="Well:" role="img" />
      ) : (
        <IconAlertTriangle size={14} aria-label="Not well:" role="img" />
      )}
      <Text size="xs" component="span" className="tabular breakable">
        {sentence(message)}
        <Text span size="xs" c="dimmed">
          {' '}
          {amounts.map(([label, value]) => amountText(label, value)).join(' · ')}
        </Text>
      </Text>
    </Group>
  )
}

function isBad(row: StackRow | undefined): boolean {
  return row?.isOk === false
}

function sentence(text: string): string {
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

/** `lateCalls` and 3 -> `late calls 3`. */
function amountText(label: string, value: string | number | boolean): string {
  const words = label.replaceAll(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`)
  return typeof value === 'number' ? `${words} ${countText(Math.round(value))}` : words
}
