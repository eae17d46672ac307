import { Button } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import type { ComponentType, ReactNode } from 'react'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import { RunStatus, type RunWords } from './run-status.tsx'
import { SameCode, Section } from './section.tsx'
import { type StreamRun, useStreamRun } from './stream-run.ts'

export interface StreamSectionProps<Progress, Result> {
  readonly title: string
  readonly purpose: string
  readonly run: StreamRun<Progress, Result>
  readonly words: RunWords
  readonly textOf: (progress: Progress) => string
  readonly start: {
    readonly Icon: ComponentType<{ size: number }>
    readonly label: string
    /** When there is a result. */
    readonly again: string
    /** What one comes here to do. Else it begins by itself. */
    readonly isMain?: boolean | undefined
  }
  readonly code: string
  /** The last result. */
  readonly report: (result: Result) => ReactNode
}

/** A section on a piece of work that the server streams: how far it is, and what came of it. */
export function StreamSection<Progress, Result>({
  title,
  purpose,
  run,
  words,
  textOf,
  start: { Icon, label, again, isMain = false },
  code,
  report,
}: StreamSectionProps<Progress, Result>): ReactNode {
  const state = useStreamRun(run)
  const { isRunning, result, problem } = state
  return (
    <Section
      title={title}
      purpose={purpose}
      actions={
        isRunning ? (
          <Button variant="default" leftSection={<IconX size={16} />} onClick={() => run.cancel()}>
            Cancel
          </Button>
        ) : (
          <Button
            variant={isMain ? 'filled' : 'default'}
            leftSection={<Icon size={16} />}
            onClick={() => run.start()}
          >
            {result === undefined ? label : again}
          </Button>
        )
      }
    >
      <RunStatus state={state} words={words} textOf={textOf} />
      {problem === undefined || problem.code === 'ABORTED' ? null : (
        <ProblemNotice problem={problem} />
      )}
      {result === undefined ? null : report(result)}
      <SameCode code={code} />
    </Section>
  )
}
