import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { ProblemNotice } from '../../../../web/problem-text.tsx'
import { problemOf } from '../../../../web/problem.ts'

/** Why a view shows nothing, and a way to try again. */
export function ViewProblem({
  error,
  onRetry,
}: {
  readonly error: unknown
  readonly onRetry: () => void
}): ReactNode {
  return (
    <ProblemNotice problem={problemOf(error)}>
      <Button size="compact-sm" variant="default" mt="xs" onClick={onRetry}>
        Try again
      </Button>
    </ProblemNotice>
  )
}
