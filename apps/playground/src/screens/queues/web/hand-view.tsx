import { Button, Group } from '@mantine/core'
import { IconClockPlus, IconHandStop, IconPencil, IconTrash } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { type ActionText, perform } from '../../../web/actions.ts'
import { answer, client } from '../../../web/api.ts'
import { Empty } from '../../../web/empty.tsx'
import { useView } from '../../../web/view.ts'
import type { QueuesApi } from '../server/index.ts'
import type { HeldMessage } from '../server/wire.ts'
import { deleteMessageText, extendText, letGoText, lookText } from './code.ts'
import classes from './hand-view.module.css'
import { MessagePanel, timesText } from './message-panel.tsx'
import { MessageList } from './message-list.tsx'
import listClasses from './message-list.module.css'
import { refocus } from './messages-view.tsx'
import { PayloadDialog } from './payload-dialog.tsx'
import screen from './screen.ts'
import { readAnew } from './use-queues.ts'
import { clockText, useNow } from './use-now.ts'

const tickMs = 500
const extensionSeconds = 60

/** Messages that were received by hand: until their time is over nobody else gets them. */
export function HandView({
  queue,
  hands,
}: {
  readonly queue: string
  readonly hands: readonly HeldMessage[]
}): ReactNode {
  const [{ message: openId }, setView] = useView(screen)
  const [edited, setEdited] = useState<HeldMessage>()
  const now = useNow(tickMs, hands.length > 0)
  const open = (id: string | undefined): void => setView({ message: id })
  const opened = hands.find(({ id }) => id === openId)
  if (hands.length === 0) {
    return (
      <Empty title="Nothing is in your hand">
        “Receive one”, under Messages: you hold it for some time, and nobody else gets it. Then
        delete it, let it go, or do nothing: it comes again when the time is over.
      </Empty>
    )
  }
  return (
    <>
      <div className={listClasses['split']} data-open={opened !== undefined || undefined}>
        <MessageList
          label={`Messages of ${queue} in hand`}
          messages={hands}
          openId={openId}
          onOpen={(id) => open(id === openId ? undefined : id)}
          metaOf={(message) => <Left message={message} now={now} />}
          actionsOf={(message) => (
            <HandButtons queue={queue} message={message} onEdit={setEdited} />
          )}
        />
        {opened === undefined ? null : (
          <MessagePanel
            queue={queue}
            id={opened.id}
            message={opened}
            version={opened.extensions}
            text={lookText(queue, opened.id)}
            ask={(action, signal) =>
              answer(
                client<QueuesApi>('queues', action).held.payload.$get(
                  { query: { queue, id: opened.id } },
                  { init: { signal } },
                ),
              )
            }
            onClose={() => {
              open(undefined)
              refocus(opened.id)
            }}
          />
        )}
      </div>
      <PayloadDialog queue={queue} message={edited} onClose={() => setEdited(undefined)} />
    </>
  )
}

/** What is left of the hold, in seconds and as a bar. */
function Left({
  message: { dequeueCount, visibleAt, extensions },
  now,
}: {
  readonly message: HeldMessage
  readonly now: number
}): ReactNode {
  const leftMs = visibleAt - now
  return (
    <>
      {leftMs > 0 ? (
        <span className={classes['left']}>held for {clockText(leftMs)}</span>
      ) : (
        <span className={classes['over']}>
          The time is over: it is visible to all, and yours only until somebody receives it.
        </span>
      )}
      <span>received {timesText(dequeueCount)}</span>
      {extensions === 0 ? null : <span>held on {timesText(extensions)}</span>}
    </>
  )
}

function HandButtons({
  queue,
  message,
  onEdit,
}: {
  readonly queue: string
  readonly message: HeldMessage
  readonly onEdit: (message: HeldMessage) => void
}): ReactNode {
  const queries = useQueryClient()
  const { id } = message
  const json = { queue, id }
  const run = async (
    text: ActionText,
    ask: (api: ReturnType<typeof client<QueuesApi>>) => Promise<unknown>,
  ): Promise<void> => {
    await perform(text, (action) => ask(client<QueuesApi>('queues', action)))
    await readAnew(queries)
  }
  const extension = { ...json, visibilitySeconds: extensionSeconds }
  return (
    <Group gap={4}>
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<IconTrash size={12} aria-hidden />}
        aria-label={`Done, delete message ${id}`}
        onClick={() =>
          void run(deleteMessageText(queue), (api) => answer(api.held.delete.$post({ json })))
        }
      >
        Done, delete
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<IconClockPlus size={12} aria-hidden />}
        aria-label={`Hold ${extensionSeconds} s: message ${id}`}
        onClick={() =>
          void run(extendText(queue, extensionSeconds), (api) =>
            answer(api.held.extend.$post({ json: extension })),
          )
        }
      >
        Hold {extensionSeconds} s
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<IconHandStop size={12} aria-hidden />}
        aria-label={`Let go of message ${id}`}
        onClick={() =>
          void run(letGoText(queue), (api) => answer(api.held['let-go'].$post({ json })))
        }
      >
        Let go
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<IconPencil size={12} aria-hidden />}
        aria-label={`Change message ${id}`}
        onClick={() => onEdit(message)}
      >
        Change
      </Button>
    </Group>
  )
}
