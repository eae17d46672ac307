import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { IconArrowBackUp, IconTrash } from '@tabler/icons-react'
import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { type ActionText, perform } from '../../../web/actions.ts'
import { countText, momentText } from '../../../web/amounts.ts'
import { answer, client } from '../../../web/api.ts'
import { Empty } from '../../../web/empty.tsx'
import { Late } from '../../../web/late.tsx'
import { NameText } from '../../../web/name-text.tsx'
import { ProblemNotice, ProblemText } from '../../../web/problem-text.tsx'
import { problemOf, tellProblem } from '../../../web/problem.ts'
import { useView } from '../../../web/view.ts'
import type { QueuesApi } from '../server/index.ts'
import type { MessageSummary, PoisonReport } from '../server/wire.ts'
import { ConfirmButton } from '../../../web/confirm-button.tsx'
import { discardText, lookText, requeueAllText, requeueText } from './code.ts'
import { MessagePanel } from './message-panel.tsx'
import { MessageList } from './message-list.tsx'
import classes from './message-list.module.css'
import { refocus } from './messages-view.tsx'
import { shortId } from './log-text.ts'
import { poisonedBy } from './names.ts'
import { clear, messagesText } from './removal-dialog.tsx'
import screen from './screen.ts'
import { readAnew, useMessages } from './use-queues.ts'

/** Messages that were given up: why, and what becomes of them. */
export function PoisonView({
  queue,
  count,
}: {
  /** The poison queue. */
  readonly queue: string
  /** Null when there is no such queue. */
  readonly count: number | null
}): ReactNode {
  if (count === null) {
    return (
      <Empty title="Nothing was given up">
        A message that fails too often goes to {queue}, which is made then.
      </Empty>
    )
  }
  return <Poison queue={queue} count={count} />
}

function Poison({ queue, count }: { readonly queue: string; readonly count: number }): ReactNode {
  const [{ message: openId }, setView] = useView(screen)
  const { data, error } = useMessages(queue)
  const open = (id: string | undefined): void => setView({ message: id })
  if (error !== null && data === undefined) return <ProblemNotice problem={problemOf(error)} />
  if (data === undefined) return <Late>Looking into the poison queue…</Late>
  const { messages } = data
  if (messages.length === 0 && openId === undefined) {
    return (
      <Empty title={count === 0 ? 'Nothing is given up' : 'Nothing is visible just now'}>
        A message that fails too often goes to {queue}, with its error and where it came from.
      </Empty>
    )
  }
  return (
    <>
      <PoisonBar queue={queue} count={Math.max(count, messages.length)} shown={messages.length} />
      <div className={classes['split']} data-open={openId !== undefined || undefined}>
        <MessageList
          label={`Messages of ${queue}`}
          messages={messages}
          openId={openId}
          onOpen={(id) => open(id === openId ? undefined : id)}
          metaOf={(message) => metaOf(message, poisonedBy(queue))}
          actionsOf={(message) => <PoisonButtons queue={queue} message={message} />}
        />
        {openId === undefined ? null : (
          <MessagePanel
            queue={queue}
            id={openId}
            message={messages.find(({ id }) => id === openId)}
            text={lookText(queue, openId)}
            ask={(action, signal) =>
              answer(
                client<QueuesApi>('queues', action).message.$get(
                  { query: { queue, id: openId } },
                  { init: { signal } },
                ),
              )
            }
            onClose={() => {
              open(undefined)
              refocus(openId)
            }}
          />
        )}
      </div>
    </>
  )
}

/** @param ofQueue Whose messages end here. */
function metaOf({ origin, insertedAt }: MessageSummary, ofQueue: string | undefined): ReactNode {
  if (origin === null) return <span>given up {momentText(insertedAt)}, nobody said why</span>
  const { error, id, queue, dequeueCount, poisonedAt } = origin
  return (
    <>
      <span className={`${classes['bad']} breakable`}>
        <NameText text={`${error.name}: ${error.message}`} />
      </span>
      <span title={id}>
        was message {shortId(id)}
        {queue === ofQueue ? '' : ` in ${queue}`}
      </span>
      <span>{dequeueCount === 1 ? '1 try' : `${dequeueCount} tries`}</span>
      <span>given up {momentText(new Date(poisonedAt))}</span>
    </>
  )
}

