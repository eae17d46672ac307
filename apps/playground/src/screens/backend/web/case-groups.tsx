import { Box, Collapse, Group, Text, UnstyledButton } from '@mantine/core'
import {
  IconArrowBarToRight,
  IconBan,
  IconCheck,
  IconChevronRight,
  IconPointFilled,
  IconX,
} from '@tabler/icons-react'
import { type ComponentType, memo, type ReactNode } from 'react'
import { durationText } from '../../../web/amounts.ts'
import { useView } from '../../../web/view.ts'
import classes from './case-groups.module.css'
import {
  type Cell,
  type CellGroup,
  type CellStatus,
  countsOf,
  countsText,
} from './conformance-state.ts'
import screen from './screen.ts'

/** The cases, a row of cells a group; a group opens to the list of its cases. */
export function CaseGroups({ groups }: { readonly groups: readonly CellGroup[] }): ReactNode {
  const [{ cases: open }, setView] = useView(screen)
  return (
    <Box>
      <Legend />
      {groups.map((group) => (
        <CaseGroup
          key={group.name}
          group={group}
          isOpen={open === group.name}
          onToggle={() =>
            setView({ cases: open === group.name ? undefined : group.name }, { isReplaced: true })
          }
        />
      ))}
    </Box>
  )
}

const signs: Readonly<Record<CellStatus, ComponentType<{ size: number; stroke?: number }>>> = {
  passed: IconCheck,
  refused: IconBan,
  skipped: IconArrowBarToRight,
  failed: IconX,
  running: IconPointFilled,
  waiting: () => null,
}

const meanings: Readonly<Record<CellStatus, string>> = {
  passed: 'passed',
  refused: 'not claimed, and refused as it should be',
  skipped: 'skipped, with a reason',
  failed: 'failed',
  running: 'running',
  waiting: 'not run',
}

function Legend(): ReactNode {
  const statuses = Object.keys(meanings) as CellStatus[]
  return (
    <Box component="ul" className={classes['legend']} aria-label="Legend">
      {statuses.map((status) => (
        <Group component="li" key={status} gap={6} wrap="nowrap">
          <CellSign status={status} />
          <Text size="xs" c="dimmed">
            {meanings[status]}
          </Text>
        </Group>
      ))}
    </Box>
  )
}

function CaseGroup({
  group: { name, cells },
  isOpen,
  onToggle,
}: {
  readonly group: CellGroup
  readonly isOpen: boolean
  readonly onToggle: () => void
}): ReactNode {
  const ended = cells.flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome]))
  const durationMs = ended.reduce((sum, outcome) => sum + outcome.durationMs, 0)
  const summary =
    ended.length === 0 ? '' : `${countsText(countsOf(ended))}, ${durationText(durationMs)}`
  return (
    <Box className={classes['group']}>
      <UnstyledButton className={classes['row']} aria-expanded={isOpen} onClick={onToggle}>
        <IconChevronRight
          size={16}
          className={classes['chevron']}
          data-open={isOpen || undefined}
        />
        <Text size="sm" fw={600} component="span">
          {name}
        </Text>
        <span className={classes['cells']} aria-hidden>
          {cells.map((cell) => (
            <CellSign key={cell.id} status={cell.status} title={titleOf(cell)} />
          ))}
        </span>
        <Text size="xs" c="dimmed" component="span" className={`tabular ${classes['summary']}`}>
          {summary}
        </Text>
      </UnstyledButton>
      <Collapse expanded={isOpen}>{isOpen ? <CaseList cells={cells} /> : null}</Collapse>
    </Box>
  )
}

function titleOf({ id, title, status, outcome }: Cell): string {
  const time = outcome === undefined ? '' : ` in ${durationText(outcome.durationMs)}`
  return `${id}: ${title}\n${meanings[status]}${time}`
}

const CellSign = memo(function CellSign({
  status,
  title,
}: {
  readonly status: CellStatus
  readonly title?: string
}): ReactNode {
  const Sign = signs[status]
  return (
    <span className={classes['cell']} data-status={status} title={title} aria-hidden>
      <Sign size={14} stroke={3} />
    </span>
  )
})

function CaseList({ cells }: { readonly cells: readonly Cell[] }): ReactNode {
  return (
    <Box component="ul" className={classes['list']}>
      {cells.map(({ id, title, status, outcome }) => (
        <Box component="li" key={id} className={classes['case']}>
          <CellSign status={status} />
          <Box miw={0}>
            <Text size="sm">{title}</Text>
            <Text size="xs" c="dimmed" className="tabular breakable">
              {id}, {meanings[status]}
              {outcome === undefined ? '' : `, ${durationText(outcome.durationMs)}`}
              {outcome?.reason === undefined ? '' : `: ${outcome.reason}`}
            </Text>
          </Box>
        </Box>
      ))}
    </Box>
  )
}
