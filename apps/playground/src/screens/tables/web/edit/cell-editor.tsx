/** The editor of one property, over its cell. What it keeps is a draft, until it is saved. */
import { Button, Group, Popover, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Late } from '../../../../web/late.tsx'
import { ProblemText } from '../../../../web/problem-text.tsx'
import { problemOf } from '../../../../web/problem.ts'
import type { WireRow, WireValue } from '../../server/wire.ts'
import { getEntity } from '../requests.ts'
import { rowId } from '../rows.ts'
import { draftsOf, editProperty, propertyOf } from './drafts.ts'
import { useTypedField, ValueField } from './value-field.tsx'

export interface CellEditorProps {
  readonly table: string
  readonly row: WireRow
  readonly name: string
  readonly onClose: () => void
  /** What it stands over. */
  readonly children: ReactNode
}

export function CellEditor({ children, ...props }: CellEditorProps): ReactNode {
  return (
    <Popover
      opened
      onChange={(isOpen) => {
        if (!isOpen) props.onClose()
      }}
      width={340}
      position="bottom-start"
      trapFocus
      returnFocus={false}
      withArrow
      shadow="md"
    >
      <Popover.Target>{children}</Popover.Target>
      <Popover.Dropdown
        aria-label={`Edit ${props.name}`}
        // Keys of the grid mean nothing in here.
        onKeyDown={(event) => event.stopPropagation()}
        onClick={(event) => event.stopPropagation()}
      >
        <Content {...props} />
      </Popover.Dropdown>
    </Popover>
  )
}

type ContentProps = Omit<CellEditorProps, 'children'>

/** A value that is cut in the grid is read whole first. */
function Content(props: ContentProps): ReactNode {
  const { table, row, name } = props
  const cell = propertyOf(row.properties, name)
  const draft = draftsOf(table).get(rowId(row))
  const isDrafted = draft !== undefined && Object.hasOwn(draft.edits, name)
  const isCut = cell?.wholeLength !== undefined && !isDrafted
  const { data, error } = useQuery({
    queryKey: ['tables', 'whole', table, rowId(row), row.etag],
    queryFn: ({ signal }) =>
      getEntity(table, { partitionKey: row.partitionKey, rowKey: row.rowKey }, signal),
    enabled: isCut,
    gcTime: 0,
  })
  if (!isCut) {
    const before = isDrafted ? propertyOf(draft.before, name) : cell
    const value = isDrafted ? (propertyOf(draft.edits, name) ?? undefined) : cell
    return <Editor {...props} value={value} before={before} />
  }
  if (error !== null) return <ProblemText problem={problemOf(error)} />
  if (data === undefined) return <Late>Reading the whole value…</Late>
  const whole = propertyOf(data.properties, name)
  // Another version by now: the draft is over that one.
  return <Editor {...props} row={{ ...row, etag: data.etag }} value={whole} before={whole} />
}

function Editor({
  table,
  row,
  name,
  onClose,
  value,
  before,
}: ContentProps & {
  readonly value: WireValue | undefined
  readonly before: WireValue | undefined
}): ReactNode {
  const field = useTypedField(value ?? { type: 'string', text: '' })
  const { typed } = field
  const keep = (): void => {
    if (!('value' in typed)) return
    editProperty(table, row, name, typed.value, before)
    onClose()
  }
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600} className="breakable">
        {name}
        {value === undefined ? (
          <Text span size="xs" c="dimmed" fw={400}>
            {' '}
            is missing here
          </Text>
        ) : null}
      </Text>
      <ValueField field={field} label={name} hasFocus onEnter={keep} />
      <Group gap="xs" justify="space-between">
        {value === undefined ? (
          <span />
        ) : (
          <Button
            size="compact-sm"
            variant="subtle"
            color="red"
            onClick={() => {
              editProperty(table, row, name, null, before)
              onClose()
            }}
          >
            Remove it
          </Button>
        )}
        <Group gap="xs">
          <Button size="compact-sm" variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button size="compact-sm" onClick={keep} disabled={'fault' in typed}>
            Keep
          </Button>
        </Group>
      </Group>
    </Stack>
  )
}
