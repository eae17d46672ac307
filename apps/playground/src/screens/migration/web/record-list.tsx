import { Box, Button, Group, Text, Title } from '@mantine/core'
import { IconPlayerPlay, IconRotate } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { momentText } from '../../../web/amounts.ts'
import { answer } from '../../../web/api.ts'
import { CodePopover } from '../../../web/code-popover.tsx'
import { ConfirmButton } from '../../../web/confirm-button.tsx'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import { useView } from '../../../web/view.ts'
import { pathText } from '../server/place-text.ts'
import type { ShownRecord } from '../server/wire.ts'
import { forgetText, migrationText } from './code.ts'
import { DeletionDialog } from './deletion-dialog.tsx'
import classes from './record-list.module.css'
import { ReportView } from './report-view.tsx'
import screen from './screen.ts'
import { standingOf } from './texts.ts'
import type { Command } from './use-migration.ts'

interface Surroundings {
  readonly folder: string
  readonly isBusy: boolean
  readonly command: Command
  /** Something is under way now. */
  readonly onBegun: () => void
}

/** What was begun and runs no more, the newest first, each with its report and the way on. */
export function RecordList({
  records,
  ...surroundings
}: Surroundings & { readonly records: readonly ShownRecord[] }): ReactNode {
  const [{ run = records[0]?.id }, setView] = useView(screen)
  return (
    <Box component="section" aria-label="Migrations so far">
      <Title order={3} size="h5">
        Migrations so far
      </Title>
      <ul className={classes['list']}>
        {records.map((record) => (
          <RecordItem
            key={record.id}
            record={record}
            isOpen={record.id === run}
            onToggle={() => setView({ run: record.id === run ? '' : record.id })}
            {...surroundings}
          />
        ))}
      </ul>
    </Box>
  )
}

interface RecordItemProps extends Surroundings {
  readonly record: ShownRecord
  readonly isOpen: boolean
  readonly onToggle: () => void
}

function RecordItem({ record, isOpen, onToggle, ...surroundings }: RecordItemProps): ReactNode {
  const { plan, startedAt, state, report, problem, canGoOn } = record
  const isBad = state === 'stopped' || (report?.failed ?? 0) > 0
  return (
    <li className={classes['record']} data-bad={isBad || undefined}>
      <Group justify="space-between" gap="xs" align="flex-start">
        <Box flex="1 1 240px" miw={0}>
          <Text size="sm" fw={600} className="breakable">
            From {pathText(plan)}
          </Text>
          <Text size="sm" c="dimmed" className="tabular">
            {standingOf(record)}. Begun {momentText(startedAt)}.
          </Text>
        </Box>
        <Group gap="xs">
          <Ways record={record} {...surroundings} />
          {report === undefined && problem === undefined ? null : (
            <Button
              size="compact-sm"
              variant="default"
              aria-expanded={isOpen}
              aria-label={`Report: ${pathText(plan)}, begun ${momentText(startedAt)}`}
              onClick={onToggle}
            >
              Report
            </Button>
          )}
          <CodePopover
            text={migrationText('Go on', plan, { folder: surroundings.folder, id: record.id })}
          />
        </Group>
      </Group>
      {canGoOn ? null : (
        <Text size="sm" mt={4}>
          What was in memory ended with the playground: begin a new one.
        </Text>
      )}
      {isOpen && problem !== undefined ? <ProblemNotice problem={problem} /> : null}
      {isOpen && report !== undefined ? <ReportView report={report} plan={plan} /> : null}
    </li>
  )
}

/** On, or away. */
function Ways({
  record: { id, plan, state, startedAt, canGoOn },
  folder,
  isBusy,
  command,
  onBegun,
}: Surroundings & { readonly record: ShownRecord }): ReactNode {
  const [, setView] = useView(screen)
  const [isAsking, setAsking] = useState(false)
  const isStopped = state === 'stopped'
  const label = isStopped ? 'Go on' : 'Run again'
  const which = `${pathText(plan)}, begun ${momentText(startedAt)}`
  const goOn = async (): Promise<void> => {
    setAsking(false)
    const text = migrationText(`${label}: ${pathText(plan)}`, plan, { folder, id })
    const isBegun = await command(text, (api) => answer(api['go-on'].$post({ json: { id } })))
    if (!isBegun) return
    setView({ run: id })
    onBegun()
  }
  const forget = (): void => {
    const text = forgetText(id, folder)
    void command(text, (api) => answer(api.forget.$post({ json: { id } })))
  }
  return (
    <>
      {canGoOn ? (
        <Button
          size="compact-sm"
          variant={isStopped ? 'filled' : 'default'}
          disabled={isBusy}
          leftSection={isStopped ? <IconPlayerPlay size={14} /> : <IconRotate size={14} />}
          aria-label={`${label}: ${which}`}
          onClick={() => {
            if (plan.deleteSource) setAsking(true)
            else void goOn()
          }}
        >
          {label}
        </Button>
      ) : null}
      <ConfirmButton
        label="Forget"
        name={`Forget: ${which}`}
        question="Its report and its journal go; what it copied stays. A new migration finds that."
        size="compact-sm"
        isBusy={isBusy}
        onConfirm={forget}
      />
      <DeletionDialog
        plan={plan}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => void goOn()}
      />
    </>
  )
}
