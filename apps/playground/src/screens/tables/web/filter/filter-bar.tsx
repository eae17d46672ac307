/** The filter: OData as text, with what is wrong shown under it, examples, and a builder. */
import { ActionIcon, Box, Button, Code, Menu, TextInput, Tooltip } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconBook, IconFilter, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { type Problem, problemOf } from '../../../../web/problem.ts'
import { useShortcuts } from '../../../../web/shortcuts.ts'
import type { WireRow } from '../../server/wire.ts'
import { checkFilter } from '../requests.ts'
import { FilterBuilder } from './filter-builder.tsx'
import classes from './filter-bar.module.css'
import { faultOf } from './odata.ts'

const checkAfterMs = 250

export interface FilterBarProps {
  /** What the rows are filtered by. */
  readonly filter: string
  readonly onFilter: (filter: string) => void
  /** Properties that are known. */
  readonly names: readonly string[]
  /** For examples of what is there. */
  readonly rows: readonly WireRow[]
  /** Why the rows could not be read, if that is it. */
  readonly problem: Problem | undefined
  readonly onGrid: () => void
}

export function FilterBar(props: FilterBarProps): ReactNode {
  const { filter, onFilter, names, rows, problem, onGrid } = props
  const [text, setText] = useState(filter)
  const field = useRef<HTMLInputElement>(null)
  // By back, forward or a link.
  useEffect(() => setText(filter), [filter])
  useShortcuts([['/', () => field.current?.focus()]])
  const typed = text.trim()
  const [checked] = useDebouncedValue(typed, checkAfterMs)
  const { error } = useQuery({
    queryKey: ['tables', 'filter', checked],
    queryFn: async ({ signal }) => {
      await checkFilter(checked, signal)
      return true
    },
    enabled: checked !== '',
    gcTime: 60_000,
  })
  const isChecked = checked === typed && typed !== ''
  const refusal = isChecked && error !== null ? problemOf(error) : undefined
  const told = refusal ?? (typed === filter ? problem : undefined)
  const fault = told && faultOf(told)
  const wrong = fault?.at === undefined ? '' : (/^\S{0,24}/.exec(typed.slice(fault.at))?.[0] ?? '')
  const isApplied = typed === filter
  const apply = (): void => {
    if (fault === undefined || typed !== checked) onFilter(typed)
  }
  return (
    <Box className={classes['bar']}>
      <Box className={classes['line']}>
        <TextInput
          ref={field}
          className={classes['field']}
          classNames={{ input: 'mono' }}
          aria-label="Filter, in OData"
          aria-describedby={fault === undefined ? undefined : 'filter-fault'}
          placeholder="Filter in OData: PartitionKey eq '…'"
          leftSection={<IconFilter size={16} />}
          spellCheck={false}
          autoComplete="off"
          maxLength={32_768}
          value={text}
          error={fault !== undefined}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') {
              event.preventDefault()
              apply()
            } else if (event.key === 'Escape') {
              event.stopPropagation()
              if (text === filter) onGrid()
              else setText(filter)
            }
          }}
          rightSection={
            text === '' ? null : (
              <ActionIcon
                size="sm"
                variant="subtle"
                color="gray"
                aria-label="Clear the filter"
                onClick={() => {
                  setText('')
                  onFilter('')
                  field.current?.focus()
                }}
              >
                <IconX size={14} />
              </ActionIcon>
            )
          }
        />
        {isApplied ? null : (
          <Button size="sm" onClick={apply} disabled={fault !== undefined}>
            Apply
          </Button>
        )}
        <FilterBuilder
          text={text}
          names={names}
          rows={rows}
          onText={(next) => {
            setText(next)
            field.current?.focus()
          }}
          onApply={onFilter}
        />
        <Examples
          names={names}
          rows={rows}
          onTake={(example) => {
            setText(example)
            onFilter(example)
          }}
        />
      </Box>
      {fault === undefined ? null : (
        <Box id="filter-fault" role="alert" className={classes['fault']}>
          {fault.at === undefined ? null : (
            <pre aria-hidden className={classes['text']}>
              <span>{typed.slice(Math.max(0, fault.at - 48), fault.at)}</span>
              <mark>{wrong || ' '}</mark>
              <span>{typed.slice(fault.at + wrong.length, fault.at + 48)}</span>
            </pre>
          )}
          <span>
            {fault.at === undefined ? '' : `At character ${fault.at + 1}: `}
            {fault.message}.
          </span>
        </Box>
      )}
    </Box>
  )
}

/** What can be written, with names and values that are there. */
function Examples({
  names,
  rows,
  onTake,
}: {
  readonly names: readonly string[]
  readonly rows: readonly WireRow[]
  readonly onTake: (example: string) => void
}): ReactNode {
  const examples = examplesOf(names, rows)
  return (
    <Menu position="bottom-end" withArrow width="min(460px, calc(100vw - 24px))">
      <Menu.Target>
        <Tooltip label="Examples" withArrow>
          <ActionIcon variant="default" size={36} aria-label="Examples of filters">
            <IconBook size={18} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {examples.map(([text, meaning]) => (
          <Menu.Item key={text} onClick={() => onTake(text)}>
            <Code className="breakable">{text}</Code>
            <Box fz="xs" c="dimmed" mt={2}>
              {meaning}
            </Box>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function examplesOf(
  names: readonly string[],
  rows: readonly WireRow[],
): readonly (readonly [text: string, meaning: string])[] {
  const [first] = rows
  const text = (value: string): string => `'${value.replaceAll("'", "''")}'`
  const ofType = (type: string): readonly [string, string] | undefined => {
    for (const name of names) {
      for (const { properties } of rows.slice(0, 50)) {
        const cell = Object.hasOwn(properties, name) ? properties[name] : undefined
        if (cell?.type === type && cell.wholeLength === undefined) return [name, cell.text]
      }
    }
    return undefined
  }
  const number = ofType('number')
  const bigint = ofType('bigint')
  const date = ofType('date')
  const boolean = ofType('boolean')
  const guid = ofType('guid')
  return [
    [
      `PartitionKey eq ${text(first?.partitionKey ?? 'ceo')}`,
      'one partition: the service goes right to it',
    ],
    ...(first === undefined
      ? []
      : [
          [
            `PartitionKey eq ${text(first.partitionKey)} and RowKey ge ${text(first.rowKey)}`,
            'a part of it, by the order of the keys',
          ] as const,
        ]),
    ...(number === undefined
      ? []
      : [[`${number[0]} gt ${number[1]}`, 'numbers; those that lack it are left out'] as const]),
    ...(bigint === undefined
      ? []
      : [[`${bigint[0]} ge ${bigint[1]}L`, 'bigint, 64 bits: with an L'] as const]),
    ...(boolean === undefined
      ? []
      : [[`not (${boolean[0]} eq true)`, 'also where it is missing'] as const]),
    ...(date === undefined
      ? []
      : [[`${date[0]} lt datetime'${date[1]}'`, 'a time, in UTC'] as const]),
    ...(guid === undefined ? [] : [[`${guid[0]} eq guid'${guid[1]}'`, 'a GUID'] as const]),
  ]
}
