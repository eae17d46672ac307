import { Badge, Button, Group, Loader, Text } from '@mantine/core'
import { IconAlertTriangle, IconPlugConnected, IconPlayerPlay } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { act } from '../../../../web/actions.ts'
import { answer, client } from '../../../../web/api.ts'
import { type Problem, problemOf } from '../../../../web/problem.ts'
import { useStorePlace } from '../../../../web/store-place.ts'
import type { BackendApi } from '../../server/index.ts'
import type { Column, Comparison } from '../../server/wire.ts'
import { comparisonText } from '../code.ts'
import { columnNames, emulatorNames } from './column-names.ts'
import classes from './compare.module.css'

/** The name of a backend, where it is, and the way to have it where its server is not there. */
export function ColumnHead({
  column,
  onOpened,
}: {
  readonly column: Column
  readonly onOpened: (comparison: Comparison) => void
}): ReactNode {
  const { target, isOwn, place, state } = column
  const own = useStorePlace()
  const isLayered = own.storageType === 's3' && !own.isConditional
  return (
    <th scope="col" className={classes['head']}>
      <Group gap={6}>
        <span>{columnNames[target]}</span>
        {isOwn ? (
          <Badge size="sm" variant="light" tt="none">
            this store
          </Badge>
        ) : null}
      </Group>
      {place === undefined ? null : (
        <Text size="xs" c="dimmed" fw={400} className="breakable">
          {place}
        </Text>
      )}
      {isOwn && isLayered ? (
        <Text size="xs" c="dimmed" fw={400}>
          without the layer that holds conditions here
        </Text>
      ) : null}
      {state === 'open' || (target !== 'azure' && target !== 's3') ? null : (
        <OpenButton target={target} column={column} onOpened={onOpened} />
      )}
    </th>
  )
}

function OpenButton({
  target,
  column: { isGiven, state },
  onOpened,
}: {
  readonly target: 'azure' | 's3'
  readonly column: Column
  readonly onOpened: (comparison: Comparison) => void
}): ReactNode {
  const [isAsking, setAsking] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const what = isGiven
    ? `the ${columnNames[target]} that the environment names`
    : emulatorNames[target]
  const label = isGiven ? 'Connect' : 'Start'
  const Icon = isGiven ? IconPlugConnected : IconPlayerPlay
  const open = async (): Promise<void> => {
    setAsking(true)
    setProblem(undefined)
    try {
      onOpened(
        await act(comparisonText(), (id) =>
          answer(client<BackendApi>('backend', id).comparison.open.$post({ json: { target } })),
        ),
      )
    } catch (error) {
      setProblem(problemOf(error))
    } finally {
      setAsking(false)
    }
  }
  if (isAsking || state === 'opening') {
    return (
      <Group gap={6} mt={4} role="status">
        <Loader size={14} />
        <Text size="xs" fw={400}>
          {isGiven ? 'connecting…' : 'starting…'}
        </Text>
      </Group>
    )
  }
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        mt={4}
        leftSection={<Icon size={14} />}
        aria-label={`${label} ${isGiven ? 'to ' : ''}${what}`}
        onClick={() => void open()}
      >
        {label}
      </Button>
      {problem === undefined ? null : (
        <Group gap={4} mt={4} wrap="nowrap" align="flex-start" role="alert" c="red">
          <IconAlertTriangle size={14} className={classes['sign']} />
          <Text size="xs" fw={400} className="breakable">
            {problem.code}: {problem.message}
          </Text>
        </Group>
      )}
    </>
  )
}
