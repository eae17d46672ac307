import { Group, Input, NumberInput } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import type { Bounds } from '../server/bounds.ts'

export interface NumberFieldProps {
  readonly label: string
  /** For those who hear it alone, with what it belongs to. */
  readonly fullLabel?: string | undefined
  readonly unit?: string | undefined
  readonly bounds: Bounds
  readonly value: number
  readonly width?: number | undefined
  readonly onCommit: (value: number) => void
}

/** A whole number that counts when one has done typing: with Enter, or by leaving the field. */
export function NumberField(props: NumberFieldProps): ReactNode {
  const { label, fullLabel = label, unit = '', bounds, value, width = 76, onCommit } = props
  const [typed, setTyped] = useState<number | string>(value)
  useEffect(() => setTyped(value), [value])
  const commit = (): void => {
    const next = Math.min(bounds.max, Math.max(bounds.min, Math.round(Number(typed))))
    const isNumber = typed !== '' && Number.isFinite(next)
    setTyped(isNumber ? next : value)
    if (isNumber && next !== value) onCommit(next)
  }
  return (
    <Group gap={6} wrap="nowrap">
      <Input.Label size="xs" fw={400} component="span" aria-hidden>
        {label}
      </Input.Label>
      <NumberInput
        size="xs"
        w={width}
        aria-label={unit === '' ? fullLabel : `${fullLabel}, ${unit}`}
        {...bounds}
        allowDecimal={false}
        allowNegative={false}
        clampBehavior="none"
        hideControls
        value={typed}
        onChange={setTyped}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit()
        }}
      />
      {unit === '' ? null : (
        <Input.Label size="xs" fw={400} component="span" aria-hidden>
          {unit}
        </Input.Label>
      )}
    </Group>
  )
}
