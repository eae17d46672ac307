import { Box, CloseButton, Group, Text, Title } from '@mantine/core'
import type { ReactNode, RefObject } from 'react'
import type { OperationRecord } from '../../../server/operations.ts'
import { bytesText, countText, durationText } from '../../../web/amounts.ts'
import { ObjectLink, PartLink, PrefixLink } from '../../../web/object-link.tsx'
import classes from './operation-detail.module.css'
import { timeText } from './operation-text.ts'

/** An operation, or why there is none to show. */
export type Marked = OperationRecord | keyof typeof absences

const absences = {
  // The list says that it is being read.
  awaited: ['Operation', ''],
  unread: ['Not known', 'The last operations could not be read.'],
  gone: ['Gone', 'This operation is older than those that are kept, or it was not listed.'],
  'of another run': [
    'Of another run',
    'The playground was started anew since this operation ended, and does not know it any more.',
  ],
} as const satisfies Readonly<Record<string, readonly [title: string, reason: string]>>

/** All that is known of one operation. */
export function OperationDetail({
  marked,
  region,
  onClose,
}: {
  readonly marked: Marked
  readonly region: RefObject<HTMLDivElement | null>
  readonly onClose: () => void
}): ReactNode {
  return (
    <Box
      component="aside"
      ref={region}
      aria-label="The marked operation"
      className={classes['detail']}
    >
      <Group justify="space-between" wrap="nowrap" mb={8}>
        <Title order={2} size="h6">
          {typeof marked === 'string' ? absences[marked][0] : marked.operation}
        </Title>
        <CloseButton size="sm" onClick={onClose} aria-label="Close the detail" />
      </Group>
      {typeof marked === 'string' ? (
        <Text size="sm" c="dimmed">
          {absences[marked][1]}
        </Text>
      ) : (
        <Facts operation={marked} />
      )}
    </Box>
  )
}

function placeOf({ operation, key }: OperationRecord): readonly [string, ReactNode] {
  if (operation === 'list') {
    return ['Prefix', key === undefined ? 'all' : <PrefixLink key="place" prefix={key} />]
  }
  const [part, name] = operation.split('.')
  if (name !== undefined && (part === 'tables' || part === 'queues')) {
    // A list of names has a prefix, not a name.
    const isOne = key !== undefined && !name.startsWith('list')
    return [
      part === 'tables' ? 'Table' : 'Queue',
      isOne ? <PartLink key="place" part={part} name={key} /> : (key ?? 'all'),
    ]
  }
  return ['Key', key === undefined ? 'none' : <ObjectLink key="place" objectKey={key} />]
}

function Facts({ operation: record }: { readonly operation: OperationRecord }): ReactNode {
  const { bytes, durationMs, backend, outcome, endedAt, sequence, action } = record
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['Outcome', <b key="outcome">{outcome}</b>],
    placeOf(record),
    ['Bytes', bytes === undefined ? 'none' : `${bytesText(bytes)} (${countText(bytes)})`],
    ['Duration', durationText(durationMs)],
    ['Ended at', timeText(endedAt)],
    ['Backend', backend],
    ['Number', countText(sequence)],
    ['Action', action ?? 'none of a page'],
  ]
  return (
    <dl className={classes['facts']}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="breakable tabular">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
