import { Box, Group, Table, Text, Title } from '@mantine/core'
import { lazy, type ReactNode, Suspense } from 'react'
import { countText, durationText } from '../../../web/amounts.ts'
import type { CodeCount, MeterTotals, Second, Totals } from '../server/wire.ts'
import { percentText } from './lab.ts'
import classes from './meter-panel.module.css'

/** The charts need a library of their own: the page does not wait for it. */
const LabCharts = lazy(() => import('./lab-charts.tsx'))

const titles = { program: 'What your program sees', store: 'What the store does' } as const

/** What is counted at one place: in numbers, over time, and by code. */
export function MeterPanel({
  place,
  totals,
  seconds,
}: {
  readonly place: 'program' | 'store'
  readonly totals: Totals
  readonly seconds: readonly Second[]
}): ReactNode {
  const meter = totals[place]
  return (
    <Box component="section" aria-label={titles[place]} className={classes['panel']}>
      <Title order={3} size="h5">
        {titles[place]}
      </Title>
      <Facts meter={meter} />
      <Box className={classes['charts']}>
        <Suspense fallback={null}>
          <LabCharts place={place} seconds={seconds} />
        </Suspense>
      </Box>
      <Codes codes={meter.codes} label={`${titles[place]}: by code`} />
    </Box>
  )
}

function Facts({ meter }: { readonly meter: MeterTotals }): ReactNode {
  const { availability, p50Ms, p95Ms, p99Ms } = meter
  const isBad = availability !== undefined && availability < 0.99
  return (
    <Group gap="4px 12px" align="baseline" className="tabular" component="dl" m={0}>
      <Group gap={6} align="baseline">
        <Text
          component="dd"
          m={0}
          size="lg"
          fw={700}
          className={classes['share']}
          data-bad={isBad || undefined}
        >
          {percentText(availability)}
        </Text>
        <Text component="dt" size="xs" c="dimmed">
          available
        </Text>
      </Group>
      {(
        [
          ['p50', p50Ms],
          ['p95', p95Ms],
          ['p99', p99Ms],
        ] as const
      ).map(([name, ms]) => (
        <Group key={name} gap={4} align="baseline">
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <Text component="dd" m={0} size="sm">
            {availability === undefined ? '–' : durationText(ms)}
          </Text>
        </Group>
      ))}
    </Group>
  )
}

const kinds: Readonly<Record<CodeCount['kind'], string>> = {
  fault: 'a fault',
  answer: 'an answer',
  caller: 'left by the caller',
}

function Codes({
  codes,
  label,
}: {
  readonly codes: readonly CodeCount[]
  readonly label: string
}): ReactNode {
  if (codes.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No errors since the last change.
      </Text>
    )
  }
  return (
    <Table aria-label={label} verticalSpacing={3} tabularNums withRowBorders={false}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Code</Table.Th>
          <Table.Th>It is</Table.Th>
          <Table.Th ta="right">Calls</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {codes.map(({ code, kind, count }) => (
          <Table.Tr key={code}>
            <Table.Td className={classes['code']} data-fault={kind === 'fault' || undefined}>
              {code}
            </Table.Td>
            <Table.Td c="dimmed">{kinds[kind]}</Table.Td>
            <Table.Td ta="right">{countText(count)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
