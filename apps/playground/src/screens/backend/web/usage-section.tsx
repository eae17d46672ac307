import { Paper, SimpleGrid, Text } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { type ReactNode, useEffect } from 'react'
import { bytesText, countText, momentText } from '../../../web/amounts.ts'
import { Empty } from '../../../web/empty.tsx'
import { ObjectLink, PrefixLink } from '../../../web/object-link.tsx'
import type { Age, Ranking, Usage, UsageProgress } from '../server/wire.ts'
import { type Bar, BarList } from './bar-list.tsx'
import { usageText } from './code.ts'
import { StreamRun, useStreamRun } from './stream-run.ts'
import { StreamSection } from './stream-section.tsx'

const run = new StreamRun<UsageProgress, Usage>('/api/backend/usage', usageText)

const purpose =
  'How much there is, where, and how old. Counted from the listing, page by page, in constant ' +
  'memory.'

/** What the store holds, counted from its listing. */
export function UsageSection(): ReactNode {
  const { result, problem } = useStreamRun(run)
  const isUnknown = result === undefined && problem === undefined
  useEffect(() => {
    if (isUnknown) run.start()
  }, [isUnknown])
  return (
    <StreamSection
      title="Usage"
      purpose={purpose}
      run={run}
      words={{ doing: 'Counting', done: 'Counted' }}
      textOf={progressText}
      start={{ Icon: IconRefresh, label: 'Count', again: 'Count again' }}
      code={usageText().code}
      report={(usage) => <UsageReport usage={usage} />}
    />
  )
}

function progressText({ objects, bytes, key }: UsageProgress): string {
  return `${countText(objects)} objects, ${bytesText(bytes)}, now at ${key}`
}

function UsageReport({ usage }: { readonly usage: Usage }): ReactNode {
  if (usage.objects === 0) {
    return (
      <Empty title="The store is empty">
        Save something on the Objects screen, or make some traffic on the Activity screen.
      </Empty>
    )
  }
  const { objects, bytes, oldest, newest } = usage
  return (
    <>
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
        <Figure name="Objects" value={countText(objects)} />
        <Figure name="Bytes" value={bytesText(bytes)} />
        <Figure name="Oldest" value={oldest === null ? '' : momentText(oldest.modifiedAt)} />
        <Figure name="Newest" value={newest === null ? '' : momentText(newest.modifiedAt)} />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg" verticalSpacing="lg">
        <BarList
          title="By first prefix"
          bars={barsOf(usage.prefixes, 'prefixes', (name) =>
            name === '' ? 'without a prefix' : <PrefixLink prefix={name} />,
          )}
        />
        <BarList
          title="By content type"
          bars={barsOf(usage.types, 'types', (name) => (name === '' ? 'not told' : name))}
        />
        <BarList
          title="Largest objects"
          bars={usage.largest.map(({ key, size }) => ({
            ...{ id: key, bytes: size, label: <ObjectLink objectKey={key} /> },
          }))}
        />
        <BarList title="By age" bars={ageBars(usage)} />
      </SimpleGrid>
    </>
  )
}

function Figure({ name, value }: { readonly name: string; readonly value: string }): ReactNode {
  return (
    <Paper withBorder px="sm" py="xs">
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text fw={600} className="tabular">
        {value}
      </Text>
    </Paper>
  )
}

function barsOf(
  { first, others }: Ranking,
  noun: string,
  label: (name: string) => ReactNode,
): readonly Bar[] {
  const bars = first.map(({ name, objects, bytes }) => ({
    ...{ id: name, objects, bytes, label: label(name) },
  }))
  if (others.names === 0) return bars
  const rest = `${countText(others.names)} other ${noun}`
  return [...bars, { id: '/', objects: others.objects, bytes: others.bytes, label: rest }]
}

const ages: Readonly<Record<Age, string>> = {
  hour: 'less than an hour',
  day: 'less than a day',
  week: 'less than a week',
  month: 'less than 30 days',
  year: 'less than a year',
  older: 'a year or more',
}

function ageBars({ ages: shares }: Usage): readonly Bar[] {
  return (Object.keys(ages) as Age[]).map((age) => ({
    ...{ id: age, label: ages[age], ...shares[age] },
  }))
}
