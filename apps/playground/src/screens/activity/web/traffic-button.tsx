import { Button, Group, Text } from '@mantine/core'
import { IconPlayerStop, IconWaveSine } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { perform } from '../../../web/actions.ts'
import { answer, client } from '../../../web/api.ts'
import { countText } from '../../../web/amounts.ts'
import { useLive } from '../../../web/live.ts'
import type { ActivityApi } from '../server/index.ts'
import type { TrafficProgress } from '../server/wire.ts'
import { trafficText } from './code.ts'

const steps = 400
const pauseMs = 20

/** Makes the charts move: a mixed workload on the server, which removes what it made. */
export function TrafficButton(): ReactNode {
  const running = useRef<AbortController>(undefined)
  const [isRunning, setRunning] = useState(false)
  const [progress, setProgress] = useState<TrafficProgress>()
  useLive<TrafficProgress>('traffic', (told) => setProgress(told.isOver ? undefined : told))
  // A server that was started anew makes none.
  useLive<{ isMissed: boolean }>('hello', ({ isMissed }) => {
    if (isMissed) setProgress(undefined)
  })
  // The server stops when nobody waits for the answer.
  useEffect(() => () => running.current?.abort(), [])
  const start = async (): Promise<void> => {
    const { signal } = (running.current = new AbortController())
    const seed = crypto.getRandomValues(new Uint32Array(1))[0]!
    setRunning(true)
    await perform(trafficText(seed, steps, pauseMs), (id) =>
      answer(
        client<ActivityApi>('activity', id).traffic.$post(
          { json: { seed, steps, pauseMs } },
          { init: { signal } },
        ),
      ),
    )
    setRunning(false)
  }
  return (
    <Group gap="xs" wrap="nowrap">
      {progress === undefined ? null : (
        <Text size="xs" c="dimmed" className="tabular">
          step {countText(progress.done)} of {countText(progress.total)}
        </Text>
      )}
      {isRunning ? (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlayerStop size={14} />}
          onClick={() => running.current?.abort()}
        >
          Stop the traffic
        </Button>
      ) : (
        <Button
          size="xs"
          leftSection={<IconWaveSine size={14} />}
          disabled={progress !== undefined}
          onClick={() => void start()}
        >
          Make some traffic
        </Button>
      )}
    </Group>
  )
}
