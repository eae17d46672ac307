import { Box, Tabs } from '@mantine/core'
import { lazy, type ReactNode, Suspense } from 'react'
import type { Pulse } from '../../../server/operations.ts'
import { useView } from '../../../web/view.ts'
import { CodePopover } from '../../../web/code-popover.tsx'
import { totalsText, watchText } from './code.ts'
import { FeedView } from './feed-view.tsx'
import classes from './page.module.css'
import { PulseSummary } from './pulse-summary.tsx'
import screen from './screen.ts'
import { TotalsView } from './totals-view.tsx'
import { TrafficButton } from './traffic-button.tsx'
import { usePulses } from './use-pulses.ts'

/** The charts need a library of their own: the page does not wait for it. */
const PulseCharts = lazy(() => import('./pulse-charts.tsx'))

const none: readonly Pulse[] = []

/** What the storage does: charts above, every operation or the totals below. */
export default function ActivityPage(): ReactNode {
  const [{ show = 'feed' }, setView] = useView(screen)
  const state = usePulses()
  const { pulses = none } = state
  return (
    <Box className={classes['page']}>
      <Box component="section" aria-label="The last ten minutes" className={classes['pulses']}>
        <Box className={classes['head']}>
          <PulseSummary state={state} />
          <TrafficButton />
        </Box>
        <Box className={classes['charts']}>
          <Suspense fallback={null}>
            <PulseCharts pulses={pulses} />
          </Suspense>
        </Box>
      </Box>
      <Tabs
        value={show}
        onChange={(value) => setView({ show: value === 'totals' ? 'totals' : undefined })}
        keepMounted={false}
        className={classes['tabs']}
      >
        <Box className={classes['bar']}>
          <Tabs.List aria-label="Operations" className={classes['list']}>
            <Tabs.Tab value="feed">Feed</Tabs.Tab>
            <Tabs.Tab value="totals">Totals</Tabs.Tab>
          </Tabs.List>
          <CodePopover text={show === 'feed' ? watchText() : totalsText()} />
        </Box>
        <Tabs.Panel value="feed" className={classes['panel']}>
          <FeedView />
        </Tabs.Panel>
        <Tabs.Panel value="totals" className={classes['panel']}>
          <TotalsView />
        </Tabs.Panel>
      </Tabs>
    </Box>
  )
}
