import { ActionIcon, Badge, Button, Tabs, Title, Tooltip } from '@mantine/core'
import { IconArrowLeft, IconEraser, IconSend, IconTrash } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { countText } from '../../../web/amounts.ts'
import { Empty } from '../../../web/empty.tsx'
import { Late } from '../../../web/late.tsx'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import { problemOf } from '../../../web/problem.ts'
import { useView } from '../../../web/view.ts'
import type { QueueDetail } from '../server/wire.ts'
import { ConsumersView } from './consumers-view.tsx'
import { HandView } from './hand-view.tsx'
import { Machine } from './machine.tsx'
import { MessagesView } from './messages-view.tsx'
import { poisonOf } from './names.ts'
import { PoisonView } from './poison-view.tsx'
import classes from './queue-pane.module.css'
import { type Removal, RemovalDialog } from './removal-dialog.tsx'
import screen from './screen.ts'
import { SendDialog } from './send-dialog.tsx'
import { QueueGoing, readAnew, useQueueDetail } from './use-queues.ts'
import { useStillShown } from './use-still-shown.ts'

/** A queue: where its messages are, and what one can do with them. */
export function QueuePane({
  queue,
  onClose,
}: {
  readonly queue: string
  readonly onClose: () => void
}): ReactNode {
  const [isGoing, setGoing] = useState(false)
  const { data, error } = useQueueDetail(queue, isGoing)
  const [{ mode }, setView] = useView(screen)
  const [removal, setRemoval] = useState<Removal>()
  const queries = useQueryClient()
  const isStillShown = useStillShown()
  const isGone = error !== null && problemOf(error).code === 'NOT_FOUND'
  return (
    <section className={classes['pane']} aria-label={`Queue ${queue}`}>
      <header className={classes['head']}>
        <div className={classes['name']}>
          <Tooltip label="Back to the queues" withArrow>
            <ActionIcon
              variant="default"
              className={classes['close']}
              aria-label="Back to the queues"
              onClick={onClose}
            >
              <IconArrowLeft size={18} />
            </ActionIcon>
          </Tooltip>
          <Title order={2} size="h4" className="breakable" lineClamp={2}>
            {queue}
          </Title>
        </div>
        <Button
          size="xs"
          leftSection={<IconSend size={14} aria-hidden />}
          classNames={{ section: classes['icon']! }}
          disabled={isGone}
          onClick={() => setView({ mode: 'send' })}
        >
          Send
        </Button>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconEraser size={14} aria-hidden />}
          classNames={{ section: classes['icon']! }}
          disabled={isGone}
          onClick={() => setRemoval('clear')}
        >
          Clear
        </Button>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconTrash size={14} aria-hidden />}
          classNames={{ section: classes['icon']! }}
          disabled={isGone}
          onClick={() => setRemoval('delete')}
        >
          Delete
        </Button>
      </header>
      {isGone ? (
        <Empty title="There is no such queue">
          <b className="breakable">{queue}</b> was deleted, or never there. Choose another one, or
          create it.
        </Empty>
      ) : data === undefined ? (
        <Unread error={error} onRetry={() => void readAnew(queries)} />
      ) : (
        <QueueGoing value={isGoing}>
          {error === null ? null : <ProblemNotice problem={problemOf(error)} />}
          <Machine detail={data} />
          <Views queue={queue} detail={data} />
          <RemovalDialog
            removal={removal}
            state={data.state}
            onClose={() => setRemoval(undefined)}
            onGoing={setGoing}
            onGone={() => {
              setRemoval(undefined)
              if (isStillShown()) onClose()
            }}
          />
        </QueueGoing>
      )}
      <SendDialog
        queue={queue}
        isOpen={mode === 'send' && data !== undefined}
        onClose={() => setView({ mode: undefined }, { isReplaced: true })}
      />
    </section>
  )
}

function Unread({
  error,
  onRetry,
}: {
  readonly error: Error | null
  readonly onRetry: () => void
}): ReactNode {
  if (error === null) return <Late>Reading the queue…</Late>
  return (
    <ProblemNotice problem={problemOf(error)}>
      <Button size="compact-sm" variant="default" mt="xs" onClick={onRetry}>
        Ask again
      </Button>
    </ProblemNotice>
  )
}

type View = 'messages' | 'hand' | 'consumers' | 'poison'

function Views({
  queue,
  detail,
}: {
  readonly queue: string
  readonly detail: QueueDetail
}): ReactNode {
  const [{ show = 'messages' }, setView] = useView(screen)
  const { state, hands } = detail
  return (
    <Tabs
      value={show}
      onChange={(value) => {
        const view = value as View
        setView({ show: view === 'messages' ? undefined : view, message: undefined })
      }}
      keepMounted={false}
      className={classes['tabs']}
    >
      <Tabs.List className={classes['tablist']} aria-label="Messages and consumers">
        <Tabs.Tab value="messages">Messages</Tabs.Tab>
        <Tabs.Tab value="hand" rightSection={<Count count={hands.length} />}>
          In hand
        </Tabs.Tab>
        <Tabs.Tab value="consumers" rightSection={<Count count={state.consumers} />}>
          Consumers
        </Tabs.Tab>
        <Tabs.Tab value="poison" rightSection={<Count count={state.poison ?? 0} isBad />}>
          Poison
        </Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="messages" className={classes['panel']}>
        <MessagesView queue={queue} detail={detail} />
      </Tabs.Panel>
      <Tabs.Panel value="hand" className={classes['panel']}>
        <HandView queue={queue} hands={hands} />
      </Tabs.Panel>
      <Tabs.Panel value="consumers" className={classes['panel']}>
        <ConsumersView queue={queue} group={detail.group} />
      </Tabs.Panel>
      <Tabs.Panel value="poison" className={classes['panel']}>
        <PoisonView queue={poisonOf(queue)} count={state.poison} />
      </Tabs.Panel>
    </Tabs>
  )
}

function Count({
  count,
  isBad = false,
}: {
  readonly count: number
  readonly isBad?: boolean
}): ReactNode {
  if (count === 0) return null
  return (
    <Badge size="sm" circle={count < 10} variant="light" color={isBad ? 'red' : 'gray'}>
      {countText(count)}
    </Badge>
  )
}
