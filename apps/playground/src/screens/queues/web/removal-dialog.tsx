import { Alert, Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { act } from '../../../web/actions.ts'
import { countText } from '../../../web/amounts.ts'
import { answer, client } from '../../../web/api.ts'
import { type Problem, problemOf, tellProblem } from '../../../web/problem.ts'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import type { QueuesApi } from '../server/index.ts'
import type { QueueState } from '../server/wire.ts'
import { clearText, deleteQueueText } from './code.ts'
import { poisonOf } from './names.ts'
import { giveUpAnswers, readAnew, readListAnew } from './use-queues.ts'
import { useStillShown } from './use-still-shown.ts'

export type Removal = 'clear' | 'delete'

/** Asks before messages go that nothing brings back. */
export function RemovalDialog({
  removal,
  state,
  onClose,
  onGoing,
  onGone,
}: {
  readonly removal: Removal | undefined
  readonly state: QueueState
  readonly onClose: () => void
  /** The queue is being deleted, or stays after all. */
  readonly onGoing: (isGoing: boolean) => void
  /** The queue is not there any more. */
  readonly onGone: () => void
}): ReactNode {
  // Stays in sight while it is closing.
  const [last, setLast] = useState(removal)
  if (removal !== undefined && removal !== last) setLast(removal)
  const title = last === 'delete' ? 'Delete' : 'Clear'
  return (
    <Modal
      opened={removal !== undefined}
      onClose={onClose}
      title={`${title} ${state.queue}?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {last === undefined ? null : (
        <RemovalForm
          removal={last}
          state={state}
          onClose={onClose}
          onGoing={onGoing}
          onGone={onGone}
        />
      )}
    </Modal>
  )
}

function RemovalForm({
  removal,
  state: { queue, length, inFlight, poison, consumers },
  onClose,
  onGoing,
  onGone,
}: {
  readonly removal: Removal
  readonly state: QueueState
  readonly onClose: () => void
  readonly onGoing: (isGoing: boolean) => void
  readonly onGone: () => void
}): ReactNode {
  const queries = useQueryClient()
  const isStillShown = useStillShown()
  const [isPoisonToo, setPoisonToo] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const isDelete = removal === 'delete'
  const proceed = async (): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    try {
      if (isDelete) {
        onGoing(true)
        await giveUpAnswers(queries, queue)
        await deleteQueue(queue, isPoisonToo)
        onGone()
        await readListAnew(queries)
      } else {
        await clear(queue)
        onClose()
        await readAnew(queries)
      }
    } catch (error) {
      onGoing(false)
      if (isStillShown()) setProblem(problemOf(error))
      else tellProblem(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Stack gap="sm">
      <Text size="sm" className="tabular">
        {messagesText(length)} {length === 1 ? 'goes' : 'go'}
        {inFlight === 0 ? '' : `, ${countText(inFlight)} in flight among them`}.
        {isDelete && consumers > 0 ? ' Its consumers are stopped.' : ''}
      </Text>
      <Alert
        color="orange"
        icon={<IconAlertTriangle />}
        title={<Text inherit c="var(--mantine-color-text)" children="This cannot be undone" />}
        p="xs"
      >
        A queue gives back nothing that was deleted.
      </Alert>
      {isDelete && poison !== null ? (
        <Checkbox
          checked={isPoisonToo}
          onChange={({ currentTarget }) => setPoisonToo(currentTarget.checked)}
          label={`Delete ${poisonOf(queue)} as well, with ${messagesText(poison)}`}
        />
      ) : null}
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose} data-autofocus>
          Cancel
        </Button>
        <Button color="red" loading={isBusy} onClick={() => void proceed()}>
          {isDelete ? 'Delete' : 'Clear'}
        </Button>
      </Group>
    </Stack>
  )
}

export function messagesText(count: number): string {
  return `${countText(count)} ${count === 1 ? 'message' : 'messages'}`
}

function deleteQueue(queue: string, isPoisonToo: boolean): Promise<unknown> {
  return act(deleteQueueText(queue, isPoisonToo), (id) =>
    answer(
      client<QueuesApi>('queues', id).queues.$delete({
        query: { queue, poison: isPoisonToo ? 'true' : 'false' },
      }),
    ),
  )
}

export function clear(queue: string): Promise<unknown> {
  return act(clearText(queue), (id) =>
    answer(client<QueuesApi>('queues', id).clear.$post({ json: { queue } })),
  )
}
