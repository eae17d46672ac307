import { Box, Group, Slider, Text } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import type { Bounds } from '../../../server/bounds.ts'

export interface AmountSliderProps {
  readonly label: string
  readonly purpose: string
  readonly unit: '%' | 'ms'
  readonly bounds: Bounds
  readonly value: number
  /** When the thumb is let go. */
  readonly onCommit: (value: number) => void
}

/** How far up the scale of milliseconds grows finer: a few are as far from none as many. */
const curve = 2.5

/** An amount from none to much, with what it means. */
export function AmountSlider(props: AmountSliderProps): ReactNode {
  const { label, purpose, unit, bounds, value, onCommit } = props
  const [moved, setMoved] = useState<number>()
  useEffect(() => setMoved(undefined), [value])
  const shown = moved ?? value
  const scale = unit === 'ms' ? curve : 1
  const amountAt = (place: number): number => Math.round(bounds.max * (place / 100) ** scale)
  const placeOf = (amount: number): number => 100 * (amount / bounds.max) ** (1 / scale)
  return (
    <Box>
      <Group justify="space-between" gap={8} wrap="nowrap" align="baseline">
        <Text size="sm" component="span">
          {label}{' '}
          <Text span size="xs" c="dimmed">
            {purpose}
          </Text>
        </Text>
        <Text size="sm" component="span" fw={shown > 0 ? 600 : 400} className="tabular" flex="none">
          {shown} {unit}
        </Text>
      </Group>
      <Slider
        size="sm"
        label={null}
        thumbLabel={`${label}: ${purpose}`}
        thumbValueText={`${shown} ${unit}`}
        min={0}
        max={100}
        step={1}
        color={shown > 0 ? 'orange' : 'cyan'}
        value={Math.round(placeOf(shown))}
        onChange={(place) => setMoved(amountAt(place))}
        onChangeEnd={(place) => {
          const next = amountAt(place)
          if (next === value) setMoved(undefined)
          else onCommit(next)
        }}
      />
    </Box>
  )
}
