import { Group, Loader, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { durationText, momentText } from '../../../web/amounts.ts'
import classes from './run-status.module.css'
import type { StreamState } from './stream-run.ts'

/** What a piece of work is called while it runs and when it is done: `Counting`, `Counted`. */
export interface RunWords {
  readonly doing: string
  readonly done: string
}

/** Where a piece of work stands, and when that was done which is shown below. */
export function RunStatus<Progress>({
  state,
  words,
  textOf,
}: {
  readonly state: StreamState<Progress, unknown>
  readonly words: RunWords
  readonly textOf: (progress: Progress) => string
}): ReactNode {
  const { isRunning, progress, endedAt, durationMs = 0 } = state
  const place = progress === undefined ? '' : textOf(progress)
  const done = words.done.toLowerCase()
  const result =
    endedAt === undefined
      ? undefined
      : `${done} at ${momentText(endedAt)}, in ${durationText(durationMs)}`
  const isOld = result !== undefined && (isRunning || state.problem !== undefined)
  return (
    <Group gap="0 16px" className={classes['status']} data-late={isRunning || undefined}>
      <Group gap="xs" wrap="nowrap" maw="100%">
        {isRunning ? <Loader size="xs" /> : null}
        {/* Its beginning and its end are read out, not each step. */}
        <Text size="sm" c="dimmed" role="status" className="tabular clipped">
          {standing(state, words, place, result ?? `not ${done} yet`)}
        </Text>
        {isRunning ? (
          <Text size="sm" c="dimmed" className="tabular clipped">
            {place}
          </Text>
        ) : null}
      </Group>
      {isOld ? (
        <Text size="sm" c="dimmed" className="tabular">
          What is below was {result}
        </Text>
      ) : null}
    </Group>
  )
}

function standing(
  { isRunning, problem }: StreamState<unknown, unknown>,
  { doing }: RunWords,
  place: string,
  result: string,
): string {
  if (isRunning) return doing
  if (problem?.code === 'ABORTED') return place === '' ? 'Cancelled' : `Cancelled: ${place}`
  // Else the failure itself is shown.
  return problem === undefined ? `${result.charAt(0).toUpperCase()}${result.slice(1)}` : ''
}
