import { Group, Loader, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { durationText, momentText } from '../../../web/amounts.ts'
import classes from './run-status.module.css'
import type { StreamState } from './stream-run.ts'

/** Where a piece of work stands, on one line. */
export function RunStatus<Progress>({
  state: { isRunning, progress, problem, endedAt, durationMs },
  done,
  textOf,
}: {
  readonly state: StreamState<Progress, unknown>
  /** What was done, as in `Counted at …`. */
  readonly done: string
  readonly textOf: (progress: Progress) => string
}): ReactNode {
  const place = progress === undefined ? '' : textOf(progress)
  if (isRunning) {
    return (
      <Group gap="xs" wrap="nowrap" role="status" className={classes['status']} data-late>
        <Loader size="xs" />
        <Text size="sm" c="dimmed" className="tabular clipped">
          {place}
        </Text>
      </Group>
    )
  }
  const isCancelled = problem?.code === 'ABORTED'
  const end =
    endedAt === undefined
      ? `Not ${done.toLowerCase()} since this page was opened`
      : `${done} at ${momentText(endedAt)}, in ${durationText(durationMs ?? 0)}`
  return (
    <Text size="sm" c="dimmed" role="status" className={`tabular clipped ${classes['status']}`}>
      {isCancelled ? `Cancelled: ${place}` : end}
    </Text>
  )
}
