import { Button, Group, NumberInput, Text } from '@mantine/core'
import { IconHandGrab } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { perform } from '../../../web/actions.ts'
import { bytesText, countText, momentText } from '../../../web/amounts.ts'
import { answer, client } from '../../../web/api.ts'
import { Empty } from '../../../web/empty.tsx'
import { Late } from '../../../web/late.tsx'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import { problemOf } from '../../../web/problem.ts'
import { useView } from '../../../web/view.ts'
import type { QueuesApi } from '../server/index.ts'
import type { MessageSummary, QueueDetail } from '../server/wire.ts'
import { lookText, receiveText } from './code.ts'
import { MessagePanel, timesText } from './message-panel.tsx'
import { MessageList } from './message-list.tsx'
import classes from './message-list.module.css'
import screen from './screen.ts'
import { useMessages } from './use-queues.ts'
import { useStillShown } from './use-still-shown.ts'

/** Seconds that a message is held which is received here. */
const heldDefault = 60

/** The first messages that are visible, and a way to receive some by hand. */
export function MessagesView({
  queue,
  detail: { state },
}: {
  readonly queue: string
  readonly detail: QueueDetail
}): ReactNode {
  const { data, error } = useMessages(queue)
  const waiting = state.length - state.inFlight
  const shown = data?.messages.length ?? 0
  return (
    <>
      <div className={classes['bar']}>
        <Text size="sm" c="dimmed" className="tabular" flex="1 1 240px">
          {shownText(shown, waiting)}
        </Text>
        <ReceiveForm queue={queue} isEmpty={waiting === 0} />
      </div>
      <Look queue={queue} messages={data?.messages} error={error} waiting={waiting} />
    </>
  )
}

function shownText(shown: number, waiting: number): string {
  if (shown === 0) return 'Looking takes nothing: a message stays visible to all.'
  const first = `The first ${countText(shown)} that are visible`
  return `${first}, of ${countText(Math.max(waiting, shown))} waiting; looking takes nothing.`
}

function Look({
  queue,
  messages,
  error,
  waiting,
}: {
  readonly queue: string
  readonly messages: readonly MessageSummary[] | undefined
  readonly error: Error | null
  readonly waiting: number
}): ReactNode {
  const [{ message: openId }, setView] = useView(screen)
  const open = (id: string | undefined): void => setView({ message: id })
  if (error !== null && messages === undefined) return <ProblemNotice problem={problemOf(error)} />
  if (messages === undefined) return <Late>Looking into the queue…</Late>
  if (messages.length === 0 && openId === undefined) {
    return waiting === 0 ? (
      <Empty title="Nothing waits here">“Send” puts messages in.</Empty>
    ) : (
      <Empty title="Nothing is visible just now">
        {countText(waiting)} wait for their delay, or for another try, or somebody else holds them.
      </Empty>
    )
  }
  return (
    <div className={classes['split']} data-open={openId !== undefined || undefined}>
      <MessageList
        label={`Messages of ${queue}`}
        messages={messages}
        openId={openId}
        onOpen={(id) => open(id === openId ? undefined : id)}
        metaOf={metaOf}
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
  )
}

function metaOf({ dequeueCount, insertedAt, expiresAt, bytes }: MessageSummary): ReactNode {
  return (
    <>
      <span>{dequeueCount === 0 ? 'not received yet' : `received ${timesText(dequeueCount)}`}</span>
      <span>sent {momentText(insertedAt)}</span>
      <span>{expiresAt === null ? 'never expires' : `expires ${momentText(expiresAt)}`}</span>
      {bytes === null ? null : <span>{bytesText(bytes)}</span>}
    </>
  )
}

/** The keyboard goes on where the message was opened. */
export function refocus(id: string): void {
  setTimeout(() => {
    const row = document.querySelector(`[data-message="${CSS.escape(id)}"]`)
    row?.querySelector('button')?.focus()
  })
}

function ReceiveForm({
  queue,
  isEmpty,
}: {
  readonly queue: string
  readonly isEmpty: boolean
}): ReactNode {
  const [, setView] = useView(screen)
  const [seconds, setSeconds] = useState<number | string>(heldDefault)
  const [isBusy, setBusy] = useState(false)
  const [isMissed, setMissed] = useState(false)
  const isStillShown = useStillShown()
  const visibilitySeconds = Number(seconds) || heldDefault
  const receive = async (): Promise<void> => {
    setBusy(true)
    const received = await perform(receiveText(queue, 1, visibilitySeconds), (id) =>
      answer(
        client<QueuesApi>('queues', id).held.$post({ json: { queue, max: 1, visibilitySeconds } }),
      ),
    )
    setBusy(false)
    if (received === undefined) return
    const [message] = received
    setMissed(message === undefined)
    if (message !== undefined && isStillShown()) setView({ show: 'hand', message: message.id })
  }
  return (
    <Group gap={6}>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconHandGrab size={14} aria-hidden />}
        loading={isBusy}
        disabled={isEmpty}
        onClick={() => void receive()}
      >
        Receive one
      </Button>
      <Text size="xs" c="dimmed">
        and hold it for
      </Text>
      <NumberInput
        size="xs"
        w={84}
        aria-label="Seconds to hold it"
        min={1}
        max={3600}
        clampBehavior="strict"
        allowDecimal={false}
        suffix=" s"
        value={seconds}
        onChange={setSeconds}
      />
      <Text size="xs" role="status">
        {isMissed ? 'Nothing was visible.' : ''}
      </Text>
    </Group>
  )
}
