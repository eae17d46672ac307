import { Button, Group, Input, NativeSelect, SegmentedControl } from '@mantine/core'
import { IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useView } from '../../../web/view.ts'
import type { ConformanceRequest, ConformanceState, ConformanceTarget } from '../server/wire.ts'
import { cancelRun, startRun } from './conformance-requests.ts'
import { isUnderWay } from './conformance-state.ts'
import screen from './screen.ts'

const targets: Readonly<Record<ConformanceTarget, string>> = {
  file: 'Files',
  memory: 'Memory',
  azure: 'Azure',
  s3: 'S3',
}

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
        choices={targets}
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
  if (isRunning) {
    return (
      <Button
        variant="default"
        leftSection={<IconPlayerStop size={16} />}
        onClick={() => void cancelRun()}
      >
        Cancel
      </Button>
    )
  }
  return (
    <Button leftSection={<IconPlayerPlay size={16} />} onClick={() => void startRun(request)}>
      Run the kit
    </Button>
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
  const data = (Object.keys(choices) as Value[]).map((value) => ({
    value,
    label: choices[value],
  }))
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
