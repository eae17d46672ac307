import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { act } from '../../../web/actions.ts'
import { answer, client } from '../../../web/api.ts'
import { Late } from '../../../web/late.tsx'
import { type Problem, problemOf } from '../../../web/problem.ts'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import type { QueuesApi } from '../server/index.ts'
import type { HeldMessage, MessagePayload, TypedPayload } from '../server/wire.ts'
import { replaceText } from './code.ts'
import { KindField, payloadFault, PayloadField } from './payload-field.tsx'
import { readAnew, useMessageBytesMax } from './use-queues.ts'

/** Time to go on with the message, in s. */
const heldSeconds = 60

/** Puts another payload in the place of that of a message in hand. */
export function PayloadDialog({
  queue,
  message,
  onClose,
}: {
  readonly queue: string
  /** Undefined closes it. */
  readonly message: HeldMessage | undefined
  readonly onClose: () => void
}): ReactNode {
  const [last, setLast] = useState(message)
  if (message !== undefined && message !== last) setLast(message)
  return (
    <Modal
      opened={message !== undefined}
      onClose={onClose}
      title="Change the payload"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {last === undefined ? null : <Loading queue={queue} id={last.id} onClose={onClose} />}
    </Modal>
  )
}

function Loading({
  queue,
  id,
  onClose,
}: {
  readonly queue: string
  readonly id: string
  readonly onClose: () => void
}): ReactNode {
  const { data, error } = useQuery({
    queryKey: ['queue-edited', queue, id],
    gcTime: 0,
    queryFn: ({ signal }): Promise<MessagePayload> =>
      answer(
        client<QueuesApi>('queues').held.payload.$get(
          { query: { queue, id } },
          { init: { signal } },
        ),
      ),
  })
  if (error !== null) return <ProblemNotice problem={problemOf(error)} />
  if (data === undefined) return <Late>Reading the payload…</Late>
  return <Form queue={queue} id={id} before={data} onClose={onClose} />
}

function Form({
  queue,
  id,
  before,
  onClose,
}: {
  readonly queue: string
  readonly id: string
  readonly before: MessagePayload
  readonly onClose: () => void
}): ReactNode {
  const queries = useQueryClient()
  const messageBytesMax = useMessageBytesMax()
  const [payload, setPayload] = useState<TypedPayload>(() => typedOf(before))
  const [isTried, setTried] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const replace = async (): Promise<void> => {
    setTried(true)
    setProblem(undefined)
    if (isBusy || payloadFault(payload) !== undefined) return
    setBusy(true)
    try {
      const json = { queue, id, payload, visibilitySeconds: heldSeconds }
      await act(replaceText(queue, payload, heldSeconds), (action) =>
        answer(client<QueuesApi>('queues', action).held.replace.$post({ json })),
      )
      onClose()
      await readAnew(queries)
    } catch (error) {
      setProblem(problemOf(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Stack gap="sm">
      {isTyped(before) ? null : (
        <Text size="sm">
          The payload is no text that could be changed here; what you type replaces it.
        </Text>
      )}
      <Group gap="xs">
        <KindField
          kind={payload.kind}
          onChange={(kind) => setPayload({ kind, text: payload.text })}
        />
      </Group>
      <PayloadField
        payload={payload}
        onChange={setPayload}
        isFaultShown={isTried}
        messageBytesMax={messageBytesMax}
        onSubmit={() => void replace()}
      />
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
      <Group justify="flex-end" gap="xs">
        <Text size="xs" c="dimmed" flex={1}>
          You hold it for {heldSeconds} s from then on.
        </Text>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button loading={isBusy} onClick={() => void replace()}>
          Change
        </Button>
      </Group>
    </Stack>
  )
}

function isTyped({ kind, isCut }: MessagePayload): boolean {
  return !isCut && (kind === 'json' || kind === 'text')
}

function typedOf(before: MessagePayload): TypedPayload {
  if (!isTyped(before)) return { kind: 'json', text: '{}' }
  return { kind: before.kind === 'text' ? 'text' : 'json', text: before.text }
}
