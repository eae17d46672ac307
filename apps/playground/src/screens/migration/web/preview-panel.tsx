import { Box, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import { pathText } from '../server/place-text.ts'
import type { Preview } from '../server/wire.ts'
import { ReportView } from './report-view.tsx'

/** What would be done. */
export function PreviewPanel({
  preview: { plan, report, problem },
}: {
  readonly preview: Preview
}): ReactNode {
  return (
    <Box component="section" aria-label="The preview">
      <Title order={3} size="h5">
        The preview
      </Title>
      <Text size="sm" c="dimmed" role="status">
        From {pathText(plan)}. Nothing was written.
      </Text>
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
      {report === undefined ? null : <ReportView report={report} plan={plan} />}
    </Box>
  )
}
