import {
  Button,
  CloseButton,
  Group,
  Select,
  SegmentedControl,
  Text,
  TextInput,
  VisuallyHidden,
} from '@mantine/core'
import { useThrottledValue } from '@mantine/hooks'
import { IconPlayerPause, IconPlayerPlay, IconSearch } from '@tabler/icons-react'
import { type ReactNode, useRef } from 'react'
import { countText } from '../../../web/amounts.ts'
import { useShortcuts } from '../../../web/shortcuts.ts'
import { useView } from '../../../web/view.ts'
import { operationNames } from './names.ts'
import screen from './screen.ts'
import type { LiveFeed } from './use-feed.ts'

/** Which operations are shown, and whether others come. */
export function FeedBar({
  live,
  text,
  onText,
}: {
  readonly live: LiveFeed
  /** In the key. */
  readonly text: string
  readonly onText: (text: string) => void
}): ReactNode {
  const [{ operation, outcome }, setView] = useView(screen)
  const change = (part: Parameters<typeof setView>[0]): void => setView(part, { isReplaced: true })
  return (
    <Group gap="xs" px="md" py={8}>
      <KeyFilter text={text} onText={onText} />
      <Select
        size="xs"
        w={176}
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

/** `/` comes here. */
function KeyFilter({
  text,
  onText,
}: {
  readonly text: string
  readonly onText: (text: string) => void
}): ReactNode {
  const field = useRef<HTMLInputElement>(null)
  useShortcuts([['/', () => field.current?.focus()]])
  return (
    <TextInput
      ref={field}
      size="xs"
      flex="1 1 140px"
      maw={280}
      aria-label="Only keys that hold this text"
      placeholder="Text in the key"
      leftSection={<IconSearch size={14} />}
      value={text}
      onChange={({ currentTarget: { value } }) => onText(value)}
      rightSection={
        text === '' ? null : (
          <CloseButton size="xs" aria-label="Clear the text" onClick={() => onText('')} />
        )
      }
    />
  )
}

/** A count that grows ten times a second is not read out so often. */
const readOutMs = 5000

function PauseButton({
  live: { shown, fresh, setPaused },
}: {
  readonly live: LiveFeed
}): ReactNode {
  const isPaused = fresh !== undefined
  return (
    <Group gap="xs" ml="auto" wrap="nowrap" pos="relative">
      {isPaused ? <Fresh count={fresh} /> : null}
      <Button
        size="xs"
        variant={isPaused ? 'filled' : 'default'}
        leftSection={isPaused ? <IconPlayerPlay size={14} /> : <IconPlayerPause size={14} />}
        disabled={shown.run === undefined}
        onClick={() => setPaused(!isPaused)}
      >
        {isPaused ? 'Go on' : 'Pause'}
      </Button>
    </Group>
  )
}

function Fresh({ count }: { readonly count: number }): ReactNode {
  const readOut = useThrottledValue(count, readOutMs)
  return (
    <>
      <Text size="xs" className="tabular" aria-hidden>
        {countText(count)} new
      </Text>
      <VisuallyHidden role="status">{countText(readOut)} new</VisuallyHidden>
    </>
  )
}
