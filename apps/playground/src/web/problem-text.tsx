import { Alert, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { NameText } from './name-text.tsx'
import type { Problem } from '../server/problem.ts'

/** What happened and what to do about it, without the code. */
export function ProblemText({ problem }: { readonly problem: Problem }): ReactNode {
  return (
    <>
      <Text size="sm">
        <NameText text={problem.message} />
      </Text>
      <Text size="sm" mt={4} fw={500}>
        {problem.fix}
      </Text>
    </>
  )
}

/** A failure in the place of what it kept from being shown. */
export function ProblemNotice({
  problem,
  children,
}: {
  readonly problem: Problem
  /** Ways on: a button to repeat, say. */
  readonly children?: ReactNode
}): ReactNode {
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle />} title={problem.code} m="md">
      <ProblemText problem={problem} />
      {children}
    </Alert>
  )
}
