/** A value with its type, as a person types it. */
import { Button, Group, NativeSelect, SegmentedControl, Stack, Text, Textarea } from '@mantine/core'
import { type KeyboardEvent, type ReactNode, useState } from 'react'
import type { ValueType, WireValue } from '../../server/wire.ts'
import {
  type BytesForm,
  converted,
  editedText,
  type Typed,
  typedValue,
  valueTypes,
} from '../values.ts'
import classes from './value-field.module.css'

export interface TypedField {
  readonly type: ValueType
  readonly text: string
  readonly form: BytesForm
  readonly typed: Typed
  readonly setType: (type: ValueType) => void
  readonly setText: (text: string) => void
  readonly setForm: (form: BytesForm) => void
}

/** What is typed, as it is kept. */
export interface FieldState {
  readonly type: ValueType
  readonly text: string
  readonly form: BytesForm
}

/** What is typed, beginning with a value. */
export function fieldStateOf(value: WireValue): FieldState {
  return { type: value.type, text: editedText(value), form: 'hex' }
}

/** What is typed, and how it is changed. */
export function fieldOf(state: FieldState, set: (state: FieldState) => void): TypedField {
  const { type, text, form } = state
  const typed = typedValue(type, text, form)
  return {
    ...{ type, text, form, typed },
    setType: (next) => {
      const value: WireValue = 'value' in typed ? typed.value : { type: 'string', text }
      set({ type: next, text: converted(value, next), form: 'hex' })
    },
    setText: (next) => set({ ...state, text: next }),
    setForm: (next) => {
      const same = 'value' in typed ? editedText(typed.value, next) : text
      set({ ...state, form: next, text: same })
    },
  }
}

export function useTypedField(initial: WireValue): TypedField {
  const [state, setState] = useState(() => fieldStateOf(initial))
  return fieldOf(state, setState)
}

export function ValueField({
  field,
  label,
  hasFocus = false,
  onEnter,
}: {
  readonly field: TypedField
  /** For who hears it: the name of the property. */
  readonly label: string
  readonly hasFocus?: boolean | undefined
  readonly onEnter?: (() => void) | undefined
}): ReactNode {
  const { type, text, form, typed, setType, setText, setForm } = field
  const fault = 'fault' in typed ? typed.fault : undefined
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || onEnter === undefined) return
    event.preventDefault()
    onEnter()
  }
  return (
    <Stack gap={6}>
      <Group gap="xs" wrap="nowrap" align="flex-end">
        <NativeSelect
          label="Type"
          aria-label={`Type of ${label}`}
          size="xs"
          w={110}
          value={type}
          onChange={({ currentTarget }) => setType(currentTarget.value as ValueType)}
          data={valueTypes.map((each) => ({ value: each.type, label: each.label }))}
        />
        {type === 'bytes' ? (
          <SegmentedControl
            size="xs"
            aria-label="How bytes are written"
            value={form}
            data={['hex', 'base64']}
            onChange={(next) => setForm(next)}
          />
        ) : null}
        {type === 'date' ? (
          <Button size="xs" variant="default" onClick={() => setText(new Date().toISOString())}>
            Now
          </Button>
        ) : null}
        {type === 'guid' ? (
          <Button size="xs" variant="default" onClick={() => setText(crypto.randomUUID())}>
            New
          </Button>
        ) : null}
      </Group>
      {type === 'boolean' ? (
        <SegmentedControl
          aria-label={label}
          value={text}
          data={['true', 'false']}
          onChange={setText}
          onKeyDown={onKeyDown}
          data-autofocus={hasFocus || undefined}
        />
      ) : (
        <Textarea
          aria-label={label}
          autosize
          minRows={1}
          maxRows={10}
          spellCheck={type === 'string'}
          classNames={{ input: type === 'string' ? '' : classes['exact']! }}
          value={text}
          error={fault}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          onKeyDown={onKeyDown}
          data-autofocus={hasFocus || undefined}
        />
      )}
      {type === 'string' ? (
        <Text size="xs" c="dimmed" className="tabular">
          {text.length} of 32,768 characters
          {onEnter === undefined ? '' : ', Shift+Enter for a line'}
        </Text>
      ) : null}
    </Stack>
  )
}
