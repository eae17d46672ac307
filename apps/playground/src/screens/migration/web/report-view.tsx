import { Box, Table, Text, Title } from '@mantine/core'
import type { MigrationReport } from '@aos-storage/core'
import type { ReactNode } from 'react'
import { countText, durationText } from '../../../web/amounts.ts'
import { NameText } from '../../../web/name-text.tsx'
import { ObjectLink, PrefixLink } from '../../../web/object-link.tsx'
import { failuresMax } from '../server/limits.ts'
import type { MigrationPlan } from '../server/wire.ts'
import { AmountList } from './amount-list.tsx'
import classes from './report-view.module.css'
import { countsOf, objectsText } from './texts.ts'

/** What a migration did, what it could not carry over, and what failed. */
export function ReportView({
  report,
  plan,
}: {
  readonly report: MigrationReport
  readonly plan: MigrationPlan
}): ReactNode {
  const { losses, failures, failed, isResumed } = report
  const isCut = failures.length === failuresMax && failed > failuresMax
  return (
    <Box>
      <Counts report={report} />
      {plan.to.kind === 'playground' && !report.isDryRun ? (
        <Text size="sm">
          The copies are under <PrefixLink prefix={plan.mapTo} />.
        </Text>
      ) : null}
      {losses.length === 0 ? null : (
        <>
          <Title order={4} size="h6">
            Not carried over as it was{isResumed ? ', in this run' : null}
          </Title>
          <ul className={classes['losses']}>
            {losses.map(({ what, objects, why }) => (
              <li key={what + why}>
                <b>{what}</b> of {objectsText(objects)}: {why}
              </li>
            ))}
          </ul>
        </>
      )}
      {failures.length === 0 ? null : (
        <>
          <Title order={4} size="h6">
            {isCut ? `The first ${countText(failuresMax)} failures` : 'Failures'}
            {isResumed ? ' of this run' : null}
          </Title>
          <Failures report={report} isLinked={plan.from.kind === 'playground'} />
        </>
      )}
    </Box>
  )
}

function Counts({ report }: { readonly report: MigrationReport }): ReactNode {
  const counts = [
    ...countsOf(report),
    [report.isResumed ? 'this run took' : 'took', durationText(report.durationMs)] as const,
  ]
  return (
    <Box my={8}>
      <AmountList amounts={counts} />
    </Box>
  )
}

function Failures({
  report: { failures },
  isLinked,
}: {
  readonly report: MigrationReport
  readonly isLinked: boolean
}): ReactNode {
  return (
    <Box className={classes['failures']} tabIndex={0} role="region" aria-label="Failures">
      <Table aria-label="Failures by key" verticalSpacing={3} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Key</Table.Th>
            <Table.Th>Code</Table.Th>
            <Table.Th>What happened</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {failures.map(({ key, code, message }) => (
            <Table.Tr key={key}>
              <Table.Td className="breakable">
                {isLinked ? <ObjectLink objectKey={key} /> : <NameText text={key} />}
              </Table.Td>
              <Table.Td className={classes['code']}>{code}</Table.Td>
              <Table.Td className="breakable">
                <NameText text={message} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  )
}
