import { Box, Code, Switch, Text, VisuallyHidden } from '@mantine/core'
import type { ReactNode } from 'react'
import { Late } from '../../../../web/late.tsx'
import { ProblemNotice } from '../../../../web/problem-text.tsx'
import { problemOf } from '../../../../web/problem.ts'
import { useView } from '../../../../web/view.ts'
import type { Column, Comparison, ConformanceRun, ConformanceState } from '../../server/wire.ts'
import { comparisonText } from '../code.ts'
import { countsOf, countsText } from '../conformance-state.ts'
import screen from '../screen.ts'
import { SameCode, Section } from '../section.tsx'
import { useConformance } from '../use-conformance.ts'
import { ClaimRows } from './claim-rows.tsx'
import { ColumnHead } from './column-head.tsx'
import { columnNames } from './column-names.ts'
import classes from './compare.module.css'
import { claimGroups, type ResultRow, resultRows, shownRuns } from './comparison-rows.ts'
import { ResultRows, RunRow } from './result-rows.tsx'
import { useComparison } from './use-comparison.ts'

/** All backends side by side: what each claims, and how the conformance kit went on it. */
export function CompareSection(): ReactNode {
  const [{ differing: isNarrowed = false }, setView] = useView(screen)
  const { data, error, accept } = useComparison()
  const { state, error: runError } = useConformance()
  const failure = error ?? runError
  return (
    <Section
      title="Compare"
      purpose={
        <>
          What each backend claims, and what the conformance kit makes of it: the same cases on
          each, on fresh stores that go again. Rows that are not the same everywhere are marked{' '}
          <b>≠</b>. Servers that are not there are started when you ask for them, and end with the
          playground.
        </>
      }
      actions={
        <Switch
          label="Only rows that differ"
          checked={isNarrowed}
          onChange={({ currentTarget: { checked } }) =>
            setView({ differing: checked || undefined }, { isReplaced: true })
          }
        />
      }
    >
      {failure === null ? null : <ProblemNotice problem={problemOf(failure)} />}
      {data === undefined || state === undefined ? (
        failure === null && <Late>Asking for the backends…</Late>
      ) : (
        <ComparisonTable
          comparison={data}
          state={state}
          isNarrowed={isNarrowed}
          onOpened={accept}
        />
      )}
      <SameCode code={comparisonText().code} />
      <Text size="sm" c="dimmed">
        The kit is <Code>@aos-storage/core/testing</Code>. Conformance shows the cases of the last
        run one by one.
      </Text>
    </Section>
  )
}

function ComparisonTable({
  comparison,
  state: { groups, run },
  isNarrowed,
  onOpened,
}: {
  readonly comparison: Comparison
  readonly state: ConformanceState
  readonly isNarrowed: boolean
  readonly onOpened: (comparison: Comparison) => void
}): ReactNode {
  const { columns } = comparison
  const runs = shownRuns(comparison, run)
  const shown = <Row extends Pick<ResultRow, 'differs'>>(rows: readonly Row[]): readonly Row[] =>
    isNarrowed ? rows.filter(({ differs }) => differs) : rows
  const claims = claimGroups(columns).map(({ title, rows }) => ({ title, rows: shown(rows) }))
  const results = shown(resultRows(columns, groups, runs))
  return (
    <Box
      className={classes['frame']}
      role="region"
      aria-label="Backends, side by side"
      // What does not fit is gone to by keys.
      tabIndex={0}
    >
      {run === null ? null : <RunStatus run={run} />}
      <table className={classes['table']}>
        <thead>
          <tr>
            <td className={classes['corner']} />
            {columns.map((column) => (
              <ColumnHead key={column.target} column={column} onOpened={onOpened} />
            ))}
          </tr>
        </thead>
        {claims.map(({ title, rows }) =>
          rows.length === 0 ? null : (
            <tbody key={title}>
              <GroupHead columns={columns}>{title}</GroupHead>
              <ClaimRows rows={rows} columns={columns} />
            </tbody>
          ),
        )}
        <tbody>
          <GroupHead columns={columns}>Conformance kit, cases by group</GroupHead>
          <RunRow columns={columns} runs={runs} current={run} />
          <ResultRows rows={results} columns={columns} />
        </tbody>
      </table>
    </Box>
  )
}

function GroupHead({
  columns,
  children,
}: {
  readonly columns: readonly Column[]
  readonly children: ReactNode
}): ReactNode {
  return (
    <tr>
      <th colSpan={columns.length + 1} scope="rowgroup" className={classes['group']}>
        <span>{children}</span>
      </th>
    </tr>
  )
}

const announcements: Readonly<Record<ConformanceRun['status'], string>> = {
  running: 'The run began',
  cancelling: 'The run ends after this case',
  ended: 'The run has ended',
  cancelled: 'The run was cancelled',
  broken: 'The run has failed',
}

/** What is read out: the beginning and the end, not every case. */
function RunStatus({
  run: { target, status, outcomes },
}: {
  readonly run: ConformanceRun
}): ReactNode {
  const isOver = status !== 'running' && status !== 'cancelling'
  return (
    <VisuallyHidden role="status">
      {columnNames[target]}: {announcements[status]}
      {isOver ? `: ${countsText(countsOf(outcomes))}` : ''}
    </VisuallyHidden>
  )
}