/** Runs an action, and reads anew what it changed. */
function useRun(): (
  text: ActionText,
  ask: (api: ReturnType<typeof client<QueuesApi>>) => Promise<unknown>,
) => Promise<void> {
  const queries = useQueryClient()
  return async (text, ask) => {
    await perform(text, (action) => ask(client<QueuesApi>('queues', action)))
    await readAnew(queries)
  }
}

function PoisonButtons({
  queue,
  message: { id, origin },
}: {
  readonly queue: string
  readonly message: MessageSummary
}): ReactNode {
  const run = useRun()
  const [isBusy, setBusy] = useState(false)
  const json = { queue, id }
  const start = async (
    text: ActionText,
    ask: (api: ReturnType<typeof client<QueuesApi>>) => Promise<unknown>,
  ): Promise<void> => {
    setBusy(true)
    await run(text, ask)
    setBusy(false)
  }
  const to = origin?.queue ?? poisonedBy(queue) ?? ''
  return (
    <Group gap={4} wrap="nowrap">
      <Button
        size="compact-xs"
        variant="default"
        disabled={isBusy}
        leftSection={<IconArrowBackUp size={12} aria-hidden />}
        aria-label={`Send back message ${id} to ${to}`}
        onClick={() =>
          void start(requeueText(queue, id), (api) => answer(api.poison.requeue.$post({ json })))
        }
      >
        Send back
      </Button>
      <ConfirmButton
        label="Discard"
        name={`Discard message ${id}`}
        question="The message goes, and nothing brings it back."
        isBusy={isBusy}
        onConfirm={() =>
          void start(discardText(queue, id), (api) => answer(api.poison.discard.$post({ json })))
        }
      />
    </Group>
  )
}

function PoisonBar({
  queue,
  count,
  shown,
}: {
  readonly queue: string
  readonly count: number
  readonly shown: number
}): ReactNode {
  const queries = useQueryClient()
  const [isBusy, setBusy] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const [report, setReport] = useState<PoisonReport>()
  const sendAllBack = async (): Promise<void> => {
    setBusy(true)
    const told = await perform(
      requeueAllText(queue),
      (id) =>
        answer(
          client<QueuesApi>('queues', id).poison['requeue-all'].$post({ json: { queue } }),
        ) as Promise<PoisonReport>,
    )
    setReport(told)
    setBusy(false)
    // The bar goes with the last message.
    if (told !== undefined && told.moved > 0) tellSentBack(told.moved)
    await readAnew(queries)
  }
  return (
    <div className={classes['bar']}>
      <Text size="sm" c="dimmed" className="tabular" flex="1 1 240px">
        {shown < count
          ? `The first ${countText(shown)} of ${messagesText(count)}`
          : messagesText(count)}{' '}
        in <span className="mono">{queue}</span>
      </Text>
      <Group gap={6}>
        <Button
          size="xs"
          variant="default"
          loading={isBusy}
          leftSection={<IconArrowBackUp size={14} aria-hidden />}
          onClick={() => void sendAllBack()}
        >
          Send all back
        </Button>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconTrash size={14} aria-hidden />}
          onClick={() => setAsking(true)}
        >
          Discard all
        </Button>
      </Group>
      <Report report={report} />
      <DiscardDialog
        queue={queue}
        count={count}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
      />
    </div>
  )
}

function tellSentBack(count: number): void {
  notifications.show({
    withBorder: true,
    closeButtonProps: { 'aria-label': 'Close' },
    message: `${messagesText(count)} sent back.`,
  })
}

function Report({ report }: { readonly report: PoisonReport | undefined }): ReactNode {
  if (report?.problem === undefined) return null
  return (
    <div role="status">
      <Text size="sm" fw={600}>
        {messagesText(report.failed)} could not be sent back:
      </Text>
      <ProblemText problem={report.problem} />
    </div>
  )
}

function DiscardDialog({
  queue,
  count,
  isOpen,
  onClose,
}: {
  readonly queue: string
  readonly count: number
  readonly isOpen: boolean
  readonly onClose: () => void
}): ReactNode {
  const queries = useQueryClient()
  const [isBusy, setBusy] = useState(false)
  const discard = async (): Promise<void> => {
    setBusy(true)
    try {
      await clear(queue)
      onClose()
      await readAnew(queries)
    } catch (error) {
      tellProblem(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title="Discard all that was given up?"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="sm">
        <Text size="sm" className="tabular">
          {messagesText(count)} of {queue} {count === 1 ? 'goes' : 'go'}. This cannot be undone.
        </Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button color="red" loading={isBusy} onClick={() => void discard()}>
            Discard all
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
