import { Button, Group, Input, NativeSelect, SegmentedControl } from '@mantine/core'
import { IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { perform } from '../../../web/actions.ts'
import { answer, client } from '../../../web/api.ts'
import { useView } from '../../../web/view.ts'
import type { BackendApi } from '../server/index.ts'
import type { ConformanceRequest, ConformanceState } from '../server/wire.ts'
import { cancelText, conformanceText } from './code.ts'
import { isUnderWay } from './conformance-state.ts'
import screen from './screen.ts'

/** What to run, and the buttons that begin and end it. */
export function ConformanceControls({
  state: { groups, run },
  request,
}: {
  readonly state: ConformanceState
  readonly request: ConformanceRequest
}): ReactNode {
  const [, setView] = useView(screen)
  const isRunning = isUnderWay(run)
  return (
    <Group gap="md" align="flex-end">
      <Choice
        label="Run on"
        value={request.target}
        isDisabled={isRunning}
        choices={{ file: 'Files', memory: 'Memory' }}
        onChange={(target) => setView({ target }, { isReplaced: true })}
      />
      {request.target === 'file' ? (
        <Choice
          label="Durability"
          value={request.durability ?? 'fsync'}
          isDisabled={isRunning}
          choices={{ fsync: 'fsync', none: 'none' }}
          onChange={(durability) => setView({ durability }, { isReplaced: true })}
        />
      ) : null}
      <NativeSelect
        label="Cases"
        w={200}
        disabled={isRunning}
        value={request.group ?? ''}
        onChange={({ currentTarget: { value } }) =>
          setView({ group: value === '' ? undefined : value }, { isReplaced: true })
        }
        data={[
          { value: '', label: `all (${groups.reduce((sum, { cases }) => sum + cases, 0)})` },
          ...groups.map(({ name, cases }) => ({ value: name, label: `${name} (${cases})` })),
        ]}
      />
      <StartButton request={request} isRunning={isRunning} />
    </Group>
  )
}

function StartButton({
  request,
  isRunning,
}: {
  readonly request: ConformanceRequest
  readonly isRunning: boolean
}): ReactNode {
  const [isAsking, setAsking] = useState(false)
  // Its answer comes as an event; until then a second click is none.
  const ask = async (call: () => Promise<void>): Promise<void> => {
    if (isAsking) return
    setAsking(true)
    await call()
    setAsking(false)
  }
  if (isRunning) {
    return (
      <Button
        variant="default"
        leftSection={<IconPlayerStop size={16} />}
        onClick={() => void ask(cancelRun)}
      >
        Cancel
      </Button>
    )
  }
  return (
    <Button
      leftSection={<IconPlayerPlay size={16} />}
      onClick={() => void ask(() => startRun(request))}
    >
      Run the kit
    </Button>
  )
}

/** Starts a run; a failure is shown. */
export async function startRun(request: ConformanceRequest): Promise<void> {
  await perform(conformanceText(request), (id) =>
    answer(client<BackendApi>('backend', id).conformance.$post({ json: request })),
  )
}

async function cancelRun(): Promise<void> {
  await perform(cancelText(), (id) =>
    answer(client<BackendApi>('backend', id).conformance.cancel.$post()),
  )
}

function Choice<Value extends string>({
  label,
  value,
  choices,
  isDisabled,
  onChange,
}: {
  readonly label: string
  readonly value: Value
  readonly choices: Readonly<Record<Value, string>>
  readonly isDisabled: boolean
  readonly onChange: (value: Value) => void
}): ReactNode {
  const data = (Object.keys(choices) as Value[]).map((value) => ({ value, label: choices[value] }))
  return (
    <Input.Wrapper label={label} labelElement="div">
      <div>
        <SegmentedControl
          aria-label={label}
          value={value}
          disabled={isDisabled}
          data={data}
          onChange={onChange}
        />
      </div>
    </Input.Wrapper>
  )
}
