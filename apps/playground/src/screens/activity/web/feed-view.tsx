import {
  Box,
  Button,
  CloseButton,
  Group,
  Select,
  SegmentedControl,
  Text,
  TextInput,
} from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay, IconSearch } from '@tabler/icons-react'
import { type ReactNode, useMemo, useRef } from 'react'
import { countText } from '../../../web/amounts.ts'
import { Empty } from '../../../web/empty.tsx'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import { problemOf } from '../../../web/problem.ts'
import { useShortcuts } from '../../../web/shortcuts.ts'
import { useView } from '../../../web/view.ts'
import { countAfter, type Feed, isGap, keptMax, matching } from './feed.ts'
import { FeedList } from './feed-list.tsx'
import classes from './feed-view.module.css'
import { operationNames } from './names.ts'
import { OperationDetail } from './operation-detail.tsx'
import screen from './screen.ts'
import { type LiveFeed, useFeed } from './use-feed.ts'

/** Every operation as it ends, newest first. */
export function FeedView(): ReactNode {
  const [{ operation, outcome, key: text = '', at }, setView] = useView(screen)
  const live = useFeed()
  const { feed, error } = live
  const isFailuresOnly = outcome === 'failures'
  const items = useMemo(
    () => matching(feed, { operation, isFailuresOnly, text }),
    [feed, operation, isFailuresOnly, text],
  )
  const isFiltered = operation !== undefined || isFailuresOnly || text !== ''
  const choose = (sequence: number | undefined): void =>
    setView({ at: sequence }, { isReplaced: true })
  const chosen = at === undefined ? undefined : feed.find((item) => item.sequence === at)
  const isEmpty = items.every(isGap)
  return (
    <>
      <FeedBar live={live} />
      {error === null ? null : <ProblemNotice problem={problemOf(error)} />}
      <Box className={classes['body']}>
        {isEmpty ? (
          <Box flex={1}>
            <NothingHere isFiltered={isFiltered} />
          </Box>
        ) : (
          <FeedList items={items} chosen={at} onChoose={choose} />
        )}
        {at === undefined ? null : (
          <OperationDetail
            operation={chosen === undefined || isGap(chosen) ? undefined : chosen}
            onClose={() => choose(undefined)}
          />
        )}
      </Box>
    </>
  )
}

function NothingHere({ isFiltered }: { readonly isFiltered: boolean }): ReactNode {
  if (isFiltered) {
    return (
      <Empty title="No operation fits">
        None of the last {countText(keptMax)} operations fits the filter. Clear it, or wait.
      </Empty>
    )
  }
  return (
    <Empty title="Nothing happened yet">
      Every operation of the storage appears here as it ends. Open something on the Objects screen,
      or make some traffic with the button above.
    </Empty>
  )
}

function FeedBar({ live }: { readonly live: LiveFeed }): ReactNode {
  const [{ operation, outcome, key = '' }, setView] = useView(screen)
  const filter = useRef<HTMLInputElement>(null)
  useShortcuts([['/', () => filter.current?.focus()]])
  const change = (part: Parameters<typeof setView>[0]): void => setView(part, { isReplaced: true })
  return (
    <Group gap="xs" px="md" py={8}>
      <TextInput
        ref={filter}
        size="xs"
        flex="1 1 140px"
        maw={280}
        aria-label="Only keys that hold this text"
        placeholder="Text in the key"
        leftSection={<IconSearch size={14} />}
        value={key}
        onChange={({ currentTarget: { value } }) =>
          change({ key: value === '' ? undefined : value })
        }
        rightSection={
          key === '' ? null : (
            <CloseButton
              size="xs"
              aria-label="Clear the text"
              onClick={() => change({ key: undefined })}
            />
          )
        }
      />
      <Select
        size="xs"
        w={136}
        aria-label="Operation"
        placeholder="All operations"
        clearable
        clearButtonProps={{ 'aria-label': 'All operations' }}
        data={operationNames}
        value={operation ?? null}
        onChange={(value) => change({ operation: value ?? undefined })}
      />
      <SegmentedControl
        size="xs"
        aria-label="Outcome"
        data={[
          { value: 'all', label: 'All' },
          { value: 'failures', label: 'Failures' },
        ]}
        value={outcome ?? 'all'}
        onChange={(value) => change({ outcome: value === 'failures' ? 'failures' : undefined })}
      />
      <PauseButton live={live} />
    </Group>
  )
}

function PauseButton({
  live: { feed, latest, isPaused, setPaused },
}: {
  readonly live: LiveFeed
}): ReactNode {
  const fresh = isPaused ? countAfter(latest, lastSequence(feed)) : 0
  return (
    <Group gap="xs" ml="auto" wrap="nowrap">
      {isPaused ? (
        <Text size="xs" className="tabular" role="status">
          {countText(fresh)} new
        </Text>
      ) : null}
      <Button
        size="xs"
        variant={isPaused ? 'filled' : 'default'}
        leftSection={isPaused ? <IconPlayerPlay size={14} /> : <IconPlayerPause size={14} />}
        onClick={() => setPaused(!isPaused)}
      >
        {isPaused ? 'Go on' : 'Pause'}
      </Button>
    </Group>
  )
}

function lastSequence(feed: Feed): number {
  return feed.at(-1)?.sequence ?? 0
}
