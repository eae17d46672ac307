import { Button, Group, NumberInput, SegmentedControl, Text } from '@mantine/core'
import { IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { perform } from '../../../web/actions.ts'
import { answer, client } from '../../../web/api.ts'
import { CodePopover } from '../../../web/code-popover.tsx'
import type { QueuesApi } from '../server/index.ts'
import type { ConsumerSettings, GroupState } from '../server/wire.ts'
import { behaviours, isSame } from './behaviours.ts'
import { consumeText, stopText } from './code.ts'
import classes from './consumers-view.module.css'
import { readAnew } from './use-queues.ts'

interface Field {
  readonly name: keyof ConsumerSettings
  readonly label: string
  readonly min: number
  readonly max: number
  readonly suffix?: string
}

const fields: readonly Field[] = [
  { name: 'consumers', label: 'Consumers', min: 1, max: 8 },
  { name: 'concurrency', label: 'Handlers in each', min: 1, max: 32 },
  { name: 'handleMs', label: 'A handler takes', min: 0, max: 600_000, suffix: ' ms' },
  { name: 'visibilitySeconds', label: 'Holds a message', min: 1, max: 3600, suffix: ' s' },
  { name: 'failPercent', label: 'Fails', min: 0, max: 100, suffix: ' %' },
  { name: 'crashPercent', label: 'Crashes', min: 0, max: 100, suffix: ' %' },
  { name: 'maxDequeueCount', label: 'Gives up after', min: 1, max: 100, suffix: ' tries' },
]

/** How consumers behave; starts them, changes and stops them. */
export function ConsumerForm({
  queue,
  group,
}: {
  readonly queue: string
  readonly group: GroupState | undefined
}): ReactNode {
  const queries = useQueryClient()
  /** What is as they run, or ran last, is not there; a field may be empty for a moment. */
  const [typed, setTyped] = useState<Typed>({})
  const [isBusy, setBusy] = useState(false)
  const before = group?.settings ?? behaviours[0]!.settings
  const settings = { ...before, ...numbersOf(typed) }
  const isRunning = group?.phase === 'running'
  const start = async (): Promise<void> => {
    setBusy(true)
    const json = { queue, settings }
    const state = await perform(consumeText(queue, settings), (id) =>
      answer(client<QueuesApi>('queues', id).consumers.start.$post({ json })),
    )
    if (state !== undefined) setTyped({})
    await readAnew(queries)
    setBusy(false)
  }
  const stop = async (): Promise<void> => {
    await perform(stopText(queue), (id) =>
      answer(client<QueuesApi>('queues', id).consumers.stop.$post({ json: { queue } })),
    )
    await readAnew(queries)
  }
  const isChanged = !isSame(settings, before)
  return (
    <form
      className={classes['form']}
      aria-label="Consumers"
      onSubmit={(event) => {
        event.preventDefault()
        void start()
      }}
    >
      <Behaviours settings={settings} onChoose={setTyped} />
      <div className={classes['fields']}>
        {fields.map(({ name, ...field }) => (
          <NumberInput
            key={name}
            size="xs"
            {...field}
            allowDecimal={false}
            thousandSeparator=","
            clampBehavior="strict"
            value={typed[name] ?? before[name]}
            onChange={(value) => setTyped({ ...typed, [name]: value })}
          />
        ))}
      </div>
      <Group gap="xs">
        <Button
          type="submit"
          size="compact-sm"
          loading={isBusy}
          disabled={isRunning && !isChanged}
          leftSection={<IconPlayerPlay size={14} aria-hidden />}
        >
          {isRunning ? 'Apply' : 'Start'}
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          disabled={!isRunning}
          leftSection={<IconPlayerStop size={14} aria-hidden />}
          onClick={() => void stop()}
        >
          Stop
        </Button>
        <CodePopover text={consumeText(queue, settings)} />
      </Group>
      <Text size="xs" c="dimmed">
        They run in the server of this playground, each as a process of its own would, until they
        are stopped or the playground is.
      </Text>
    </form>
  )
}

type Typed = Partial<Record<keyof ConsumerSettings, number | string>>

function numbersOf(typed: Typed): Partial<ConsumerSettings> {
  const given = Object.entries(typed).filter(([, value]) => typeof value === 'number')
  return Object.fromEntries(given) as Partial<ConsumerSettings>
}

const other = 'other'

function Behaviours({
  settings,
  onChoose,
}: {
  readonly settings: ConsumerSettings
  readonly onChoose: (settings: ConsumerSettings) => void
}): ReactNode {
  const chosen = behaviours.find((each) => isSame(each.settings, settings))
  return (
    <div>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label="Behaviour"
        data={behaviours.map(({ name }) => name)}
        value={chosen?.name ?? other}
        onChange={(name) => {
          const next = behaviours.find((each) => each.name === name)
          if (next !== undefined) onChoose(next.settings)
        }}
      />
      <Text size="xs" c="dimmed" mt={4} mih={32}>
        {chosen === undefined ? 'As typed below.' : `${chosen.name}: ${chosen.shows}.`}
      </Text>
    </div>
  )
}
