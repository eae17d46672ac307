import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { IconArrowsSort, IconCheck } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { isSameSort } from './arranging.ts'
import type { Sort } from './order.ts'

const choices: readonly (readonly [label: string, sort: Sort])[] = [
  ['Name, as the store lists it', { by: 'key', isDescending: false }],
  ['Name, backwards', { by: 'key', isDescending: true }],
  ['Largest first', { by: 'size', isDescending: true }],
  ['Smallest first', { by: 'size', isDescending: false }],
  ['Newest first', { by: 'modified', isDescending: true }],
  ['Oldest first', { by: 'modified', isDescending: false }],
  ['Type', { by: 'type', isDescending: false }],
  ['Type, backwards', { by: 'type', isDescending: true }],
]

/** All ways to sort, for lists that have no room for all columns. */
export function SortMenu({
  sort,
  onSort,
}: {
  readonly sort: Sort
  readonly onSort: (sort: Sort) => void
}): ReactNode {
  const current = choices.find(([, choice]) => isSameSort(choice, sort))?.[0] ?? null
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Tooltip label="Sort" withArrow>
          <ActionIcon variant="default" size={36} aria-label="Sort">
            <IconArrowsSort size={18} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup
          value={current}
          onChange={(chosen) => {
            const choice = choices.find(([label]) => label === chosen)
            if (choice !== undefined) onSort(choice[1])
          }}
        >
          {choices.map(([label]) => (
            <Menu.RadioItem
              key={label}
              value={label}
              data-autofocus={label === current || undefined}
              checkIcon={<IconCheck size={14} aria-hidden />}
              closeMenuOnClick
            >
              {label}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  )
}
