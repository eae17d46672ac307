/** The entity that is open: its values whole, each with its type, to read and to change. */
import {
  ActionIcon,
  Alert,
  Button,
  CloseButton,
  CopyButton,
  Group,
  Stack,
  Text,
  TextInput,
  Title,
  Tooltip,
} from '@mantine/core'
import { IconCheck, IconCopy, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { countText, momentText } from '../../../../web/amounts.ts'
import { CodePopover } from '../../../../web/code-popover.tsx'
import { Late } from '../../../../web/late.tsx'
import { NameText } from '../../../../web/name-text.tsx'
import { ProblemNotice } from '../../../../web/problem-text.tsx'
import { problemOf } from '../../../../web/problem.ts'
import type { WireKeys, WireRow, WireValue } from '../../server/wire.ts'
import { getText, keysLabel } from '../code.ts'
import { editProperty, type EntityDraft, propertyOf, withDraft } from '../edit/drafts.ts'
import { useTypedField, ValueField } from '../edit/value-field.tsx'
import { getEntity } from '../requests.ts'
import { bytesOf, editedText, spacedHex } from '../values.ts'
import classes from './entity-panel.module.css'

export interface EntityPanelProps {
  readonly table: string
  readonly keys: WireKeys
  /** The version that the list knows: another one is read anew. */
  readonly listed: WireRow | undefined
  readonly draft: EntityDraft | undefined
  readonly onClose: () => void
  readonly onDelete: (row: WireRow) => void
}

export function EntityPanel(props: EntityPanelProps): ReactNode {
  const { table, keys, listed, draft, onClose, onDelete } = props
  const { partitionKey, rowKey } = keys
  const { data, error } = useQuery<WireRow>({
    queryKey: ['tables', 'entity', table, partitionKey, rowKey, listed?.etag],
    queryFn: ({ signal }) => getEntity(table, keys, signal),
    // The version before is shown until the next one is there.
    placeholderData: (before): WireRow | undefined =>
      before?.partitionKey === partitionKey && before.rowKey === rowKey ? before : undefined,
    gcTime: 0,
  })
  return (
    <aside className={classes['panel']} aria-label="The open entity">
      <Group justify="space-between" wrap="nowrap" align="flex-start" className={classes['head']}>
        <Title order={2} size="h6" className="breakable">
          <NameText text={keysLabel(keys)} />
        </Title>
        <Group gap={4} wrap="nowrap">
          <CodePopover text={getText(table, keys)} />
          {data === undefined ? null : (
            <Tooltip label="Delete the entity" withArrow>
              <ActionIcon
                variant="subtle"
                color="red"
                aria-label="Delete the entity"
                onClick={() => onDelete(data)}
              >
                <IconTrash size={17} />
              </ActionIcon>
            </Tooltip>
          )}
          <CloseButton onClick={onClose} aria-label="Close the entity" />
        </Group>
      </Group>
      <div className={classes['body']}>
        {error !== null ? (
          <ProblemNotice problem={problemOf(error)} />
        ) : data === undefined ? (
          <Late>Reading the entity…</Late>
        ) : (
          <Properties table={table} row={data} draft={draft} />
        )}
      </div>
    </aside>
  )
}

function Properties({
  table,
  row,
  draft,
}: {
  readonly table: string
  readonly row: WireRow
  readonly draft: EntityDraft | undefined
}): ReactNode {
  const [editing, setEditing] = useState<string>()
  const [isAdding, setAdding] = useState(false)
  const shown = withDraft(row.properties, draft)
  const removed = Object.entries(draft?.edits ?? {}).filter(([, edit]) => edit === null)
  return (
    <Stack gap={0}>
      <Text size="xs" c="dimmed" px="md" pb="xs" className="tabular">
        Changed {momentText(row.modifiedAt)}, version <code className="breakable">{row.etag}</code>
      </Text>
      {draft !== undefined && draft.etag !== row.etag ? (
        <Alert color="orange" mx="md" mb="xs" p="xs">
          Somebody else changed it since you did. What you typed is kept; saving shows both.
        </Alert>
      ) : null}
      <dl className={classes['properties']}>
        {Object.entries(shown).map(([name, value]) => (
          <Property
            key={name}
            name={name}
            value={value}
            isEdited={propertyOf(draft?.edits ?? {}, name) !== undefined}
            isEditing={editing === name}
            onEditing={(isEditing) => setEditing(isEditing ? name : undefined)}
            onEdit={(edit) => {
              editProperty(table, row, name, edit, propertyOf(row.properties, name))
              setEditing(undefined)
            }}
          />
        ))}
        {removed.map(([name]) => (
          <div key={name} className={classes['property']} data-edited>
            <dt>
              <s className="breakable">{name}</s>
              <Button
                size="compact-xs"
                variant="subtle"
                onClick={() =>
                  editProperty(table, row, name, undefined, propertyOf(row.properties, name))
                }
              >
                Keep it
              </Button>
            </dt>
          </div>
        ))}
      </dl>
      {isAdding ? (
        <AddProperty
          isTaken={(name) => Object.hasOwn(shown, name)}
          onAdd={(name, value) => {
            editProperty(table, row, name, value, propertyOf(row.properties, name))
            setAdding(false)
          }}
          onCancel={() => setAdding(false)}
        />
      ) : (
        <Group px="md" py="xs">
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => setAdding(true)}
          >
            Property
          </Button>
        </Group>
      )}
    </Stack>
  )
}

