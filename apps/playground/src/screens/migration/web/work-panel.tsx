import { Box, Button, Group, Progress, Text, Title } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react'
import { lazy, type ReactNode, Suspense } from 'react'
import { answer } from '../../../web/api.ts'
import { CodePopover } from '../../../web/code-popover.tsx'
import { pathText } from '../server/place-text.ts'
import type { Second, Work } from '../server/wire.ts'
import { AmountList } from './amount-list.tsx'
import { jobText, migrationText } from './code.ts'
import { doneText, factsOf, percentOf } from './texts.ts'
import type { Command } from './use-migration.ts'
import classes from './work-panel.module.css'

/** The charts need a library of their own: the page does not wait for it. */
const RateCharts = lazy(() => import('./rate-charts.tsx'))

export interface WorkPanelProps {
  readonly work: Work
  readonly seconds: readonly Second[]
  readonly folder: string
  readonly command: Command
}

/** What is under way: how far, how fast, and the buttons that hold it. */
export function WorkPanel({ work, seconds, folder, command }: WorkPanelProps): ReactNode {
  const title = titleOf(work)
  const isPaused = work.kind !== 'sample' && work.progress.isPaused
  return (
    <Box
      component="section"
      aria-label="Under way"
      className={classes['panel']}
      data-paused={isPaused || undefined}
    >
      <Group justify="space-between" gap="xs" align="flex-start">
        <Box flex="1 1 240px">
          <Title order={3} size="h5" role="status">
            {title}
          </Title>
          {work.kind === 'sample' ? null : (
            <Text size="sm" c="dimmed" className="breakable">
              From {pathText(work.plan)}
            </Text>
          )}
        </Box>
        <Group gap="xs">
          <Buttons work={work} command={command} />
          {work.kind === 'sample' ? null : (
            <CodePopover
              text={migrationText(title, work.plan, {
                ...{ folder, id: work.id, isPreview: work.kind === 'preview' },
              })}
            />
          )}
        </Group>
      </Group>
      <Bar work={work} isPaused={isPaused} />
      {work.kind === 'sample' ? null : <Facts work={work} />}
      {work.kind === 'migration' ? (
        <Box className={classes['charts']}>
          <Suspense fallback={null}>
            <RateCharts seconds={seconds} />
          </Suspense>
        </Box>
      ) : null}
    </Box>
  )
}

function titleOf(work: Work): string {
  if (work.isStopping) return 'Stopping'
  if (work.kind === 'sample') return 'Making the sample set'
  if (work.kind === 'preview') return 'Looking at what would be done'
  return work.progress.isPaused ? 'Paused' : 'Migrating'
}

function Bar({ work, isPaused }: { readonly work: Work; readonly isPaused: boolean }): ReactNode {
  const reached =
    work.kind === 'sample' ? { ...work, isTotalKnown: true, bytesDone: 0 } : work.progress
  const text = doneText(reached)
  return (
    <Box>
      <Text size="sm" mb={4} className="tabular">
        {text}
      </Text>
      <Progress.Root size="lg">
        <Progress.Section
          value={percentOf(reached.objectsDone, reached.objectsTotal)}
          color={isPaused ? 'orange' : 'cyan'}
          aria-label="Objects that are done"
          aria-valuetext={text}
        />
      </Progress.Root>
    </Box>
  )
}

function Facts({ work }: { readonly work: Exclude<Work, { kind: 'sample' }> }): ReactNode {
  return <AmountList amounts={factsOf(work.progress)} />
}

function Buttons({ work, command }: { readonly work: Work; readonly command: Command }): ReactNode {
  const { kind, isStopping } = work
  return (
    <>
      {kind !== 'migration' ? null : work.progress.isPaused ? (
        <Button
          size="compact-sm"
          disabled={isStopping}
          leftSection={<IconPlayerPlay size={14} />}
          onClick={() =>
            void command(jobText('Resume the migration', 'resume'), (api) =>
              answer(api.resume.$post()),
            )
          }
        >
          Resume
        </Button>
      ) : (
        <Button
          size="compact-sm"
          variant="default"
          disabled={isStopping}
          leftSection={<IconPlayerPause size={14} />}
          onClick={() =>
            void command(jobText('Pause the migration', 'pause'), (api) =>
              answer(api.pause.$post()),
            )
          }
        >
          Pause
        </Button>
      )}
      <Button
        size="compact-sm"
        variant="default"
        disabled={isStopping}
        leftSection={<IconPlayerStop size={14} />}
        onClick={() => void command(jobText('Stop', 'abort'), (api) => answer(api.stop.$post()))}
      >
        Stop
      </Button>
    </>
  )
}
