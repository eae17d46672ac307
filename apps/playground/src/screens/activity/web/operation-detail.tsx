import { Anchor, Box, CloseButton, Group, Text, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { OperationRecord } from '../../../server/operations.ts'
import { bytesText, countText, durationText } from '../../../web/amounts.ts'
import { NameText } from '../../../web/name-text.tsx'
import classes from './operation-detail.module.css'
import { timeText } from './operation-text.ts'

/** All that is known of one operation. */
export function OperationDetail({
  operation,
  onClose,
}: {
  /** Undefined: the page does not have it any more. */
  readonly operation: OperationRecord | undefined
  readonly onClose: () => void
}): ReactNode {
  return (
    <Box component="aside" aria-label="The marked operation" className={classes['detail']}>
      <Group justify="space-between" wrap="nowrap" mb={8}>
        <Title order={2} size="h6">
          {operation === undefined ? 'Gone' : operation.operation}
        </Title>
        <CloseButton size="sm" onClick={onClose} aria-label="Close the detail" />
      </Group>
      {operation === undefined ? (
        <Text size="sm" c="dimmed">
          This operation is older than those that are kept.
        </Text>
      ) : (
        <Facts operation={operation} />
      )}
    </Box>
  )
}

function Facts({ operation: record }: { readonly operation: OperationRecord }): ReactNode {
  const { key, bytes, durationMs, attempt, backend, outcome, endedAt, sequence, action } = record
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['Outcome', <b key="outcome">{outcome}</b>],
    ['Key', key === undefined ? 'none' : <KeyLink key="key" objectKey={key} />],
    ['Bytes', bytes === undefined ? 'none' : `${bytesText(bytes)} (${countText(bytes)})`],
    ['Duration', durationText(durationMs)],
    ['Ended at', timeText(endedAt)],
    ['Attempt', countText(attempt)],
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

function KeyLink({ objectKey }: { readonly objectKey: string }): ReactNode {
  return (
    <Anchor
      size="sm"
      renderRoot={(props) => (
        <Link {...props} {...({ to: '/objects', search: { key: objectKey } } as object)} />
      )}
    >
      <NameText text={objectKey} />
    </Anchor>
  )
}
