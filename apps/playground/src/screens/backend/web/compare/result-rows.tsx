import { Anchor, Button, Progress, Text } from '@mantine/core'
import {
  IconArrowBarToRight,
  IconCircleCheck,
  IconCircleX,
  IconPlayerPlay,
  IconPlayerStop,
} from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { momentText } from '../../../../web/amounts.ts'
import type { Column, ConformanceRun, ConformanceTarget } from '../../server/wire.ts'
import { cancelRun, startRun } from '../conformance-requests.ts'
import { countsText, isUnderWay } from '../conformance-state.ts'
import { Unknown } from './claim-rows.tsx'
import { columnNames } from './column-names.ts'
import classes from './compare.module.css'
import { type ResultCell, type ResultRow, runText } from './comparison-rows.ts'
import { RowHead } from './row-head.tsx'

/** The runs: of each backend the one that is under way or was the last, and a button for one. */
export function RunRow({
  columns,
  runs,
  current,
}: {
  readonly columns: readonly Column[]
  readonly runs: ReadonlyMap<ConformanceTarget, ConformanceRun>
  readonly current: ConformanceRun | null
}): ReactNode {
  return (
    <tr>
      <RowHead differs={false}>The last run</RowHead>
      {columns.map((column) => (
        <td key={column.target}>
          <RunCell column={column} run={runs.get(column.target)} current={current} />
        </td>
      ))}
    </tr>
  )
}

function RunCell({
  column: { target },
  run,
  current,
}: {
  readonly column: Column
  readonly run: ConformanceRun | undefined
  readonly current: ConformanceRun | null
}): ReactNode {
  const name = columnNames[target]
  // Its server may have to be started first.
  const [isStarting, setStarting] = useState(false)
  const start = async (): Promise<void> => {
    setStarting(true)
    await startRun({ target })
    setStarting(false)
  }
  const isRunning = run !== undefined && isUnderWay(run)
  return (
    <div className={classes['run']}>
      {run === undefined ? null : <RunSummary run={run} isListed={run.id === current?.id} />}
      {isRunning ? (
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconPlayerStop size={14} />}
          aria-label={`Cancel the run on ${name}`}
          onClick={() => void cancelRun()}
        >
          Cancel
        </Button>
      ) : (
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconPlayerPlay size={14} />}
          // One at a time: the reason is on the page, in the column of the other.
          disabled={isUnderWay(current)}
          loading={isStarting}
          aria-label={`Run the kit on ${name}`}
          onClick={() => void start()}
        >
          Run the kit
        </Button>
      )}
    </div>
  )
}

function RunSummary({
  run,
  isListed,
}: {
  readonly run: ConformanceRun
  /** Its cases are what the Conformance section shows. */
  readonly isListed: boolean
}): ReactNode {
  const { target, cases, outcomes, startedAt } = run
  const search = { section: 'conformance', target }
  return (
    <div>
      {isUnderWay(run) ? (
        <Progress
          size="sm"
          mb={4}
          value={(100 * outcomes.length) / cases.length}
          aria-label={`Cases that were run on ${columnNames[target]}`}
        />
      ) : null}
      <Text size="sm" className="tabular">
        {runText(run)}
      </Text>
      <Text size="xs" c="dimmed" className="tabular">
        {isUnderWay(run) ? 'since' : 'begun at'} {momentText(startedAt)}
        {isListed ? ', ' : ''}
        {isListed ? (
          <Anchor
            inherit
            renderRoot={(props) => <Link {...props} {...({ to: '/backend', search } as object)} />}
          >
            its cases
          </Anchor>
        ) : null}
      </Text>
    </div>
  )
}

/** What came of each group of cases. */
export function ResultRows({
  rows,
  columns,
}: {
  readonly rows: readonly ResultRow[]
  readonly columns: readonly Column[]
}): ReactNode {
  return rows.map(({ group, cases, cells, differs }) => (
    <tr key={group}>
      <RowHead differs={differs}>
        {group}{' '}
        <Text span size="xs" c="dimmed">
          {cases} {cases === 1 ? 'case' : 'cases'}
        </Text>
      </RowHead>
      {columns.map(({ target }, index) => (
        <td key={target}>
          <Result cell={cells[index]} />
        </td>
      ))}
    </tr>
  ))
}

function Result({ cell }: { readonly cell: ResultCell | undefined }): ReactNode {
  if (cell === undefined) return <Unknown>not run</Unknown>
  const { counts, left } = cell
  const text = countsText(counts)
  if (text === '') return <Unknown>not run yet</Unknown>
  const [Icon, verdict] =
    counts.failed > 0
      ? ([IconCircleX, 'no'] as const)
      : left > 0 || counts.passed + counts.refused === 0
        ? ([IconArrowBarToRight, 'fact'] as const)
        : ([IconCircleCheck, 'yes'] as const)
  return (
    <div className={classes['claim']}>
      <span className={classes['result']} data-verdict={verdict} aria-hidden>
        <Icon size={18} />
      </span>
      <Text size="sm" className="tabular">
        {text}
        {left === 0 ? '' : `, ${left} to go`}
      </Text>
    </div>
  )
}
