import { Button, CloseButton, Text, TextInput, Title, UnstyledButton } from '@mantine/core'
import { IconPlayerPlayFilled, IconPlus, IconSearch } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useRef, useState } from 'react'
import { countText } from '../../../web/amounts.ts'
import { useDraft } from '../../../web/draft.ts'
import { Empty } from '../../../web/empty.tsx'
import { Late } from '../../../web/late.tsx'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import { problemOf } from '../../../web/problem.ts'
import { useShortcuts } from '../../../web/shortcuts.ts'
import { useView } from '../../../web/view.ts'
import type { QueueList, QueueState } from '../server/wire.ts'
import { followArrows } from './arrows.ts'
import { isPrefix, poisonedBy } from './names.ts'
import classes from './queue-list-pane.module.css'
import screen from './screen.ts'
import { readAnew, useQueueList } from './use-queues.ts'

const shownStep = 100
const shownMax = 1000

/** All queues with their counts, those of a prefix, and a way to make another one. */
export function QueueListPane(): ReactNode {
  const [view, setView] = useView(screen)
  const [prefix, setPrefix] = useDraft(view.prefix, (next) =>
    setView({ prefix: next }, { isReplaced: true }),
  )
  const [shown, setShown] = useState(shownStep)
  const { data, error } = useQueueList(view.prefix ?? '', shown)
  const queries = useQueryClient()
  useShortcuts([['r', () => void readAnew(queries)]])
  return (
    <>
      <div className={classes['bar']}>
        <div className={classes['title']}>
          <Title order={2} size="h5">
            Queues
          </Title>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => setView({ mode: 'create' })}
          >
            New
          </Button>
        </div>
        <PrefixField prefix={prefix ?? ''} onType={(text) => setPrefix(text || undefined)} />
      </div>
      <div className={classes['scroll']}>
        {error !== null && data === undefined ? (
          <ProblemNotice problem={problemOf(error)} />
        ) : (
          <Rows
            list={data}
            isFiltered={view.prefix !== undefined}
            onMore={shown < shownMax ? () => setShown(shown + shownStep) : undefined}
          />
        )}
      </div>
    </>
  )
}

/** `/` comes here. */
function PrefixField({
  prefix,
  onType,
}: {
  readonly prefix: string
  readonly onType: (prefix: string) => void
}): ReactNode {
  const field = useRef<HTMLInputElement>(null)
  useShortcuts([['/', () => field.current?.focus()]])
  return (
    <TextInput
      ref={field}
      size="xs"
      aria-label="Only names that begin with this"
      placeholder="Beginning of the name"
      spellCheck={false}
      autoComplete="off"
      leftSection={<IconSearch size={14} />}
      value={prefix}
      onChange={({ currentTarget: { value } }) => onType(value)}
      error={isPrefix(prefix) ? undefined : 'Names have a-z, 0-9 and “-”.'}
      rightSection={
        prefix === '' ? null : (
          <CloseButton size="xs" aria-label="Clear the text" onClick={() => onType('')} />
        )
      }
    />
  )
}

function Rows({
  list,
  isFiltered,
  onMore,
}: {
  readonly list: QueueList | undefined
  readonly isFiltered: boolean
  readonly onMore: (() => void) | undefined
}): ReactNode {
  const [{ queue: open }, setView] = useView(screen)
  if (list === undefined) return <Late>Reading the queues…</Late>
  const names = new Set(list.queues.map(({ queue }) => queue))
  // One that belongs to another is shown there.
  const rows = list.queues.filter(({ queue }) => !names.has(poisonedBy(queue) ?? ''))
  if (rows.length === 0) {
    return isFiltered ? (
      <Empty title="No name begins so">Clear the text to see all queues.</Empty>
    ) : (
      <Empty title="There is no queue yet">“New” creates one.</Empty>
    )
  }
  return (
    <>
      <ul className={classes['rows']} onKeyDown={followArrows}>
        {rows.map((state) => (
          <li key={state.queue}>
            <Row
              state={state}
              isOpen={state.queue === open}
              onOpen={() => setView({ queue: state.queue, show: undefined, message: undefined })}
            />
          </li>
        ))}
      </ul>
      {list.areMore ? (
        <Text size="xs" c="dimmed" p="xs">
          The first {countText(list.queues.length)}.{' '}
          {onMore === undefined ? (
            'Type the beginning of a name to see others.'
          ) : (
            <Button size="compact-xs" variant="default" onClick={onMore}>
              Show more
            </Button>
          )}
        </Text>
      ) : null}
    </>
  )
}

function Row({
  state: { queue, length, inFlight, poison, consumers },
  isOpen,
  onOpen,
}: {
  readonly state: QueueState
  readonly isOpen: boolean
  readonly onOpen: () => void
}): ReactNode {
  return (
    <UnstyledButton
      className={classes['row']}
      aria-current={isOpen ? 'true' : undefined}
      data-queue={queue}
      data-stop
      onClick={onOpen}
    >
      <span className={classes['name']}>
        <span className="clipped">{queue}</span>
        {consumers === 0 ? null : (
          <IconPlayerPlayFilled
            size={12}
            className={classes['consumed']}
            role="img"
            aria-label={`${consumers} consumers run`}
          />
        )}
      </span>
      <span className={classes['counts']}>
        <span>{countText(length - inFlight)} waiting</span>
        {inFlight === 0 ? null : <span>{countText(inFlight)} in flight</span>}
        {poison === null || poison === 0 ? null : (
          <span className={classes['poison']}>{countText(poison)} poison</span>
        )}
      </span>
    </UnstyledButton>
  )
}
