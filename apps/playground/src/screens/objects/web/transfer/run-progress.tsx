import { Button, Group, Progress, Stack, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { bytesText, countText } from '../../../../web/amounts.ts'
import type { TransferProgress } from '../../server/wire.ts'
import type { Question } from './dialog.ts'
import { runningVerbOf } from './dialog-title.ts'
import { objectsText } from './object-count.ts'

/** How far a transfer is, and the way to stop it. */
export function RunProgress({
  question,
  progress,
  stop,
}: {
  readonly question: Question
  readonly progress: TransferProgress | undefined
  readonly stop: () => void
}): ReactNode {
  const [isStopping, setStopping] = useState(false)
  const { done = 0, total = 0, bytes = 0 } = progress ?? {}
  const percent = total === 0 ? 0 : Math.floor((100 * done) / total)
  return (
    <Stack gap="sm">
      <Progress.Root size="lg">
        <Progress.Section value={percent} aria-label={`${runningVerbOf(question)}: ${percent} %`} />
      </Progress.Root>
      <Text size="sm" className="tabular">
        {progress === undefined
          ? 'Looking what there is…'
          : `${countText(done)} of ${objectsText(total)}, ${bytesText(bytes)}`}
      </Text>
      <Group justify="flex-end">
        <Button
          variant="default"
          loading={isStopping}
          autoFocus
          onClick={() => {
            setStopping(true)
            stop()
          }}
        >
          Stop
        </Button>
      </Group>
    </Stack>
  )
}
