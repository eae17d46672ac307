import { Button } from '@mantine/core'
import type { ErrorComponentProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useIsConnected } from './live.ts'
import { ProblemNotice } from './problem-text.tsx'
import { problemOf } from './problem.ts'

/** In the place of a screen that failed. What could not be loaded is not asked for again. */
export function Failed({ error }: ErrorComponentProps): ReactNode {
  // Why a part of the page is lost depends on it.
  useIsConnected()
  return (
    <ProblemNotice problem={problemOf(error)}>
      <Button
        size="compact-sm"
        variant="default"
        mt="xs"
        onClick={() => globalThis.location.reload()}
      >
        Reload
      </Button>
    </ProblemNotice>
  )
}
