import {
  Badge,
  Box,
  CloseButton,
  Group,
  ScrollArea,
  Stack,
  Text,
  Title,
  UnstyledButton,
} from '@mantine/core'
import { type ReactNode, type Ref, useState } from 'react'
import type { OperationRecord } from '../server/operations.ts'
import type { Action } from './action.ts'
import { useActions } from './actions.ts'
import { bytesText, countText, durationText, momentText } from './amounts.ts'
import { CodeBlock } from './code-block.tsx'
import { Empty } from './empty.tsx'
import { NameText } from './name-text.tsx'
import { ProblemText } from './problem-text.tsx'
import classes from './trace-drawer.module.css'

/** The last actions: the code that does the same, and what the storage did for each. */
export function TraceDrawer({
  onClose,
  box,
}: {
  readonly onClose: () => void
  /** Gets the element that holds all of it. */
  readonly box?: Ref<HTMLDivElement> | undefined
}): ReactNode {
  const actions = useActions()
  const [chosen, setChosen] = useState<string>()
  const shown = actions.find(({ id }) => id === chosen) ?? actions[0]
  return (
    <Stack ref={box} gap={0} h="100%">
      <Group justify="space-between" px="md" py="xs" className={classes['bar']}>
        <Title order={2} size="h5">
          Trace
        </Title>
        <CloseButton onClick={onClose} aria-label="Close the trace" />
      </Group>
      <ScrollArea flex={1} type="auto" viewportProps={{ tabIndex: 0 }}>
        {shown === undefined ? (
          <Empty title="Nothing was done yet">
            Open or change something: here is the code that does the same, and every operation of
            the storage that it caused.
          </Empty>
        ) : (
          <ActionDetail action={shown} />
        )}
        <Stack gap={0} px="xs" pb="md">
          {actions.map((action) => (
            <ActionRow
              key={action.id}
              action={action}
              isShown={action.id === shown?.id}
              onChoose={() => setChosen(action.id === actions[0]?.id ? undefined : action.id)}
            />
          ))}
        </Stack>
      </ScrollArea>
    </Stack>
  )
}

function ActionRow({
  action,
  isShown,
  onChoose,
}: {
  readonly action: Action
  readonly isShown: boolean
  readonly onChoose: () => void
}): ReactNode {
  return (
    <UnstyledButton
      className={classes['action']}
      data-shown={isShown || undefined}
      aria-pressed={isShown}
      onClick={onChoose}
    >
      <Text size="sm" className="clipped" flex={1}>
        <NameText text={action.label} />
      </Text>
      {action.problem === undefined ? null : (
        <Badge color="red" size="xs" variant="light">
          {action.problem.code}
        </Badge>
      )}
      {action.isLeft ? (
        <Text size="xs" c="dimmed">
          left
        </Text>
      ) : null}
      <Text size="xs" c="dimmed" className="tabular">
        {momentText(action.startedAt)}
      </Text>
    </UnstyledButton>
  )
}

function ActionDetail({ action }: { readonly action: Action }): ReactNode {
  const { label, code, problem } = action
  return (
    <Stack gap="sm" p="md">
      <Box>
        <Title order={3} size="h6" className="breakable">
          <NameText text={label} />
        </Title>
        <Text size="xs" c="dimmed" role="status">
          {endText(action)}, {operationsText(action)}
        </Text>
      </Box>
      {problem === undefined ? null : (
        <Box>
          <Badge color="red" variant="light" mb={4}>
            {problem.code}
          </Badge>
          <ProblemText problem={problem} />
        </Box>
      )}
      <CodeBlock code={code} label="The code that does the same" />
      <Text size="xs" c="dimmed">
        It runs as it is, as a file in <code>examples/</code> of the clone; README.md says how.
      </Text>
      <Operations action={action} />
    </Stack>
  )
}

function endText({ durationMs, isLeft }: Action): string {
  if (durationMs === undefined) return 'under way'
  const duration = durationText(durationMs)
  return isLeft ? `left before its answer, after ${duration}` : `answered in ${duration}`
}

/** `at least 2 operations`. */
function operationsText({ operations, omitted, isCountLow }: Action): string {
  const count = operations.length + omitted
  const text = `${countText(count)} ${count === 1 ? 'operation' : 'operations'}`
  return isCountLow ? `at least ${text}` : text
}

function Operations({
  action: { operations, omitted, isCountLow },
}: {
  readonly action: Action
}): ReactNode {
  const longest = Math.max(...operations.map(({ durationMs }) => durationMs), 0.001)
  const shown = operations.slice(0, shownMax)
  const hidden = operations.length - shown.length + omitted
  return (
    <Stack gap={6} component="ol" className={classes['operations']} aria-label="Operations">
      {shown.map((operation) => (
        <Operation key={operation.sequence} operation={operation} longest={longest} />
      ))}
      {hidden === 0 ? null : (
        <Text component="li" size="xs" c="dimmed">
          and {isCountLow ? 'at least ' : ''}
          {countText(hidden)} more
        </Text>
      )}
    </Stack>
  )
}

const shownMax = 100

function Operation({
  operation: { operation, backend, key, bytes, durationMs, outcome },
  longest,
}: {
  readonly operation: OperationRecord
  readonly longest: number
}): ReactNode {
  return (
    <Box component="li">
      <Group gap={6} wrap="nowrap">
        <Text size="sm" fw={600} className="mono">
          {operation}
        </Text>
        <Text size="sm" c="dimmed" className="clipped" flex={1} title={key}>
          <NameText text={key ?? ''} />
        </Text>
        <Text size="xs" className="tabular">
          {durationText(durationMs)}
        </Text>
      </Group>
      <Box
        className={classes['duration']}
        data-failed={outcome !== 'OK' || undefined}
        w={`${Math.max(1, (100 * durationMs) / longest)}%`}
      />
      <Text size="xs" c="dimmed">
        {backend}
        {bytes === undefined ? '' : `, ${bytesText(bytes)}`}
        {`, ${outcome}`}
      </Text>
    </Box>
  )
}
