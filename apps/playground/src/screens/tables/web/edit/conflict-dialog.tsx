/** Somebody else changed the entity meanwhile: both versions by property, to decide. */
import { Alert, Button, Group, Modal, Radio, Stack, Table, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { momentText } from '../../../../web/amounts.ts'
import { NameText } from '../../../../web/name-text.tsx'
import type { WireRow, WireValue } from '../../server/wire.ts'
import { keysLabel } from '../code.ts'
import { cellText } from '../values.ts'
import { type Choice, differences, isClash, rebased } from './conflict.ts'
import { type EntityDraft, propertyOf } from './drafts.ts'
import type { Conflict } from './save.ts'

export interface ConflictDialogProps {
  readonly conflict: Conflict | undefined
  /** How many are to be decided, this one included. */
  readonly left: number
  /** The draft over what is there now. */
  readonly onDecide: (draft: EntityDraft) => void
  /** What was typed is given up. */
  readonly onGiveUp: () => void
  /** Decided later: the draft stays. */
  readonly onClose: () => void
}

export function ConflictDialog(props: ConflictDialogProps): ReactNode {
  const { conflict, left, onClose } = props
  const more = left > 1 ? ` (${left} to decide)` : ''
  return (
    <Modal
      opened={conflict !== undefined}
      onClose={onClose}
      size="xl"
      title={`Somebody else changed it meanwhile${more}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {conflict === undefined ? null : conflict.now === null ? (
        <Deleted {...props} conflict={conflict} />
      ) : (
        <Both
          key={`${conflict.draft.partitionKey}/${conflict.draft.rowKey} ${conflict.now.etag}`}
          {...props}
          draft={conflict.draft}
          now={conflict.now}
        />
      )}
    </Modal>
  )
}

function Deleted({
  conflict: { draft },
  onGiveUp,
  onClose,
}: ConflictDialogProps & { readonly conflict: Conflict }): ReactNode {
  return (
    <Stack>
      <Alert color="orange" title="It was deleted">
        There is no entity <b className="breakable">{keysLabel(draft)}</b> any more. Add it anew, or
        give up what you typed.
      </Alert>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Keep what I typed for now
        </Button>
        <Button color="red" onClick={onGiveUp}>
          Give it up
        </Button>
      </Group>
    </Stack>
  )
}

function Both({
  draft,
  now,
  onDecide,
  onGiveUp,
  onClose,
}: ConflictDialogProps & { readonly draft: EntityDraft; readonly now: WireRow }): ReactNode {
  const [choices, setChoices] = useState<Readonly<Record<string, Choice>>>({})
  const all = differences(draft, now)
  const undecided = all.filter(
    (each) => isClash(each) && propertyOf(choices, each.name) === undefined,
  )
  return (
    <Stack gap="sm">
      <Text size="sm">
        <b className="breakable">{keysLabel(draft)}</b> was saved by somebody else at{' '}
        {momentText(now.modifiedAt)}. Nothing is overwritten: choose for each property that you
        changed.
      </Text>
      <Table.ScrollContainer minWidth={560}>
        <Table verticalSpacing="xs" aria-label="Both versions">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={140}>Property</Table.Th>
              <Table.Th>It was</Table.Th>
              <Table.Th>Mine</Table.Th>
              <Table.Th>Theirs, now</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {all.map((each) => {
              const { name, before, mine, theirs } = each
              const choice = propertyOf(choices, name) ?? (isClash(each) ? undefined : 'mine')
              const choose = (next: Choice): void => setChoices({ ...choices, [name]: next })
              return (
                <Table.Tr key={name}>
                  <Table.Th scope="row" className="breakable">
                    <NameText text={name} />
                  </Table.Th>
                  <Table.Td>
                    <Side value={before} />
                  </Table.Td>
                  <Table.Td>
                    <Radio
                      aria-label={`Mine for ${name}`}
                      name={`choice-${name}`}
                      checked={choice === 'mine'}
                      onChange={() => choose('mine')}
                      label={<Side value={mine} />}
                    />
                  </Table.Td>
                  <Table.Td>
                    <Radio
                      aria-label={`Theirs for ${name}`}
                      name={`choice-${name}`}
                      checked={choice === 'theirs'}
                      onChange={() => choose('theirs')}
                      label={<Side value={theirs} />}
                    />
                  </Table.Td>
                </Table.Tr>
              )
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Group justify="flex-end" gap="xs">
        <Text size="sm" c="dimmed" me="auto" role="status">
          {undecided.length === 0 ? '' : `${undecided.length} to choose`}
        </Text>
        <Button variant="default" onClick={onClose}>
          Decide later
        </Button>
        <Button variant="default" onClick={onGiveUp}>
          Take theirs
        </Button>
        <Button
          disabled={undecided.length > 0}
          onClick={() => onDecide(rebased(draft, now, choices))}
        >
          Save what I chose
        </Button>
      </Group>
    </Stack>
  )
}

function Side({ value }: { readonly value: WireValue | undefined }): ReactNode {
  if (value === undefined) {
    return (
      <Text size="sm" c="dimmed" fs="italic">
        missing
      </Text>
    )
  }
  return (
    <Text size="sm" className="breakable" lineClamp={6}>
      <NameText text={cellText(value)} />
      <Text span size="xs" c="dimmed">
        {' '}
        {value.type}
      </Text>
    </Text>
  )
}
