import { Button, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { problemOf } from '../../../web/problem.ts'
import { summaryOf } from './pulses.ts'
import type { Pulses } from './use-pulses.ts'

/** What the charts show, in a sentence: for those who do not see them, and for all others. */
export function PulseSummary({ state }: { readonly state: Pulses }): ReactNode {
  const { pulses, error, retry } = state
  if (error !== null) {
    return (
      <Text size="sm" c="var(--mantine-color-error)" flex="1 1 280px" component="div" role="alert">
        The last 10 minutes cannot be read: {problemOf(error).message}{' '}
        <Button size="compact-xs" variant="default" onClick={retry}>
          Try again
        </Button>
      </Text>
    )
  }
  return (
    <Text size="sm" className="tabular" flex="1 1 280px">
      {pulses === undefined ? '' : summaryOf(pulses)}
    </Text>
  )
}
