import { Box, Button, Group, Paper, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconCircleCheck, IconCircleX, IconRefresh } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { act } from '../../../web/actions.ts'
import { bytesText, countText, durationText, momentText } from '../../../web/amounts.ts'
import { answer, client } from '../../../web/api.ts'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import { problemOf } from '../../../web/problem.ts'
import type { BackendApi } from '../server/index.ts'
import type { Health } from '../server/wire.ts'
import { healthText } from './code.ts'
import classes from './health-section.module.css'
import { SameCode, Section } from './section.tsx'

/** No sign of waiting before. */
const slowMs = 200

/** Whether the store can be reached and used. */
export function HealthSection(): ReactNode {
  const { data, error, isFetching, refetch, dataUpdatedAt } = useQuery({
    queryKey: ['backend', 'health'],
    // What was well a minute ago may not be now.
    staleTime: 0,
    queryFn: ({ signal }) =>
      act(healthText(), (id) =>
        answer(client<BackendApi>('backend', id).health.$get({}, { init: { signal } })),
      ),
  })
  const [isSlow] = useDebouncedValue(isFetching, slowMs)
  return (
    <Section
      title="Health"
      purpose="Whether the store can be reached and used now, and how much room there is."
      actions={
        <Button
          variant="default"
          leftSection={<IconRefresh size={16} />}
          loading={isSlow && isFetching}
          onClick={() => void refetch()}
        >
          Ask again
        </Button>
      }
    >
      {error === null ? null : <ProblemNotice problem={problemOf(error)} />}
      {data === undefined ? null : <HealthReport health={data} askedAt={dataUpdatedAt} />}
      <SameCode code={healthText().code} />
    </Section>
  )
}

function HealthReport({
  health: { ok, message, latencyMs, details },
  askedAt,
}: {
  readonly health: Health
  readonly askedAt: number
}): ReactNode {
  const { freeBytes, totalBytes, ...others } = details
  return (
    <Paper withBorder p="md">
      <Stack gap="md">
        <Group gap="sm" wrap="nowrap" role="status">
          <Box className={classes['sign']} data-ok={ok || undefined}>
            {ok ? <IconCircleCheck size={32} /> : <IconCircleX size={32} />}
          </Box>
          <Box>
            <Text fw={600}>{ok ? 'Well' : 'Not well'}</Text>
            <Text size="sm">{message}</Text>
            <Text size="xs" c="dimmed" className="tabular">
              answered in {durationText(latencyMs)}, asked at {momentText(askedAt)}
            </Text>
          </Box>
        </Group>
        {typeof freeBytes === 'number' && typeof totalBytes === 'number' ? (
          <Room freeBytes={freeBytes} totalBytes={totalBytes} />
        ) : null}
        <Details details={others} />
      </Stack>
    </Paper>
  )
}

function Room({
  freeBytes,
  totalBytes,
}: {
  readonly freeBytes: number
  readonly totalBytes: number
}): ReactNode {
  const used = totalBytes === 0 ? 0 : (100 * (totalBytes - freeBytes)) / totalBytes
  const text = `${bytesText(freeBytes)} free of ${bytesText(totalBytes)}`
  return (
    <Box>
      <Group justify="space-between" mb={4}>
        <Text size="sm" fw={500}>
          Room on the disk
        </Text>
        <Text size="sm" className="tabular">
          {text}
        </Text>
      </Group>
      <Box
        role="meter"
        aria-label="Room used on the disk"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(used)}
        aria-valuetext={text}
        className={classes['meter']}
      >
        <Box className={classes['used']} data-full={used > 95 || undefined} w={`${used}%`} />
      </Box>
      <Text size="xs" c="dimmed" mt={4}>
        {Math.round(used)} % is used, by everything on this disk
      </Text>
    </Box>
  )
}

function Details({ details }: { readonly details: Health['details'] }): ReactNode {
  const entries = Object.entries(details).filter(([, value]) => value !== '')
  if (entries.length === 0) return null
  return (
    <dl className={classes['details']}>
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt className="mono">{name}</dt>
          <dd className="breakable">{detailText(name, value)}</dd>
        </div>
      ))}
    </dl>
  )
}

function detailText(name: string, value: string | number | boolean): string {
  if (typeof value !== 'number') return String(value)
  return name.endsWith('Bytes') ? bytesText(value) : countText(value)
}
