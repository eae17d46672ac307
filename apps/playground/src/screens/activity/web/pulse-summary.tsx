import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Pulse } from '../../../server/operations.ts'
import { summaryOf } from './pulses.ts'

/** What the charts show, in a sentence: for those who do not see them, and for all others. */
export function PulseSummary({ pulses }: { readonly pulses: readonly Pulse[] }): ReactNode {
  return (
    <Text size="sm" className="tabular" flex="1 1 280px">
      {summaryOf(pulses)}
    </Text>
  )
}
