import { Button, Group, Text } from '@mantine/core'
import { IconRotate } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { perform } from '../../../web/actions.ts'
import { countText, momentText } from '../../../web/amounts.ts'
import { answer, client } from '../../../web/api.ts'
import { Empty } from '../../../web/empty.tsx'
import { Late } from '../../../web/late.tsx'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import { problemOf } from '../../../web/problem.ts'
import type { ActivityApi } from '../server/index.ts'
import type { Totals } from '../server/wire.ts'
import { resetTotalsText } from './code.ts'
import { TotalsTable } from './totals-table.tsx'

const queryKey = ['activity', 'totals']
const refreshMs = 2000

/** Counts and latency since the server was started, or since somebody began anew. */
export function TotalsView(): ReactNode {
  const queries = useQueryClient()
  const { data, error } = useQuery({
    queryKey,
    staleTime: 0,
    // Not while the tab is hidden.
    refetchInterval: refreshMs,
    queryFn: async ({ signal }): Promise<Totals> =>
      answer(client<ActivityApi>('activity').totals.$get({}, { init: { signal } })),
  })
  const reset = async (): Promise<void> => {
    const totals = await perform(resetTotalsText(), (id) =>
      answer(client<ActivityApi>('activity', id).totals.reset.$post()),
    )
    if (totals === undefined) return
    // One that was asked for before would put the old totals back.
    await queries.cancelQueries({ queryKey })
    queries.setQueryData<Totals>(queryKey, totals)
  }
  if (error !== null) return <ProblemNotice problem={problemOf(error)} />
  if (data === undefined) return <Late>Reading the totals…</Late>
  const { since, series, dropped } = data
  return (
    <>
      <Group px="md" py={8} gap="xs" justify="space-between">
        <Text size="sm" c="dimmed" className="tabular">
          Since {momentText(since)}, of every operation
          {dropped === 0 ? '' : `; ${countText(dropped)} of too many kinds are not here`}
        </Text>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRotate size={14} />}
          onClick={() => void reset()}
        >
          Begin anew
        </Button>
      </Group>
      {series.length === 0 ? (
        <Empty title="Nothing was counted yet">
          Open something on the Objects screen, or make some traffic with the button above.
        </Empty>
      ) : (
        <TotalsTable series={series} />
      )}
    </>
  )
}
