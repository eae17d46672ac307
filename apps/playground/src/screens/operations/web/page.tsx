import { Box, Button, Group, Text, Title } from '@mantine/core'
import { IconRotate } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { momentText } from '../../../web/amounts.ts'
import { answer } from '../../../web/api.ts'
import { CodePopover } from '../../../web/code-popover.tsx'
import { Late } from '../../../web/late.tsx'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import { problemOf } from '../../../web/problem.ts'
import type { WholeLab } from '../server/wire.ts'
import { stackText } from './code.ts'
import { FaultBanner } from './fault-banner.tsx'
import { FaultPanel } from './fault-panel.tsx'
import { summaryOf } from './lab.ts'
import { LoadPanel } from './load-panel.tsx'
import { MeterPanel } from './meter-panel.tsx'
import classes from './page.module.css'
import { PresetBar } from './preset-bar.tsx'
import { StackPanel } from './stack-panel.tsx'
import { type Change, useLab } from './use-lab.ts'

/** A lab: traffic through layers that one switches, under faults that one injects. */
export default function OperationsPage(): ReactNode {
  const { lab, error, change } = useLab()
  if (error !== null) return <ProblemNotice problem={problemOf(error)} />
  if (lab === undefined) return <Late>Reading the lab…</Late>
  return <LabView lab={lab} change={change} />
}

function LabView({
  lab: { state, seconds },
  change,
}: {
  readonly lab: WholeLab
  readonly change: Change
}): ReactNode {
  const { totals } = state
  const reset = (): void => {
    const text = stackText('Count anew', state)
    void change(text, (api) => answer(api.totals.reset.$post()))
  }
  return (
    <Box className={classes['page']}>
      <Box className={classes['head']}>
        <Group justify="space-between" align="flex-start" gap="sm" wrap="nowrap">
          <Box>
            <Title order={2} size="h4">
              What layers do for you
            </Title>
            <Text c="dimmed" size="sm" maw={720}>
              Traffic on a small store of the lab&apos;s own, which is always local files; the other
              screens never see it, nor its faults. Choose a situation, then switch the layers.
            </Text>
          </Box>
          <CodePopover text={stackText('Build this stack', state)} />
        </Group>
        <PresetBar state={state} change={change} />
        <LoadPanel state={state} change={change} />
        <FaultBanner state={state} change={change} />
      </Box>
      <Box className={classes['body']}>
        <Box className={classes['meters']}>
          <Group justify="space-between" gap="xs" className={classes['summary']}>
            <Text size="sm" className="tabular" flex="1 1 280px">
              Since {momentText(totals.since)}: {summaryOf(totals)}
            </Text>
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconRotate size={14} />}
              onClick={reset}
            >
              Count anew
            </Button>
          </Group>
          <MeterPanel place="program" totals={totals} seconds={seconds} />
          <MeterPanel place="store" totals={totals} seconds={seconds} />
        </Box>
        <StackPanel state={state} change={change} />
        <FaultPanel state={state} change={change} />
      </Box>
    </Box>
  )
}