function Property({
  name,
  value,
  isEdited,
  isEditing,
  onEditing,
  onEdit,
}: {
  readonly name: string
  readonly value: WireValue
  readonly isEdited: boolean
  readonly isEditing: boolean
  readonly onEditing: (isEditing: boolean) => void
  /** Null: remove it; undefined: as it was. */
  readonly onEdit: (edit: WireValue | null | undefined) => void
}): ReactNode {
  return (
    <div className={classes['property']} data-edited={isEdited || undefined}>
      <dt>
        <span className="breakable">
          <NameText text={name} />
        </span>
        <span className={classes['type']}>{value.type}</span>
        {isEditing ? null : (
          <span className={classes['tools']}>
            <CopyButton value={editedText(value)}>
              {({ copied, copy }) => (
                <ActionIcon
                  size="sm"
                  variant="subtle"
                  color="gray"
                  aria-label={copied ? 'Copied' : `Copy ${name}`}
                  onClick={copy}
                >
                  {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
                </ActionIcon>
              )}
            </CopyButton>
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              aria-label={`Edit ${name}`}
              onClick={() => onEditing(true)}
            >
              <IconPencil size={14} />
            </ActionIcon>
          </span>
        )}
      </dt>
      <dd>
        {isEditing ? (
          <Editor
            name={name}
            value={value}
            isEdited={isEdited}
            onEdit={onEdit}
            onCancel={() => onEditing(false)}
          />
        ) : (
          <Whole value={value} />
        )}
      </dd>
    </div>
  )
}

function Editor({
  name,
  value,
  isEdited,
  onEdit,
  onCancel,
}: {
  readonly name: string
  readonly value: WireValue
  readonly isEdited: boolean
  readonly onEdit: (edit: WireValue | null | undefined) => void
  readonly onCancel: () => void
}): ReactNode {
  const field = useTypedField(value)
  const { typed } = field
  const keep = (): void => {
    if ('value' in typed) onEdit(typed.value)
  }
  return (
    <Stack gap="xs" onKeyDown={(event) => event.key === 'Escape' && onCancel()}>
      <ValueField field={field} label={name} onEnter={keep} />
      <Group gap="xs">
        <Button size="compact-xs" onClick={keep} disabled={'fault' in typed}>
          Keep
        </Button>
        <Button size="compact-xs" variant="default" onClick={onCancel}>
          Cancel
        </Button>
        {isEdited ? (
          <Button size="compact-xs" variant="default" onClick={() => onEdit(undefined)}>
            As it was
          </Button>
        ) : null}
        <Button
          size="compact-xs"
          variant="subtle"
          color="red"
          ms="auto"
          onClick={() => onEdit(null)}
        >
          Remove it
        </Button>
      </Group>
    </Stack>
  )
}

/** A value, whole; a very long one scrolls in its own box. */
function Whole({ value }: { readonly value: WireValue }): ReactNode {
  const { type, text } = value
  if (text === '') return <em className={classes['empty']}>empty</em>
  if (type === 'bytes') {
    const { length } = bytesOf(text)
    return (
      <>
        <span className={classes['amount']}>{countText(length)} bytes</span>
        <pre className={classes['long']} tabIndex={length > 400 ? 0 : undefined}>
          {spacedHex(text)}
        </pre>
      </>
    )
  }
  if (type === 'string' && (text.length > 120 || text.includes('\n'))) {
    return (
      <>
        <span className={classes['amount']}>{countText(text.length)} characters</span>
        <pre className={classes['long']} tabIndex={text.length > 1000 ? 0 : undefined}>
          <NameText text={text} />
        </pre>
      </>
    )
  }
  return (
    <span className={`breakable ${type === 'string' ? '' : classes['exact']}`}>
      <NameText text={type === 'bigint' ? `${text}n` : text} />
    </span>
  )
}

function AddProperty({
  isTaken,
  onAdd,
  onCancel,
}: {
  readonly isTaken: (name: string) => boolean
  readonly onAdd: (name: string, value: WireValue) => void
  readonly onCancel: () => void
}): ReactNode {
  const [name, setName] = useState('')
  const field = useTypedField({ type: 'string', text: '' })
  const { typed } = field
  const trimmed = name.trim()
  const fault = isTaken(trimmed)
    ? 'The entity has it already.'
    : trimmed === '' || /^[\p{L}_][\p{L}\p{Nd}_]*$/u.test(trimmed)
      ? undefined
      : 'Letters, digits and _, and no digit first.'
  const isReady = trimmed !== '' && fault === undefined && 'value' in typed
  const add = (): void => {
    if (isReady) onAdd(trimmed, typed.value)
  }
  return (
    <Stack gap="xs" px="md" py="xs" className={classes['adding']}>
      <TextInput
        size="xs"
        label="Name of the property"
        value={name}
        error={fault}
        autoFocus
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
      <ValueField field={field} label={trimmed === '' ? 'Value' : trimmed} onEnter={add} />
      <Group gap="xs">
        <Button size="compact-xs" onClick={add} disabled={!isReady}>
          Keep
        </Button>
        <Button size="compact-xs" variant="default" onClick={onCancel}>
          Cancel
        </Button>
      </Group>
    </Stack>
  )
}
