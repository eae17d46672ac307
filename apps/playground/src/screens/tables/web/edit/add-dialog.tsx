/** Adds an entity: two keys, and as many properties as one likes. */
import { ActionIcon, Box, Button, Group, Modal, Stack, TextInput, Title } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconPlus, IconX } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { CodePopover } from '../../../../web/code-popover.tsx'
import { type Problem, problemOf } from '../../../../web/problem.ts'
import { ProblemNotice } from '../../../../web/problem-text.tsx'
import type { ValueType, WireChange, WireKeys, WireRow, WireValue } from '../../server/wire.ts'
import { saveLabel, saveText } from '../code.ts'
import { saveChanges } from '../requests.ts'
import { tellDone } from '../undo.tsx'
import { typedValue } from '../values.ts'
import classes from './add-dialog.module.css'
import { keyFault } from './key-fault.ts'
import { done, type OnSaved } from './save.ts'
import { fieldOf, type FieldState, fieldStateOf, ValueField } from './value-field.tsx'

export interface AddDialogProps {
  readonly isOpen: boolean
  readonly table: string
  /** An entity that it begins like: its partition and the names and types of its properties. */
  readonly like: WireRow | undefined
  readonly onSaved: OnSaved
  /** With the keys of what was added. */
  readonly onClose: (added?: WireKeys) => void
}

export function AddDialog(props: AddDialogProps): ReactNode {
  const { isOpen, table, onClose } = props
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false })
  return (
    <Modal
      opened={isOpen}
      onClose={() => onClose()}
      title={`Add an entity to ${table}`}
      size="lg"
      fullScreen={isNarrow}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {isOpen ? <AddForm {...props} /> : null}
    </Modal>
  )
}

interface Line {
  readonly id: number
  readonly name: string
  readonly state: FieldState
}

/** Properties that it begins with, at most. */
const likeMax = 12

let lastId = 0

function newLine(name: string, value: WireValue): Line {
  lastId += 1
  return { id: lastId, name, state: fieldStateOf(value) }
}

/** What a value of a type begins as. */
const starts: Readonly<Record<ValueType, string>> = {
  ...{ string: '', number: '0', bigint: '0', boolean: 'false', bytes: '' },
  ...{ date: '', guid: '' },
}

function linesLike(like: WireRow | undefined): readonly Line[] {
  if (like === undefined) return [newLine('', { type: 'string', text: '' })]
  return Object.entries(like.properties)
    .slice(0, likeMax)
    .map(([name, { type }]) => newLine(name, { type, text: startOf(type) }))
}

function startOf(type: ValueType): string {
  if (type === 'date') return new Date().toISOString()
  return type === 'guid' ? crypto.randomUUID() : starts[type]
}

function AddForm({ table, like, onSaved, onClose }: AddDialogProps): ReactNode {
  const [keys, setKeys] = useState<WireKeys>({
    partitionKey: like?.partitionKey ?? '',
    rowKey: '',
  })
  const [lines, setLines] = useState<readonly Line[]>(() => linesLike(like))
  const [problem, setProblem] = useState<Problem>()
  const [isSaving, setSaving] = useState(false)
  const given = lines.flatMap(({ name, state: { type, text, form } }) => {
    const typed = typedValue(type, text, form)
    return name.trim() === '' ? [] : [{ name: name.trim(), typed }]
  })
  const names = given.map(({ name }) => name)
  const isReady =
    keyFault(keys.partitionKey) === undefined &&
    keyFault(keys.rowKey) === undefined &&
    given.every(({ typed }) => 'value' in typed) &&
    new Set(names).size === names.length
  const properties = Object.fromEntries(
    given.flatMap(({ name, typed }) => ('value' in typed ? [[name, typed.value] as const] : [])),
  )
  const change: WireChange = { kind: 'insert', ...keys, properties }
  const add = async (): Promise<void> => {
    if (!isReady || isSaving) return
    setSaving(true)
    setProblem(undefined)
    try {
      const { outcomes, undo } = await saveChanges(table, [change], false)
      const outcome = outcomes[0]!
      if ('problem' in outcome) {
        setProblem(outcome.problem)
        return
      }
      onSaved(keys, outcome.row)
      tellDone(done(saveLabel(table, [change], false)), undo)
      onClose(keys)
    } catch (error) {
      setProblem(problemOf(error))
    } finally {
      setSaving(false)
    }
  }
  const changeLine = (id: number, part: Partial<Line>): void =>
    setLines((before) => before.map((line) => (line.id === id ? { ...line, ...part } : line)))
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void add()
      }}
    >
      <Stack gap="sm">
        <Group grow align="flex-start">
          <TextInput
            label="PartitionKey"
            description="Entities of one partition can change together."
            value={keys.partitionKey}
            error={keyFault(keys.partitionKey)}
            onChange={({ currentTarget }) =>
              setKeys({ ...keys, partitionKey: currentTarget.value })
            }
          />
          <TextInput
            label="RowKey"
            description="Unique within its partition; may be empty."
            value={keys.rowKey}
            error={keyFault(keys.rowKey)}
            data-autofocus
            onChange={({ currentTarget }) => setKeys({ ...keys, rowKey: currentTarget.value })}
          />
        </Group>
        <Title order={3} size="h6">
          Properties
        </Title>
        {lines.map((line) => (
          <LineFields
            key={line.id}
            line={line}
            isDouble={names.filter((name) => name === line.name.trim()).length > 1}
            onChange={(part) => changeLine(line.id, part)}
            onRemove={() => setLines(lines.filter(({ id }) => id !== line.id))}
          />
        ))}
        <Box>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => setLines([...lines, newLine('', { type: 'string', text: '' })])}
          >
            Property
          </Button>
        </Box>
        <Box className={classes['foot']}>
          {problem === undefined ? null : <ProblemNotice problem={problem} />}
          <Group justify="flex-end" gap="xs">
            <CodePopover text={saveText(table, [change], false)} />
            <Button type="submit" loading={isSaving} disabled={!isReady}>
              Add
            </Button>
          </Group>
        </Box>
      </Stack>
    </form>
  )
}

function LineFields({
  line,
  isDouble,
  onChange,
  onRemove,
}: {
  readonly line: Line
  readonly isDouble: boolean
  readonly onChange: (part: Partial<Line>) => void
  readonly onRemove: () => void
}): ReactNode {
  const field = fieldOf(line.state, (state) => onChange({ state }))
  return (
    <Group gap="xs" align="flex-start" wrap="nowrap">
      <TextInput
        aria-label="Name of the property"
        label="Name"
        size="xs"
        w={150}
        flex="none"
        value={line.name}
        error={isDouble ? 'twice' : undefined}
        onChange={({ currentTarget }) => onChange({ name: currentTarget.value })}
      />
      <Box flex={1} miw={0}>
        <ValueField field={field} label={line.name === '' ? 'Value' : line.name} />
      </Box>
      <ActionIcon
        variant="subtle"
        color="gray"
        mt={24}
        aria-label={`Leave ${line.name || 'it'} out`}
        onClick={onRemove}
      >
        <IconX size={16} />
      </ActionIcon>
    </Group>
  )
}
