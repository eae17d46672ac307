import {
  Alert,
  Box,
  Button,
  Code,
  Group,
  Paper,
  Progress,
  Stack,
  Text,
  VisuallyHidden,
} from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { durationText, momentText } from '../../../web/amounts.ts'
import type { ConformanceRequest, ConformanceRun, RunOutcome } from '../server/wire.ts'
import { CaseGroups } from './case-groups.tsx'
import { targetNames } from './code.ts'
import { startRun } from './conformance-requests.ts'
import { cellGroups, countsOf, countsText, isUnderWay } from './conformance-state.ts'

/** A run: how far it is, its cases, and what failed. */
export function ConformanceReport({ run }: { readonly run: ConformanceRun }): ReactNode {
  const report = useRef<HTMLElement>(null)
  const failures = run.outcomes.filter(({ status }) => status === 'failed')
  const startAgain = async (request: ConformanceRequest): Promise<void> => {
    const isStarted = await startRun(request)
    const { activeElement, body } = document
    const isFocusHere = activeElement === body || report.current?.contains(activeElement) === true
    // The button goes with the failure that it belongs to, and the focus with the button.
    if (isStarted && isFocusHere) report.current?.focus()
  }
  return (
    <Box component="section" aria-label="The run" ref={report} tabIndex={-1}>
      <Stack gap="md">
        <RunProgress run={run} />
        {run.problem === undefined ? null : (
          <Alert color="red" variant="light" icon={<IconAlertTriangle />} title={problemTitle(run)}>
            <Code block tabIndex={0}>
              {run.problem}
            </Code>
          </Alert>
        )}
        {failures.map((outcome) => (
          <Failure key={outcome.id} run={run} outcome={outcome} onAgain={startAgain} />
        ))}
        <CaseGroups groups={cellGroups(run)} />
      </Stack>
    </Box>
  )
}

function problemTitle({ status }: ConformanceRun): string {
  return status === 'broken' ? 'The run itself failed' : 'The run left something behind'
}

const headings: Readonly<Record<ConformanceRun['status'], string>> = {
  running: 'Running',
  cancelling: 'Ending after this case',
  ended: 'Ended',
  cancelled: 'Cancelled',
  broken: 'Failed',
}

/** What is read out: the beginning and the end, not every case. */
const announcements: Readonly<Record<ConformanceRun['status'], string>> = {
  running: 'The run began',
  cancelling: 'The run ends after this case',
  ended: 'The run has ended',
  cancelled: 'The run was cancelled',
  broken: 'The run has failed',
}

function RunProgress({ run }: { readonly run: ConformanceRun }): ReactNode {
  const { target, durability, group, cases, outcomes, status, seed } = run
  const counts = countsOf(outcomes)
  const share = (count: number): number => (100 * count) / cases.length
  const where = target === 'file' ? `files, durability ${durability}` : targetNames[target]
  const current = cases[outcomes.length]
  return (
    <Paper withBorder p="md" pos="relative">
      <Group justify="space-between" gap="xs" mb={8}>
        <Text fw={600} className="tabular">
          {headings[status]}: {outcomes.length} of {cases.length} cases
        </Text>
        <Text size="sm" c="dimmed" className="tabular">
          <Elapsed run={run} />
        </Text>
      </Group>
      <Progress.Root size={12} aria-label="Cases that were run">
        <Progress.Section value={share(counts.passed)} color="green.8" aria-label="passed" />
        <Progress.Section value={share(counts.refused)} color="blue.7" aria-label="refused" />
        <Progress.Section value={share(counts.skipped)} color="gray.6" aria-label="skipped" />
        <Progress.Section value={share(counts.failed)} color="red.8" aria-label="failed" />
      </Progress.Root>
      <Group justify="space-between" gap="xs" mt={8}>
        <Text size="sm" className="tabular">
          {countsText(counts) || 'no case has ended yet'}
        </Text>
        <VisuallyHidden role="status">
          {announcements[status]}
          {isUnderWay(run) ? '' : `: ${countsText(counts)}`}
        </VisuallyHidden>
        <Text size="sm" c="dimmed" className="tabular">
          {where}
          {group === undefined ? '' : `, group ${group}`}, seed {seed}
        </Text>
      </Group>
      {isUnderWay(run) ? (
        <Text size="sm" c="dimmed" mih={22} mt={4} className="clipped">
          {current === undefined ? '' : `${current.id}: ${current.title}`}
        </Text>
      ) : null}
    </Paper>
  )
}

const tickMs = 200

function Elapsed({ run }: { readonly run: ConformanceRun }): ReactNode {
  const [now, setNow] = useState(Date.now)
  const isRunning = isUnderWay(run)
  useEffect(() => {
    if (!isRunning) return undefined
    const timer = setInterval(() => setNow(Date.now()), tickMs)
    return () => clearInterval(timer)
  }, [isRunning])
  const elapsedMs = Math.max(0, (run.endedAt ?? now) - run.startedAt)
  const moment = momentText(run.startedAt)
  return `started at ${moment}, ${isRunning ? '' : 'took '}${durationText(elapsedMs)}`
}

function Failure({
  run,
  outcome: { id, reason = '' },
  onAgain,
}: {
  readonly run: ConformanceRun
  readonly outcome: RunOutcome
  readonly onAgain: (request: ConformanceRequest) => Promise<void>
}): ReactNode {
  const { target, durability, seed, cases } = run
  const { group, title } = cases.find((each) => each.id === id)!
  const request = { target, durability, group, seed }
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle />} title={`${id} failed`}>
      <Text size="sm">The rule: {title}.</Text>
      <Box my="xs">
        <Code block tabIndex={0}>
          {reason}
        </Code>
      </Box>
      <Button
        size="xs"
        variant="default"
        disabled={isUnderWay(run)}
        onClick={() => void onAgain(request)}
      >
        Run group {group} again with seed {seed}
      </Button>
    </Alert>
  )
}
