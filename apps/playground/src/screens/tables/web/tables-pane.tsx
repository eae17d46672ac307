/** The tables, one of which is shown. */
import { ActionIcon, Button, Group, NativeSelect, NavLink, Text, Tooltip } from '@mantine/core'
import { IconPlus, IconTable, IconTrash } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { TableList } from '../server/wire.ts'
import classes from './tables-pane.module.css'

export interface TablesPaneProps {
  readonly list: TableList
  readonly table: string | undefined
  readonly onTable: (table: string) => void
  readonly onCreate: () => void
  readonly onDrop: (table: string) => void
}

export function TablesPane({ list, table, onTable, onCreate, onDrop }: TablesPaneProps): ReactNode {
  const { tables, isMore } = list
  return (
    <nav className={classes['pane']} aria-label="Tables">
      <Group justify="space-between" wrap="nowrap" gap="xs" className={classes['head']}>
        <Text fw={600} size="sm" className={classes['title']}>
          Tables
        </Text>
        <NativeSelect
          className={classes['choice']}
          aria-label="Table"
          value={table ?? ''}
          data={[...(table === undefined ? [''] : []), ...tables]}
          onChange={({ currentTarget }) => onTable(currentTarget.value)}
        />
        <Group gap={4} wrap="nowrap">
          {table === undefined ? null : (
            <Tooltip label={`Delete ${table}`} withArrow>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Delete the table ${table}`}
                onClick={() => onDrop(table)}
              >
                <IconTrash size={17} />
              </ActionIcon>
            </Tooltip>
          )}
          <Tooltip label="New table" withArrow>
            <ActionIcon variant="subtle" aria-label="New table" onClick={onCreate}>
              <IconPlus size={18} />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
      <div className={classes['list']}>
        {tables.map((name) => (
          <NavLink
            key={name}
            label={<span className="breakable">{name}</span>}
            leftSection={<IconTable size={16} />}
            active={name === table}
            aria-current={name === table ? 'page' : undefined}
            py={6}
            renderRoot={(props) => (
              <Link {...props} {...({ to: '/tables', search: { table: name } } as object)} />
            )}
          />
        ))}
        {isMore ? (
          <Text size="xs" c="dimmed" p="xs">
            and more, which this list leaves out
          </Text>
        ) : null}
        {tables.length === 0 ? (
          <Button size="compact-sm" variant="light" m="xs" onClick={onCreate}>
            New table
          </Button>
        ) : null}
      </div>
    </nav>
  )
}
