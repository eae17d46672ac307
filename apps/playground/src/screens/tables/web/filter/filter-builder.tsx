/** Puts a comparison together and appends it to the text of the filter. */
import {
  ActionIcon,
  Button,
  Code,
  Group,
  NativeSelect,
  Popover,
  SegmentedControl,
  Stack,
} from '@mantine/core'
import { IconFilterPlus } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { WireRow, WireValue } from '../../server/wire.ts'
import { propertyOf } from '../edit/drafts.ts'
import { useTypedField, ValueField } from '../edit/value-field.tsx'
import { type Operator, operators, withComparison } from './odata.ts'

export interface FilterBuilderProps {
  readonly text: string
  readonly names: readonly string[]
  readonly rows: readonly WireRow[]
  readonly onText: (text: string) => void
  readonly onApply: (text: string) => void
}

export function FilterBuilder(props: FilterBuilderProps): ReactNode {
  const [isOpen, setOpen] = useState(false)
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      position="bottom-end"
      width="min(400px, calc(100vw - 24px))"
      trapFocus
      withArrow
      shadow="md"
    >
      <Popover.Target>
        <ActionIcon
          variant="default"
          size={36}
          title="Add a condition"
          aria-label="Add a condition"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          <IconFilterPlus size={18} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label="Add a condition">
        <Builder {...props} onClose={() => setOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  )
}

const own = ['PartitionKey', 'RowKey', 'Timestamp']

function Builder({
  text,
  names,
  rows,
  onText,
  onApply,
  onClose,
}: FilterBuilderProps & { readonly onClose: () => void }): ReactNode {
  const [property, setProperty] = useState(names[0] ?? 'PartitionKey')
  return (
    <Stack gap="xs">
      <NativeSelect
        label="Property"
        size="xs"
        data={[...own, ...names]}
        value={property}
        onChange={({ currentTarget }) => setProperty(currentTarget.value)}
        data-autofocus
      />
      <Comparison
        // Another property has another type.
        key={property}
        property={property}
        start={exampleOf(property, rows)}
        text={text}
        onText={onText}
        onApply={onApply}
        onClose={onClose}
      />
    </Stack>
  )
}

function Comparison({
  property,
  start,
  text,
  onText,
  onApply,
  onClose,
}: Pick<FilterBuilderProps, 'text' | 'onText' | 'onApply'> & {
  readonly property: string
  readonly start: WireValue
  readonly onClose: () => void
}): ReactNode {
  const [operator, setOperator] = useState<Operator>('eq')
  const [joint, setJoint] = useState<'and' | 'or'>('and')
  const field = useTypedField(start)
  const { typed } = field
  const result =
    'value' in typed ? withComparison(text, joint, property, operator, typed.value) : undefined
  const append = (isApplied: boolean): void => {
    if (result === undefined) return
    onText(result)
    if (isApplied) onApply(result)
    onClose()
  }
  return (
    <>
      <Group gap="xs" align="flex-end">
        <NativeSelect
          label="Operator"
          size="xs"
          flex={1}
          value={operator}
          onChange={({ currentTarget }) => setOperator(currentTarget.value as Operator)}
          data={operators.map(({ name, label }) => ({ value: name, label }))}
        />
        {text.trim() === '' ? null : (
          <SegmentedControl
            size="xs"
            aria-label="How it joins what is there"
            value={joint}
            data={['and', 'or']}
            onChange={(next) => setJoint(next)}
          />
        )}
      </Group>
      <ValueField field={field} label={`Value of ${property}`} onEnter={() => append(true)} />
      {result === undefined ? null : (
        <Code block className="breakable" style={{ whiteSpace: 'pre-wrap' }}>
          {result}
        </Code>
      )}
      <Group gap="xs" justify="flex-end">
        <Button
          size="compact-sm"
          variant="default"
          disabled={result === undefined}
          onClick={() => append(false)}
        >
          Append
        </Button>
        <Button size="compact-sm" disabled={result === undefined} onClick={() => append(true)}>
          Append and apply
        </Button>
      </Group>
    </>
  )
}

/** A value that the property has somewhere, so that its type is right from the start. */
function exampleOf(property: string, rows: readonly WireRow[]): WireValue {
  const [first] = rows
  if (property === 'Timestamp') {
    return { type: 'date', text: new Date(first?.modifiedAt ?? Date.now()).toISOString() }
  }
  if (property === 'PartitionKey') return { type: 'string', text: first?.partitionKey ?? '' }
  if (property === 'RowKey') return { type: 'string', text: first?.rowKey ?? '' }
  for (const { properties } of rows.slice(0, 200)) {
    const cell = propertyOf(properties, property)
    if (cell !== undefined) return { type: cell.type, text: cell.text }
  }
  return { type: 'string', text: '' }
}
